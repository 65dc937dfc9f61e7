"""LPIPS as a measure: the official numbers, batches, ranges, and what it refuses."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.evaluation import lpips
from jaxgan.evaluation.extractor import fingerprint
from jaxgan.evaluation.lpips import PerceptualDistance
from tests.models.golden import images
from tests.models.lpips.test_networks import official


def squares(first, second):
    return jnp.mean(jnp.square(first - second), axis=(1, 2, 3))


def of(name, compute=lambda weights, x, y: weights * squares(x, y), published=True):
    weights = np.float32(2.0)
    return PerceptualDistance(
        *(name, published, "of two", fingerprint(weights), weights, compute)
    )


@pytest.mark.parametrize("name", ["vgg", "alex"])
def test_official(golden, name):
    """The official distances, of images as they are and of images in [0, 1]."""
    npz = np.load(golden / f"lpips_{name}.npz")
    network, variables = official(npz)
    seen = PerceptualDistance(
        *(name, False, "random", "sha256:", variables, network.apply)
    )
    pair = [np.asarray(images(npz[f"in/in{n}"])) for n in range(2)]
    most = float(np.abs(pair).max())
    wanted = npz["out/main/distance"].ravel()
    # The bounds are the images' own range; the network gets them as they are.
    scaled = [x / most for x in pair]
    distance = lambda x, y: seen(most * x, most * y)  # noqa: E731
    np.testing.assert_allclose(lpips(*scaled, distance), wanted, 1e-4)
    unit = [(x + 1.0) / 2.0 for x in scaled]
    np.testing.assert_allclose(lpips(*unit, distance, (0.0, 1.0)), wanted, 1e-4)
    assert lpips(*scaled, distance).dtype == np.float64


def test_batches_and_ranges():
    """However many at once, a pair's number is its own; bytes are as floats."""
    random = np.random.default_rng(0)
    first, second = random.integers(0, 256, (2, 5, 4, 3, 1), np.uint8)
    floats = [(x / 127.5 - 1.0).astype(np.float32) for x in (first, second)]
    wanted = 2.0 * squares(*floats)
    for batch in (1, 2, 5, 9):
        seen = lpips(first, second, of("two"), (0, 255), batch)
        np.testing.assert_allclose(seen, wanted, 1e-5)
        np.testing.assert_allclose(lpips(*floats, of("two"), batch=batch), wanted, 1e-5)
    np.testing.assert_array_equal(lpips(first, first, of("two"), (0, 255)), np.zeros(5))


def test_titles():
    assert of("alexnet").title() == "LPIPS (alexnet)"
    assert of("vgg16", published=False).title("d") == "d (vgg16, of two)"


def test_refuses():
    image = np.zeros((2, 4, 4, 3))
    with pytest.raises(ValueError, match=r"second: saw shape \(1, 4, 4, 3\), wanted"):
        lpips(image, image[:1], of("two"))
    with pytest.raises(ValueError, match="first: saw values from 2 to 2, wanted them"):
        lpips(image + 2.0, image, of("two"))
    with pytest.raises(ValueError, match="second: saw nan at index"):
        lpips(image, image * np.nan, of("two"))
    with pytest.raises(ValueError, match=r"distance: saw shape \(2, 4, 4\), wanted"):
        lpips(image, image, lambda x, y: np.sum(x - y, axis=-1))
    with pytest.raises(ValueError, match="batch: saw 0"):
        lpips(image, image, of("two"), batch=0)


def test_it_is_exact_on_accelerators():
    """Products are asked for in full precision, which GPUs and TPUs lower otherwise."""
    seen = []

    def compute(weights, x, y):
        seen.append(jax.config.jax_default_matmul_precision)
        return weights * squares(x, y)

    lpips(np.zeros((1, 2, 2, 1)), np.zeros((1, 2, 2, 1)), of("two", compute))
    assert seen == ["highest"]
