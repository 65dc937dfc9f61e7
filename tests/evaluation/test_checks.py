"""Every metric refuses what it cannot measure, in words that name it."""

import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan import evaluation as e
from jaxgan.evaluation import checks

GOOD = np.zeros((20, 3))
OF_PAIRS = {
    "frechet_distance": e.frechet_distance,
    "kernel_distance": lambda real, fake: e.kernel_distance(real, fake, 2, 4),
    "squared_discrepancy": e.squared_discrepancy,
    "precision_recall": e.precision_recall,
    "density_coverage": e.density_coverage,
}


@pytest.mark.parametrize("metric", OF_PAIRS.values(), ids=OF_PAIRS)
def test_pairs_of_features(metric):
    with pytest.raises(ValueError, match=r"real: saw shape \(3,\), wanted \[N, D\]"):
        metric(np.zeros(3), GOOD)
    with pytest.raises(
        ValueError, match=r"fake: saw .*4.*, wanted .*3.* as `real` has"
    ):
        metric(GOOD, np.zeros((20, 4)))
    with pytest.raises(ValueError, match="real: saw 1 samples, wanted at least"):
        metric(GOOD[:1], GOOD)
    bad = GOOD.copy()
    bad[7, 1] = np.nan
    with pytest.raises(
        ValueError, match=r"fake: saw nan at index \(7, 1\), wanted fin"
    ):
        metric(GOOD, bad)
    with pytest.raises(ValueError, match="fake: saw dtype complex128, wanted real"):
        metric(GOOD, GOOD * 1j)


def test_non_finite_beyond_the_first_block():
    bad = np.zeros((3000, 2), np.float32)
    bad[2999, 1] = np.inf
    with pytest.raises(ValueError, match=r"saw inf at index \(2999, 1\)"):
        checks.features("x", bad)


def test_small_floats_are_widened():
    seen = checks.features("x", jnp.ones((2, 2), jnp.bfloat16))
    assert seen.dtype == np.float32
    assert checks.features("x", np.ones((2, 2), np.float16)).dtype == np.float32


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: e.precision_recall(GOOD, GOOD, 0), "k: saw 0, wanted an integer, at"),
        (
            lambda: e.precision_recall(GOOD, GOOD, 20),
            "saw 20 samples, wanted at least 21",
        ),
        (
            lambda: e.density_coverage(GOOD, GOOD, True),
            "k: saw True, wanted an integer",
        ),
        (lambda: e.precision_recall(GOOD, GOOD, 3, 0), "tile: saw 0"),
        (lambda: e.kernel_distance(GOOD, GOOD), "saw 20 samples, wanted at least 1000"),
        (lambda: e.kernel_distance(GOOD, GOOD, 0, 5), "subsets: saw 0"),
        (lambda: e.kernel_distance(GOOD, GOOD, 1, 1), "subset_size: saw 1"),
        (lambda: e.inception_score(np.eye(4), 5), "saw 4 samples, wanted at least 5"),
        (lambda: e.inception_score(np.ones((4, 2)), 1), "row 0 sum to 2, wanted 1"),
        (lambda: e.inception_score(np.eye(4) * 3 - 1, 1), "saw values from -1 to 2"),
        (
            lambda: e.Moments.of(GOOD[:1]).covariance,
            "saw 1 examples, wanted at least 2",
        ),
        (lambda: e.Moments.empty(2) + e.Moments.empty(3), "saw widths 2 and 3"),
        (
            lambda: e.frechet_distance(e.Moments.empty(3), GOOD),
            "real: saw 0 samples, wanted at least 2",
        ),
    ],
)
def test_options(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("metric", [e.ssim, e.ms_ssim, e.psnr])
def test_image_metrics(metric):
    image = np.zeros((2, 32, 32, 3))
    with pytest.raises(ValueError, match=r"first: saw shape \(32, 32, 3\), wanted \[N"):
        metric(image[0], image)
    with pytest.raises(ValueError, match=r"second: saw shape .* as `first` has"):
        metric(image, image[..., :1])
    with pytest.raises(ValueError, match=r"second: saw values from 0 to 255, wanted"):
        metric(image, image + np.where(np.arange(3) == 0, 255.0, 0.0))
    with pytest.raises(ValueError, match=r"bounds: saw \(1, 0\)"):
        metric(image, image, (1, 0))
