"""The Fréchet distance in closed form, against peers, and its laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.evaluation import Moments, frechet_distance
from tests.evaluation.clouds import clouds
from tests.evaluation.peers import peer


def gaussian(mean, covariance, count=1001):
    """Moments that are exactly those of a Gaussian."""
    covariance = np.asarray(covariance, np.float64)
    return Moments(count, np.asarray(mean, np.float64), covariance * (count - 1))


def test_commuting_gaussians():
    """‖m - m'‖² + Σ (σᵢ - σ'ᵢ)², if covariances share their axes."""
    rng = np.random.default_rng(0)
    axes, _ = np.linalg.qr(rng.standard_normal((20, 20)))
    mean, other = rng.standard_normal((2, 20))
    s, t = rng.uniform(0.0, 3.0, (2, 20))
    first = gaussian(mean, axes @ np.diag(s**2) @ axes.T)
    second = gaussian(other, axes @ np.diag(t**2) @ axes.T)
    wanted = np.sum((mean - other) ** 2) + np.sum((s - t) ** 2)
    np.testing.assert_allclose(frechet_distance(first, second), wanted, rtol=1e-12)


def test_two_by_two():
    """Tr (CC')^½ = √(Tr CC' + 2 √det CC'): of matrices that do not commute."""
    c, d = np.array([[2.0, 0.5], [0.5, 1.0]]), np.array([[1.0, -0.7], [-0.7, 3.0]])
    root = np.sqrt(np.trace(c @ d) + 2 * np.sqrt(np.linalg.det(c @ d)))
    wanted = np.trace(c + d) - 2 * root
    seen = frechet_distance(gaussian([0, 0], c), gaussian([0, 0], d))
    np.testing.assert_allclose(seen, wanted, rtol=1e-13)


@pytest.mark.parametrize("count", [10, 100])
def test_a_shift_costs_its_square(count):
    """With fewer examples than features as well, where C C' has no inverse."""
    real, _ = clouds(count, 40)
    seen = frechet_distance(real.astype(np.float64), real.astype(np.float64) + 0.5)
    np.testing.assert_allclose(seen, 40 * 0.25, rtol=1e-9)


def test_a_set_against_itself():
    real, _ = clouds(30, 50)
    assert 0.0 <= frechet_distance(real, real) < 1e-9


def test_a_collapsed_set():
    """A point has no covariance: what is left is Tr C and the means."""
    real, _ = clouds(200, 8)
    moments = Moments.of(real)
    fake = np.tile(real[:1], (50, 1))
    wanted = np.sum((moments.mean - real[0]) ** 2) + np.trace(moments.covariance)
    np.testing.assert_allclose(frechet_distance(real, fake), wanted, rtol=1e-12)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31), count=st.integers(3, 30), width=st.integers(1, 12))
def test_symmetric_and_of_no_order(seed, count, width):
    rng = np.random.default_rng(seed)
    real, fake = rng.standard_normal((count, width)), rng.standard_normal((9, width))
    seen = frechet_distance(real, fake)
    np.testing.assert_allclose(frechet_distance(fake, real), seen, rtol=1e-9, atol=1e-9)
    shuffled = rng.permutation(real), rng.permutation(fake)
    np.testing.assert_allclose(frechet_distance(*shuffled), seen, rtol=1e-9, atol=1e-9)
    turn, _ = np.linalg.qr(rng.standard_normal((width, width)))
    np.testing.assert_allclose(
        frechet_distance(real @ turn, fake @ turn), seen, rtol=1e-9, atol=1e-9
    )


def test_as_torch_fidelity():
    torch = peer("torch")
    metric = peer("torch_fidelity.metric_fid")
    real, fake = clouds(2000, 64)
    statistics = [
        metric.fid_features_to_statistics(torch.from_numpy(x.astype(np.float64)))
        for x in (real, fake)
    ]
    wanted = metric.fid_statistics_to_metric(*statistics, verbose=False)
    wanted = wanted["frechet_inception_distance"]
    np.testing.assert_allclose(frechet_distance(real, fake), wanted, rtol=1e-11)


def test_as_clean_fid():
    fid = peer("cleanfid.fid")
    real, fake = (x.astype(np.float64) for x in clouds(2000, 64))
    both = (real.mean(0), np.cov(real.T), fake.mean(0), np.cov(fake.T))
    wanted = fid.frechet_distance(*both)
    np.testing.assert_allclose(frechet_distance(real, fake), wanted, rtol=1e-11)
