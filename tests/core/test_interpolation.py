"""Ways between arrays: exact ends, kept lengths, great circles."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.core.interpolation import lerp, slerp

slerp = jax.jit(slerp)
seeds, shares = st.integers(0, 10**6), st.floats(0.0, 1.0, width=32)


def pair(seed, size=5, count=3):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((2, count, size)).astype(np.float32)


@given(seed=seeds)
@settings(deadline=None, max_examples=20)
def test_ends_are_exact(seed):
    a, b = pair(seed)
    for way in (lerp, slerp):
        np.testing.assert_array_equal(way(a, b, 0.0), a)
        np.testing.assert_array_equal(way(a, b, 1.0), b)


@given(seed=seeds, share=shares)
@settings(deadline=None, max_examples=40)
def test_slerp_is_a_rotation_by_its_share_of_the_angle(seed, share):
    """Of unit vectors: length 1, in their plane, t θ from one and (1 - t) θ off."""
    a, b = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in pair(seed))
    between = np.asarray(slerp(a, b, share), np.float64)
    np.testing.assert_allclose(np.linalg.norm(between, axis=1), 1.0, rtol=1e-5)
    angle = np.arccos(np.sum(a * b, axis=1, dtype=np.float64))
    np.testing.assert_allclose(
        np.sum(a * between, axis=1), np.cos(share * angle), atol=1e-5
    )
    np.testing.assert_allclose(
        np.sum(b * between, axis=1), np.cos((1 - share) * angle), atol=1e-5
    )


@given(seed=seeds, share=shares, apart=st.sampled_from([0.0, 1e-7, 1e-5, 1e-3]))
@settings(deadline=None, max_examples=40)
def test_nearly_parallel_vectors_are_mixed_linearly(seed, share, apart):
    """To float32's precision, also on both sides of where the formula changes."""
    a, noise = pair(seed)
    b = 2.0 * a + np.float32(apart) * noise
    np.testing.assert_allclose(slerp(a, b, share), lerp(a, b, share), 1e-4, 1e-5)


def test_opposite_and_missing_vectors_are_finite():
    a = np.float32([[1.0, 2.0], [0.0, 0.0], [0.0, 0.0]])
    b = np.float32([[-1.0, -2.0], [3.0, 4.0], [0.0, 0.0]])
    between = np.asarray(slerp(a, b, 0.25))
    np.testing.assert_allclose(between[0], [0.5, 1.0], rtol=1e-6)
    np.testing.assert_allclose(between[1], np.sin(np.pi / 8) * b[1], rtol=1e-6)
    np.testing.assert_array_equal(between[2], 0.0)


@pytest.mark.parametrize("way", [lerp, slerp])
def test_every_example_may_have_a_share_of_its_own(way):
    a, b = pair(0)
    shares = jnp.array([0.0, 0.3, 1.0])
    together = way(a, b, shares)
    for place, share in enumerate(shares):
        alone = way(a, b, share)[place]
        np.testing.assert_allclose(together[place], alone, rtol=1e-6)
    assert way(a[:, None], b[:, None], shares).shape == (3, 1, 5)
