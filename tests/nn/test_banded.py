"""Filters as products with matrices, against sums of slices."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.nn.banded import TILE, resample
from jaxgan.nn.upfirdn import upfirdn2d

RNG = np.random.default_rng(0)


def taps(*shape):
    return RNG.normal(size=shape).astype(np.float32)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(
    st.integers(1, 9),
    st.integers(1, 5),
    st.integers(1, 3),
    st.integers(1, 3),
    st.tuples(*[st.integers(-2, 4)] * 4),
    st.booleans(),
    st.booleans(),
)
def test_as_sums_of_slices(side, count, up, down, pads, flip, plane):
    x = jnp.asarray(taps(2, side + 3, side + 4, 2))
    options = {
        **{"up": up, "down": down, "pads": (pads[:2], pads[2:])},
        **{"gain": 1.5, "flip": flip},
    }
    made = taps(count, count + 1) if plane else taps(count)
    rows, columns = pads[:2], pads[2:]
    left = min(
        size * up + sum(pad) - taps
        for size, pad, taps in zip(
            x.shape[1:], (rows, columns), (count, made.shape[-1])
        )
    )
    if left < 0:
        with pytest.raises(ValueError, match=r"pads: saw .*, wanted at least one"):
            resample(x, made, **options)
        return
    wanted = upfirdn2d(x, made, **options)
    limit = 1e-5 * np.abs(wanted).max()
    np.testing.assert_allclose(resample(x, made, **options), wanted, 1e-5, limit)


@pytest.mark.parametrize(("up", "down", "count"), [(2, 1, 12), (4, 1, 24), (1, 2, 12)])
def test_tiles(up, down, count):
    """A long image is cut, and the cuts are not seen."""
    x = jnp.asarray(taps(1, 4 * TILE * down // up + 5, 30, 2))
    assert x.shape[1] * up > 2 * TILE
    made, pads = taps(count), ((5, 6), (4, 3))
    options = {"up": up, "down": down, "pads": pads}
    wanted = upfirdn2d(x, made, **options)
    limit = 1e-5 * np.abs(wanted).max()
    np.testing.assert_allclose(resample(x, made, **options), wanted, 1e-5, limit)


def test_without_a_filter():
    x = jnp.asarray(taps(1, 4, 5, 2))
    np.testing.assert_array_equal(resample(x, None), x)
    cropped = resample(x, None, pads=((-1, 2), (1, -2)), gain=2.0)
    wanted = np.pad(2 * np.asarray(x)[:, 1:, :3], ((0, 0), (0, 2), (1, 0), (0, 0)))
    np.testing.assert_array_equal(cropped, wanted)
    wanted = upfirdn2d(x, None, up=2, down=3)
    np.testing.assert_allclose(resample(x, None, up=2, down=3), wanted, 1e-6)


def test_half_precision_stays():
    x = jnp.ones((1, 6, 6, 2), jnp.bfloat16)
    made = jax.eval_shape(functools.partial(resample, taps=taps(4), up=2), x)
    assert made.dtype == jnp.bfloat16
