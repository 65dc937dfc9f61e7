"""Margins by numpy, and their gradients by counting."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.nn import reflect, replicate

MODES = {"reflect": reflect, "edge": replicate}


@settings(max_examples=15, deadline=None)
@given(
    st.sampled_from(sorted(MODES)),
    st.integers(0, 3),
    st.integers(4, 6),
    st.integers(4, 7),
)
def test_as_numpy_pads(mode, margin, height, width):
    x = np.random.default_rng(0).normal(size=(2, height, width, 3))
    x = x.astype(np.float32)
    around = ((0, 0), (margin,) * 2, (margin,) * 2, (0, 0))
    wanted = np.pad(x, around, mode=mode)
    np.testing.assert_array_equal(MODES[mode](jnp.asarray(x), margin), wanted)


@pytest.mark.parametrize("mode", sorted(MODES))
def test_gradients_count_the_copies(mode):
    weights = np.random.default_rng(0).normal(size=(1, 8, 9, 1)).astype(np.float32)
    slope = jax.grad(lambda x: jnp.sum(MODES[mode](x, 2) * weights))(
        jnp.zeros((1, 4, 5, 1))
    )
    places = np.pad(np.arange(20).reshape(4, 5), 2, mode=mode)
    wanted = np.bincount(places.ravel(), weights.ravel()).reshape(1, 4, 5, 1)
    np.testing.assert_allclose(slope, wanted, rtol=1e-5, atol=1e-6)


def test_bad_margins():
    x = jnp.zeros((1, 3, 5, 2))
    with pytest.raises(ValueError, match="margin: saw 3 around 3x5 pixels, wanted one"):
        reflect(x, 3)
    for pad in MODES.values():
        with pytest.raises(ValueError, match="margin: saw -1"):
            pad(x, -1)
