"""No measure looks at the order in which examples come."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan import evaluation
from jaxgan.evaluation import modes
from jaxgan.evaluation.content_order import content_order
from jaxgan.evaluation.sliced_distance import sliced_distance
from tests.evaluation.clouds import clouds

FEW = {"patches": 4, "repeats": 1, "directions": 8}


def images(features):
    """[N, 16, 16, 1] in [-1, 1], of features [N, 8]."""
    rows = np.tanh(np.tile(features, (1, 32)).reshape(-1, 16, 16, 1))
    return (rows * np.linspace(0.1, 1.0, 256).reshape(16, 16, 1)).astype(np.float32)


def shares(features):
    return np.exp(features) / np.exp(features).sum(axis=1, keepdims=True)


def path_length(real, fake):
    """Of images that are latents, between pairs of them that stay pairs."""
    joined = np.concatenate([real, fake[:, ::-1]], axis=1)
    return evaluation.perceptual_path_length(
        lambda z, given: z**3,
        lambda a, b: np.sum((a - b) ** 2, axis=1),
        joined[:, :8],
        joined[:, 8:],
        batch=7,
        trim=0.1,
        seed=3,
    )


MEASURES = {
    "class_coverage": lambda real, fake: evaluation.class_coverage(
        fake.argmax(axis=1), 8, real.argmax(axis=1)
    ),
    "collapse": evaluation.collapse,
    "density_coverage": evaluation.density_coverage,
    "equivariance": lambda real, fake: evaluation.equivariance(
        lambda z, given, matrix: images(z) * (2.0 + matrix[0, 1] + matrix[0, 2]),
        fake,
        batch=7,
        bounds=(-3.0, 3.0),
    ),
    "frechet_distance": evaluation.frechet_distance,
    "inception_score": lambda real, fake: evaluation.inception_score(shares(fake), 5),
    "kernel_distance": lambda real, fake: evaluation.kernel_distance(
        real, fake, subsets=4, subset_size=9, seed=2
    ),
    "mean_cosine_similarity": lambda real, fake: evaluation.mean_cosine_similarity(
        fake
    ),
    "mean_pair_similarity": lambda real, fake: evaluation.mean_pair_similarity(
        images(fake), seed=1
    ),
    "modes": lambda real, fake: modes.coverage(fake[:, :2], real[:5, :2] * 0, 0.3),
    "near_duplicate_share": lambda real, fake: evaluation.near_duplicate_share(
        fake, real, 0.8
    ),
    "nearest_neighbours": lambda real, fake: np.sort(
        evaluation.nearest_neighbours(fake, real).distances, axis=0
    ),
    "precision_recall": evaluation.precision_recall,
    "sliced_distance": lambda real, fake: sliced_distance(real, fake, 8, seed=4),
    "sliced_wasserstein": lambda real, fake: (
        evaluation.sliced_wasserstein(images(real), images(fake), **FEW).mean
    ),
    "squared_discrepancy": evaluation.squared_discrepancy,
}
PAIRS = {
    *("ms_ssim", "psnr", "ssim", "lpips", "PerceptualDistance"),
    *("luma", "rgb_to_ycbcr", "ycbcr_to_rgb", "class_histogram", "Moments"),
}
"""Of single pairs, or sums."""


def test_no_measure_is_forgotten():
    known = {*MEASURES, "perceptual_path_length", *PAIRS}
    assert known >= set(evaluation.__all__)


@pytest.mark.parametrize("name", MEASURES)
@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_both_sets_in_any_order(name, seed):
    chance = np.random.default_rng(seed)
    sets = clouds(23, 8, seed=seed % 100)
    measured = [
        np.asarray(MEASURES[name](*(order(x) for x in sets)), np.float64)
        for order in (lambda x: x, chance.permutation)
    ]
    np.testing.assert_allclose(*measured, rtol=1e-6, atol=1e-9)


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_paths_in_any_order(seed):
    sets = clouds(23, 8)
    order = np.random.default_rng(seed).permutation(23)
    lengths = [path_length(*x) for x in (sets, [x[order] for x in sets])]
    np.testing.assert_allclose(*lengths, rtol=1e-4)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.integers(-2, 2), min_size=1, max_size=12),
    st.integers(0, 2**64 - 1),
    st.randoms(use_true_random=False),
)
def test_the_order_is_one_of_values(values, seed, chance):
    """Also where some are equal, or zero has a sign."""
    first = np.asarray(values, np.float32)
    other = np.asarray(chance.sample(values, len(values)), np.float32)
    other[other == 0] = -0.0
    orders = [content_order({"x": x}, seed) for x in (first, other)]
    assert sorted(orders[0]) == list(range(len(values)))
    np.testing.assert_array_equal(first[orders[0]], other[orders[1]])


def test_equal_examples_are_shuffled_among_others():
    """Else a sure classifier's samples would be sorted by class."""
    rows = np.repeat(np.arange(2.0), 500)
    means = rows[content_order(rows)].reshape(10, 100).mean(axis=1)
    assert means.min() > 0.3
    assert means.max() < 0.7


def test_seeds():
    rows = np.arange(50.0)
    orders = [tuple(content_order(rows, seed)) for seed in (0, 1, 2**32, 2**64 - 1)]
    assert len(set(orders)) == 4
    with pytest.raises(ValueError, match="seed: saw -1, wanted a whole number from 0"):
        content_order(rows, -1)
