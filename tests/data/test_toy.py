import numpy as np
import pytest

from jaxgan import data


def test_centres():
    angles = np.arange(8) * np.pi / 4
    circle = np.stack([np.cos(angles), np.sin(angles)], 1)
    np.testing.assert_allclose(data.ring_centres(), circle, atol=1e-12)
    lattice = [(x, y) for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)]
    np.testing.assert_allclose(data.grid_centres(), lattice)


@pytest.mark.parametrize(
    ("source", "centres", "deviation"),
    [
        (data.ring(size=20_000), data.ring_centres(), 0.01),
        (data.grid(size=20_000), data.grid_centres(), 0.05),
        (data.ring(3, 2.0, 0.1, 9000), data.ring_centres(3, 2.0), 0.1),
    ],
)
def test_points_lie_around_the_centre_of_their_label(source, centres, deviation):
    sample = source.examples(np.arange(source.size))
    assert sample.value.shape == (source.size, 2)
    assert sample.value.dtype == np.float32
    assert len(source.classes) == len(centres)
    away = (sample.value - centres[sample.given]) / deviation
    np.testing.assert_allclose(away.std(axis=0), 1.0, atol=0.03)
    np.testing.assert_allclose(away.mean(axis=0), 0.0, atol=0.05)
    share = np.bincount(sample.given) / source.size * len(centres)
    np.testing.assert_allclose(share, 1.0, atol=0.2)


def test_protocol_sizes_and_seeds():
    assert data.ring().size == data.grid().size == 100_000
    one, same, other = (
        data.grid(size=9, seed=seed).examples(np.arange(9)).value for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()
