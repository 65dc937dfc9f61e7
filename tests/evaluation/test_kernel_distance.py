"""The kernel distance by its definition, against peers, and its laws."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.evaluation import kernel_distance, squared_discrepancy
from tests.evaluation.clouds import clouds
from tests.evaluation.peers import peer


def by_definition(real, fake):
    """Sums over pairs of single examples."""

    def mean(first, second, same):
        pairs = [(i, j) for i in range(len(first)) for j in range(len(second))]
        pairs = [(i, j) for i, j in pairs if not same or i != j]
        width = len(first[0])
        return np.mean([(first[i] @ second[j] / width + 1) ** 3 for i, j in pairs])

    across = mean(real, fake, False)
    return mean(real, real, True) + mean(fake, fake, True) - 2 * across


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**31), sizes=st.tuples(*2 * (st.integers(2, 9),)))
def test_definition_tiles_and_order(seed, sizes):
    rng = np.random.default_rng(seed)
    real, fake = (rng.standard_normal((n, 5)) for n in sizes)
    wanted = by_definition(real, fake)
    for tile in (1, 4, 100):
        seen = squared_discrepancy(rng.permutation(real), fake, tile)
        np.testing.assert_allclose(seen, wanted, rtol=1e-10, atol=1e-12)
    swapped = squared_discrepancy(fake, real)
    np.testing.assert_allclose(swapped, wanted, rtol=1e-10, atol=1e-12)


def test_closed_form_of_two_points():
    """All real examples x, all fakes y: k(x, x) + k(y, y) - 2 k(x, y)."""
    x, y = np.array([1.0, 2.0]), np.array([0.0, -1.0])
    wanted = (5 / 2 + 1) ** 3 + (1 / 2 + 1) ** 3 - 2 * (-2 / 2 + 1) ** 3
    seen = squared_discrepancy(np.tile(x, (5, 1)), np.tile(y, (7, 1)))
    np.testing.assert_allclose(seen, wanted, rtol=1e-14)


def test_unbiased():
    """Two samples of one law: 0 on average, which the biased estimate is not."""
    rng = np.random.default_rng(0)
    values = [squared_discrepancy(*rng.standard_normal((2, 20, 3))) for _ in range(400)]
    error = np.std(values) / np.sqrt(len(values))
    assert abs(np.mean(values)) < 4 * error
    # The biased estimate adds (E k(x, x) - E k(x, y)) (1/n + 1/m): here 1.09.
    assert 4 * error < 0.5


def test_mean_and_deviation_of_subsets():
    real, fake = clouds(400, 16)
    seen = kernel_distance(real, fake, subsets=60, subset_size=100, seed=3)
    whole = squared_discrepancy(real, fake)
    assert abs(seen.mean - whole) < 4 * seen.deviation / np.sqrt(60)
    assert seen == kernel_distance(real, fake, subsets=60, subset_size=100, seed=3)
    assert seen != kernel_distance(real, fake, subsets=60, subset_size=100, seed=4)


def test_one_subset_of_everything_is_the_whole():
    real, fake = clouds(50, 4)
    seen = kernel_distance(real, fake, subsets=3, subset_size=50)
    np.testing.assert_allclose(seen.mean, squared_discrepancy(real, fake), rtol=1e-11)
    assert seen.deviation < 1e-12


def test_same_set_is_about_zero():
    """A set against itself: -2 (mean of k(x, x) - mean of k(x, x')) / N."""
    real, _ = clouds(1000, 16)
    seen = squared_discrepancy(real, real)
    assert -0.02 < seen < 0.0


def test_as_torch_fidelity():
    torch = peer("torch")
    metric = peer("torch_fidelity.metric_kid")
    real, fake = clouds(1200, 64)
    fake_, real_ = (torch.from_numpy(x.astype(np.float64)) for x in (fake, real))
    one = {"kid_subsets": 1, "kid_subset_size": 1200, "verbose": False}
    wanted = metric.kid_features_to_metric(fake_, real_, **one)
    wanted = wanted["kernel_inception_distance_mean"]
    np.testing.assert_allclose(squared_discrepancy(real, fake), wanted, rtol=1e-11)
    # Its subsets are of another generator's: their mean and deviation agree in law.
    many = {"kid_subsets": 40, "kid_subset_size": 200, "verbose": False}
    other = metric.kid_features_to_metric(fake_, real_, **many)
    seen = kernel_distance(real, fake, subsets=40, subset_size=200)
    deviation = other["kernel_inception_distance_std"]
    gap = abs(seen.mean - other["kernel_inception_distance_mean"])
    assert gap < 4 * deviation * np.sqrt(2 / 40)
    np.testing.assert_allclose(seen.deviation, deviation, rtol=0.6)


def test_as_clean_fid():
    fid = peer("cleanfid.fid")
    real, fake = (x.astype(np.float64) for x in clouds(1200, 64))
    wanted = fid.kernel_distance(real, fake, num_subsets=1, max_subset_size=1200)
    np.testing.assert_allclose(squared_discrepancy(real, fake), wanted, rtol=1e-11)
