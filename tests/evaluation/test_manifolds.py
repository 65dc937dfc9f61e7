"""Precision, recall, density, coverage: by definition, against peers, and laws."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.evaluation import density_coverage, distances, precision_recall
from tests.evaluation.clouds import clouds
from tests.evaluation.peers import peer


def exact(first, second):
    """Squared distances from differences."""
    return np.sum((first[:, None] - second[None]) ** 2, axis=2)


def by_definition(real, fake, k):
    def radii(x):
        return np.sort(exact(x, x) + np.diag([np.inf] * len(x)), axis=1)[:, k - 1]

    across = exact(real, fake)
    closed = across <= radii(real)[:, None]
    inside = across < radii(real)[:, None]
    recall = (across <= radii(fake)[None]).any(axis=1)
    return (
        (closed.any(axis=0).mean(), recall.mean()),
        (inside.sum() / (k * len(fake)), inside.any(axis=1).mean()),
    )


@settings(max_examples=50, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    sizes=st.tuples(*2 * (st.integers(6, 25),)),
    k=st.integers(1, 5),
    # Whole numbers have many ties and copies; an offset makes distances cancel.
    kind=st.sampled_from(["whole", "real", "far"]),
    tile=st.sampled_from([1, 3, 8, 100]),
)
def test_definition_at_any_tile(seed, sizes, k, kind, tile):
    rng = np.random.default_rng(seed)
    real, fake = (
        rng.integers(-2, 3, (n, 3)).astype(np.float64)
        if kind == "whole"
        else rng.standard_normal((n, 3)) + (1e4 if kind == "far" else 0.0)
        for n in sizes
    )
    first, second = by_definition(real, fake, k)
    assert precision_recall(real, fake, k, tile) == pytest.approx(first, abs=1e-15)
    assert density_coverage(real, fake, k, tile) == pytest.approx(second, abs=1e-15)
    swapped = precision_recall(fake, rng.permutation(real), k, tile)
    assert swapped == pytest.approx(first[::-1], abs=1e-15)


def test_far_apart_and_the_same():
    real, _ = clouds(100, 6)
    assert precision_recall(real, real + 100) == (0.0, 0.0)
    assert density_coverage(real, real + 100) == (0.0, 0.0)
    assert precision_recall(real, real) == (1.0, 1.0)
    assert density_coverage(real, real).coverage == 1.0


def test_a_collapsed_generator_is_precise_and_recalls_nothing():
    real, _ = clouds(100, 6)
    seen = precision_recall(real, np.tile(real[:1], (50, 1)))
    assert seen == (1.0, 0.01)  # its ball is one point, and that is a real example


@pytest.mark.parametrize("k", [1, 5])
def test_expectations_of_the_data_itself(k):
    """Density 1; coverage 1 - Π (N - i) / (2N - i). Naeem et al. 2020, section 3.2."""
    rng = np.random.default_rng(0)
    count = 100
    seen = np.array(
        [density_coverage(x, y, k) for x, y in rng.standard_normal((150, 2, count, 8))]
    )
    steps = np.arange(1, k + 1)
    wanted = (1.0, 1.0 - np.prod((count - steps) / (2 * count - steps)))
    errors = seen.std(axis=0) / np.sqrt(len(seen))
    assert np.all(np.abs(seen.mean(axis=0) - wanted) < 4 * errors)
    assert np.all(errors < 0.02)


@pytest.mark.parametrize("tile", [64, 2048])
def test_as_torch_fidelity(tile):
    torch = peer("torch")
    metric = peer("torch_fidelity.metric_prc")
    real, fake = clouds(700, 24)
    as_tensors = [torch.from_numpy(x).double() for x in (fake, real)]
    wanted = metric.calculate_precision_recall_full(*as_tensors, neighborhood=3)
    seen = precision_recall(real, fake, tile=tile)
    np.testing.assert_allclose(seen, wanted, rtol=1e-6)  # theirs is a float32 mean
    assert min(seen) > 0.1
    assert max(seen) < 0.95


def test_as_prdc(capsys):
    compute = peer("prdc").compute_prdc
    real, fake = clouds(700, 24)
    wanted = compute(real, fake, nearest_k=5)
    seen = (*precision_recall(real, fake, 5), *density_coverage(real, fake, 5))
    names = ("precision", "recall", "density", "coverage")
    np.testing.assert_allclose(seen, [wanted[name] for name in names], rtol=1e-12)


def test_memory_is_a_few_tiles():
    """Neither [N, N] distances nor a float64 copy of the features."""
    real, fake = clouds(1500, 64)
    tracemalloc.start()
    precision_recall(real, fake, tile=128)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    tile, rows = 8 * 128 * 128, 8 * 128 * 64
    assert peak < 8 * tile + 8 * rows < 8 * 1500 * 1500 / 10


def test_copies_are_at_distance_zero():
    x = 1e3 + np.random.default_rng(0).standard_normal((40, 30)).astype(np.float32)
    [(_, _, squared)] = distances.between(x, x.copy())
    assert np.all(np.diag(squared) == 0.0)
    assert np.all(squared[~np.eye(40, dtype=bool)] > 0.0)
    truth = exact(x.astype(np.float64), x.astype(np.float64))
    np.testing.assert_allclose(squared, truth, rtol=1e-11, atol=1e-11)
