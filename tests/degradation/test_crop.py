"""Parts cut out of targets and sources alike."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.degradation import with_crop

KEYS = jax.random.split(jax.random.key(0), 64)


def places():
    """[64, 24, 16, 2]: each pixel says where it is."""
    grid = np.stack(np.mgrid[:24, :16], axis=-1).astype(np.float32)
    return jnp.asarray(np.repeat(grid[None], 64, axis=0))


def every_fourth(keys, target):
    del keys
    return target[:, ::4, ::4]


def test_parts_belong_together_and_lie_everywhere():
    sample = jax.jit(with_crop(every_fourth, 8, 4))(KEYS, places())
    assert sample.value.shape == (64, 8, 8, 2)
    np.testing.assert_array_equal(sample.value[:, ::4, ::4], sample.given)
    corners = {tuple(corner) for corner in np.asarray(sample.given[:, 0, 0]).tolist()}
    assert corners == {(4.0 * i, 4.0 * j) for i in range(5) for j in range(3)}
    other = jax.jit(with_crop(every_fourth, 8, 4))(KEYS[::-1], places())
    np.testing.assert_array_equal(other.value, sample.value[::-1])


def test_the_whole_picture():
    sample = with_crop(every_fourth, 16, 4)(KEYS, places()[:, :16])
    np.testing.assert_array_equal(sample.value, places()[:, :16])


def test_bad_input():
    with pytest.raises(ValueError, match="size: saw 10, wanted a multiple of 4"):
        with_crop(every_fourth, 10)
    with pytest.raises(ValueError, match="wanted at least 20 × 20"):
        with_crop(every_fourth, 20)(KEYS, places())
