"""Closed forms, and another implementation of the neighbours' measures."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.diagnosis import variety

rng = np.random.default_rng(0)


def within(rows):
    return variety.distances(rows, rows)


def test_distances_far_from_the_origin():
    left, right = rng.standard_normal((5, 3)) + 1e6, rng.standard_normal((4, 3)) + 1e6
    wanted = np.linalg.norm(left[:, None] - right[None], axis=2)
    np.testing.assert_allclose(variety.distances(left, right), wanted, rtol=1e-9)


@given(clusters=st.integers(1, 6), copies=st.integers(1, 5))
def test_equal_clusters_count_as_many(clusters, copies):
    rows = np.repeat(np.eye(clusters, 7) * 100.0, copies, axis=0)
    assert variety.effective_number(within(rows), 1.0) == pytest.approx(clusters)


@given(st.floats(0.01, 100.0))
@settings(max_examples=20)
def test_numbers_have_no_unit(scale):
    """Scaling and moving everything changes nothing."""
    local = np.random.default_rng(1)
    real, fake = local.standard_normal((2, 40, 3))
    told = []
    for factor, shift in ((1.0, 0.0), (scale, 3.0 * scale)):
        a, b = within(factor * real + shift), within(factor * fake + shift)
        across = variety.distances(factor * fake + shift, factor * real + shift)
        radius = variety.radii(a)
        told.append(
            [
                variety.effective_number(b, variety.width_of(a)),
                variety.precision(across, radius),
                variety.coverage(across, radius),
                variety.told_apart(b, a, across),
                variety.energy(b, a, across),
            ]
        )
    np.testing.assert_allclose(told[0], told[1], rtol=1e-6, atol=1e-6)


def test_the_data_itself():
    """Coverage of as many samples is 1 - C(n, k) / C(2n, k) / 2 or so: 0.97 for k 5."""
    real, fake = rng.standard_normal((2, 1000, 2))
    across = variety.distances(fake, real)
    a, b = within(real), within(fake)
    assert variety.coverage(across, variety.radii(a)) == pytest.approx(0.97, abs=0.02)
    assert variety.precision(across, variety.radii(a)) > 0.95
    assert variety.told_apart(b, a, across) == pytest.approx(0.5, abs=0.05)
    assert abs(variety.energy(b, a, across)) < 0.01


def test_half_of_the_modes():
    real = np.repeat([[0.0, 0.0], [9.0, 9.0]], 500, axis=0)
    real = real + rng.standard_normal(real.shape)
    fake = rng.standard_normal((1000, 2))
    across, radius = variety.distances(fake, real), variety.radii(within(real))
    assert variety.precision(across, radius) > 0.9
    assert variety.coverage(across, radius) == pytest.approx(0.5, abs=0.03)


def test_by_another_implementation():
    prdc = pytest.importorskip("prdc")
    real, fake = rng.standard_normal((60, 4)), 1.5 * rng.standard_normal((50, 4))
    theirs = prdc.compute_prdc(real, fake, nearest_k=variety.NEIGHBOURS)
    across, radius = variety.distances(fake, real), variety.radii(within(real))
    assert variety.precision(across, radius) == pytest.approx(theirs["precision"])
    assert variety.coverage(across, radius) == pytest.approx(theirs["coverage"])


def test_energy_by_hand():
    """Two points each: 2·5 - 2 - 2 over 2."""
    real, fake = np.array([[0.0, 0.0], [2.0, 0.0]]), np.array([[0.0, 5.0], [2.0, 5.0]])
    across = variety.distances(fake, real)
    mean = (2 * 5.0 + 2 * np.sqrt(29.0)) / 4
    assert variety.energy(within(fake), within(real), across) == pytest.approx(
        (2 * mean - 4.0) / 2.0
    )


def test_apart_is_told():
    real, fake = rng.standard_normal((2, 50, 2)) + np.array([[[0.0]], [[99.0]]])
    across = variety.distances(fake, real)
    assert variety.told_apart(within(fake), within(real), across) == 1.0


def test_directions_have_unit_deviation():
    rows = rng.standard_normal((500, 3)) @ np.diag([5.0, 2.0, 0.1])
    seen = (rows - rows.mean(axis=0)) @ variety.directions(rows)
    np.testing.assert_allclose(np.cov(seen.T, bias=True), np.eye(2), atol=1e-9)


def test_copies_are_nearer():
    train, held_out, new = rng.standard_normal((3, 200, 8))
    share, ratio = variety.nearer(
        variety.distances(train + 1e-3, train), variety.distances(train, held_out)
    )
    assert share == 1.0
    assert ratio < 0.01
    share, ratio = variety.nearer(
        variety.distances(new, train), variety.distances(new, held_out)
    )
    assert share == pytest.approx(0.5, abs=0.12)
    assert ratio == pytest.approx(1.0, abs=0.1)
    assert variety.nearer(np.ones((3, 2)), np.ones((3, 2))) == (0.5, 1.0)


@pytest.mark.parametrize("rank", [1, 2, 8])
@pytest.mark.parametrize("count", [5, 4000])
def test_dimensions(rank, count):
    """Isotropic in `rank` directions: r n / (r + n), by either Gram matrix."""
    basis = np.linalg.qr(rng.standard_normal((8, 8)))[0][:rank]
    seen = np.mean(
        [
            variety.effective_dimensions(rng.standard_normal((count, rank)) @ basis)
            for _ in range(40)
        ]
    )
    assert seen == pytest.approx(rank * count / (rank + count), rel=0.2)
    assert variety.effective_dimensions(np.zeros((count, 8))) == 0.0


def test_spectral_norm():
    kernel = rng.standard_normal((3, 3, 4, 8))
    wanted = np.linalg.svd(kernel.reshape(-1, 8), compute_uv=False)[0]
    assert variety.spectral_norm(kernel, 200) == pytest.approx(wanted, rel=1e-5)
    assert variety.spectral_norm(kernel) <= wanted * (1 + 1e-6)
    assert variety.spectral_norm(np.zeros((3, 4))) == 0.0
