"""Every seed of 64 bits has a key of its own; below 2³² it is JAX's."""

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.core.seeds import checked_seed, key_of

LAST = 2**64 - 1
seeds = st.one_of(st.integers(0, LAST), st.sampled_from([0, 2**32 - 1, 2**32, LAST]))


def words(key):
    return tuple(np.asarray(jax.random.key_data(key)).tolist())


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_short_seeds_have_the_keys_of_jax(seed):
    assert words(key_of(seed)) == words(jax.random.key(seed))


@settings(max_examples=30, deadline=None)
@given(seeds, seeds)
def test_no_two_seeds_have_one_key(one, other):
    assert (words(key_of(one)) == words(key_of(other))) == (one == other)


@pytest.mark.parametrize("kind", ["threefry2x32", "rbg", "unsafe_rbg"])
@pytest.mark.parametrize("seed", [5, 2**32 + 5, 2**63, LAST])
def test_long_seeds_have_the_keys_of_jax_with_64_bits(kind, seed):
    with jax.default_prng_impl(kind):
        seen = words(key_of(seed))
        with jax.enable_x64(True):
            assert words(key_of(seed)) == seen
            assert words(jax.random.key(np.uint64(seed))) == seen


def test_keys_are_made_under_jit_too():
    made = jax.jit(lambda: key_of(2**40 + 3))()
    assert words(made) == words(key_of(2**40 + 3))


@pytest.mark.parametrize("seed", [np.int8(3), np.uint64(3), jax.numpy.int32(3)])
def test_integers_of_any_make(seed):
    assert checked_seed(seed) == 3


@pytest.mark.parametrize(
    "seed",
    [-1, 2**64, 1e20, 5.0, float("nan"), float("inf"), True, None, "5", np.float32(3)],
)
def test_what_is_no_seed(seed):
    with pytest.raises(ValueError, match=r"run: saw .*, wanted a whole number from 0"):
        key_of(seed, "run")
