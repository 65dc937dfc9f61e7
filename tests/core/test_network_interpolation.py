"""Networks between two networks: exact ends, a straight way, clear refusals."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.core import Players, State
from jaxgan.core.network_interpolation import interpolate_networks, interpolate_states


def network(seed):
    rng = np.random.default_rng(seed)

    def draw(*shape):
        return rng.standard_normal(shape).astype(np.float32)

    return {
        "params": {"conv": {"kernel": draw(2, 3), "bias": draw(3)}},
        "batch_stats": {"norm": {"mean": draw(3), "count": np.int32(seed)}},
    }


def number(tree):
    return tree["batch_stats"]["norm"].pop("count")


@given(seed=st.integers(0, 10**6), share=st.floats(0.0, 1.0, width=32))
@settings(deadline=None, max_examples=20)
def test_the_way_is_straight(seed, share):
    start, end = network(seed), network(seed + 1)
    for at, wanted in ((0.0, start), (1.0, end)):
        seen = interpolate_networks(start, end, at)
        assert number(seen) == seed
        jax.tree.map(np.testing.assert_array_equal, seen["params"], wanted["params"])
    seen = interpolate_networks(start, end, share)
    for a, b, c in zip(*map(jax.tree.leaves, (start, end, seen))):
        if c.dtype == np.float32:
            wanted = (1 - share) * np.float64(a) + share * np.float64(b)
            np.testing.assert_allclose(c, wanted, rtol=1e-5, atol=1e-6)


def test_a_share_may_be_traced():
    start, end = network(1), network(2)
    seen = jax.jit(interpolate_networks)(start, end, jnp.float32(0.25))
    wanted = interpolate_networks(start, end, 0.25)
    for a, b in zip(jax.tree.leaves(seen), jax.tree.leaves(wanted)):
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-7)


def state(seed):
    players = Players(network(seed), {"params": {"own": np.ones(seed)}})
    empty = Players((), ())
    return State(
        *(jnp.int32(seed), jax.random.key(seed), players, empty, network(seed + 10)),
        *({}, ()),
    )


def test_states():
    start, end = state(2), state(3)
    seen = interpolate_states(start, end, 0.5)
    wanted = interpolate_networks(network(2), network(3), 0.5)
    jax.tree.map(np.testing.assert_array_equal, seen.variables.generator, wanted)
    wanted = interpolate_networks(network(12), network(13), 0.5)
    jax.tree.map(np.testing.assert_array_equal, seen.ema, wanted)
    assert seen.step == 2
    assert seen.variables.discriminator is start.variables.discriminator


def test_what_is_refused():
    start, end = network(0), network(1)
    for share in (-0.1, 1.5, float("nan")):
        with pytest.raises(ValueError, match=r"share: saw .*, wanted "):
            interpolate_networks(start, end, share)
    with pytest.raises(ValueError, match=r"share: saw \[2\], wanted one number"):
        interpolate_networks(start, end, jnp.zeros(2))
    other = network(1)
    other["params"]["conv"]["bias"] = np.zeros(4, np.float32)
    wanted = r"\['bias'\]: saw float32\[4\] at the end, wanted float32\[3\] as at the"
    with pytest.raises(ValueError, match=wanted):
        interpolate_networks(start, other, 0.5)
    del other["params"]["conv"]["bias"]
    with pytest.raises(ValueError, match=r"\['bias'\]: saw it at the start alone"):
        interpolate_networks(start, other, 0.5)
    with pytest.raises(ValueError, match=r"\['bias'\]: saw it at the end alone"):
        interpolate_networks(other, start, 0.5)
