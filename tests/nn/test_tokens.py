"""Patches, positions, times and attention: against loops, and by their laws."""

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.nn import (
    Dense,
    Modulation,
    MultiHeadAttention,
    TimestepEmbedding,
    adaptive_layer_norm,
    from_patches,
    layer_norm,
    patches,
    repeated,
    sinusoidal_positions,
    sinusoids,
)


def draw(*shape, seed=0):
    return jax.random.normal(jax.random.key(seed), shape)


@given(
    rows=st.integers(1, 3),
    columns=st.integers(1, 3),
    size=st.integers(1, 3),
    channels=st.integers(1, 3),
)
@settings(deadline=None, max_examples=15)
def test_patches(rows, columns, size, channels):
    """Each token is the square that lies where it is, and nothing gets lost."""
    x = np.asarray(draw(2, rows * size, columns * size, channels))
    tokens = patches(jnp.asarray(x), size)
    for place, (row, column) in enumerate(np.ndindex(rows, columns)):
        square = x[:, row * size :, column * size :][:, :size, :size]
        np.testing.assert_array_equal(tokens[:, place], square.reshape(2, -1))
    back = from_patches(tokens, rows * size, columns * size, size)
    np.testing.assert_array_equal(back, x)


def test_patches_errors():
    with pytest.raises(ValueError, match="patch: saw 3, wanted a divisor of the sides"):
        patches(draw(1, 4, 6, 1), 3)
    with pytest.raises(ValueError, match=r"tokens: saw \[3, 4\], wanted 4 of 2"):
        from_patches(draw(1, 3, 4), 4, 4, 2)
    with pytest.raises(ValueError, match="features: saw 6, wanted a multiple of 4"):
        sinusoidal_positions(2, 2, 6)
    with pytest.raises(ValueError, match="features: saw 3, wanted an even number"):
        sinusoids(jnp.zeros(1), 3)


def test_official_positions(golden):
    npz = np.load(golden / "afm_generator.npz")
    wanted = npz["state/one_step/pos_embed"][0]
    np.testing.assert_allclose(sinusoidal_positions(4, 4, 24), wanted, 0, 1e-6)


def test_positions_are_told_apart():
    """Of a grid that is no square: the column changes one half, the row the other."""
    at = np.asarray(sinusoidal_positions(3, 5, 16)).reshape(3, 5, 16)
    assert len(np.unique(at.reshape(15, 16).round(5), axis=0)) == 15
    np.testing.assert_array_equal(at[:, 2, :8], at[:1, 2, :8].repeat(3, 0))
    np.testing.assert_array_equal(at[1, :, 8:], at[1, :1, 8:].repeat(5, 0))


def test_times():
    """By hand, and twice the sinusoids are as long as their number of pairs."""
    times = jnp.array([0.0, 0.3, 1.0])
    seen = np.asarray(sinusoids(1000.0 * times, 8))
    for row, time in zip(seen, (0.0, 300.0, 1000.0)):
        angles = time / 10_000 ** (np.arange(4) / 4)
        np.testing.assert_allclose(row, [*np.cos(angles), *np.sin(angles)], 0, 2e-4)
    np.testing.assert_allclose(np.sum(seen**2, axis=1), 4.0, 1e-5)
    layer = TimestepEmbedding(5, 4)
    variables = layer.init(jax.random.key(0), times)
    inner, outer = (variables["params"][name] for name in ("inner", "outer"))
    hidden = nn.silu(seen @ inner["kernel"] + inner["bias"][None])
    wanted = hidden @ outer["kernel"] + outer["bias"][None]
    np.testing.assert_allclose(layer.apply(variables, times), wanted, 1e-4, 1e-6)


@given(scale=st.floats(0.1, 100.0), shift=st.floats(-10.0, 10.0))
@settings(deadline=None, max_examples=15)
def test_layer_norm_forgets_scale_and_shift(scale, shift):
    x = draw(2, 3, 16)
    seen = layer_norm(x, 0.0)
    np.testing.assert_allclose(layer_norm(scale * x + shift, 0.0), seen, 0, 2e-3)
    np.testing.assert_allclose(jnp.mean(seen, -1), 0.0, atol=1e-5)
    np.testing.assert_allclose(jnp.var(seen, -1), 1.0, 1e-4)


def test_layer_norm_is_exact_in_bfloat16():
    """Of small numbers far from 0, whose variance bfloat16 cannot tell."""
    x = (100.0 + draw(2, 3, 16)).astype(jnp.bfloat16)
    seen = layer_norm(x)
    assert seen.dtype == jnp.bfloat16
    wanted = layer_norm(x.astype(jnp.float32))
    np.testing.assert_allclose(seen.astype(jnp.float32), wanted, 1e-2, 1e-2)


def test_modulation_is_nothing_at_first():
    layer, condition, x = Modulation(2, 6), draw(3, 5), draw(3, 4, 6)
    variables = layer.init(jax.random.key(0), condition)
    shift, scale = layer.apply(variables, condition)
    assert shift.shape == (3, 1, 6)
    np.testing.assert_array_equal(adaptive_layer_norm(x, shift, scale), layer_norm(x))
    filled = jax.tree.map(lambda p: draw(*p.shape), variables)
    shift, scale = layer.apply(filled, condition)
    vectors = filled["params"]["vectors"]
    wanted = nn.silu(condition) @ vectors["kernel"] + vectors["bias"][None]
    np.testing.assert_allclose(shift[:, 0], wanted[:, :6], 1e-4, 1e-5)
    np.testing.assert_allclose(scale[:, 0], wanted[:, 6:], 1e-4, 1e-5)


def test_attention_by_hand():
    """One head and one token at a time; queries and keys as they were prepared."""
    x, seen_names = draw(2, 3, 4), []

    def prepare(name, x):
        seen_names.append(name)
        return 2.0 * x if name == "query" else x

    layer = MultiHeadAttention(2, prepare)
    variables = layer.init(jax.random.key(0), x)
    filled = jax.tree.map(lambda p: draw(*p.shape, seed=p.size), variables)["params"]
    seen = layer.apply({"params": filled}, x)
    assert set(seen_names) == {"query", "key"}
    first, last = filled["query_key_value"], filled["out"]
    joined = np.asarray(x @ first["kernel"] + first["bias"][None, None])
    joined = joined.reshape(2, 3, 3, 2, 2)
    for tokens, wanted in zip(joined, np.asarray(seen)):
        found = np.zeros((3, 2, 2))
        for i, head in np.ndindex(3, 2):
            match = tokens[:, 1, head] @ (2.0 * tokens[i, 0, head]) / 2**0.5
            share = np.exp(match - match.max())
            found[i, head] = share / share.sum() @ tokens[:, 2, head]
        by_hand = found.reshape(3, 4) @ np.asarray(last["kernel"])
        np.testing.assert_allclose(
            wanted, by_hand + np.asarray(last["bias"]), 1e-4, 1e-5
        )


def test_attention_knows_no_order():
    """Tokens in another order come out in that order."""
    layer, x = MultiHeadAttention(2), draw(2, 5, 8)
    variables = layer.init(jax.random.key(0), x)
    order = np.array([3, 1, 4, 0, 2])
    seen = layer.apply(variables, x[:, order])
    np.testing.assert_allclose(seen, layer.apply(variables, x)[:, order], 0, 1e-5)


def test_attention_is_shared_out_exactly():
    """Of bfloat16 tokens the softmax is float32: equal values stay as they are."""
    layer, x = MultiHeadAttention(1, dtype=jnp.bfloat16), jnp.ones((1, 300, 4))
    variables = layer.init(jax.random.key(0), x)
    seen, of_one = layer.apply(variables, x), layer.apply(variables, x[:, :1])
    assert seen.dtype == jnp.bfloat16
    np.testing.assert_allclose(
        seen.astype(jnp.float32), jnp.repeat(of_one, 300, 1).astype(jnp.float32), 1e-2
    )
    with pytest.raises(ValueError, match="heads: saw 3, wanted a divisor of 4"):
        MultiHeadAttention(3).init(jax.random.key(0), x)


class Adding(nn.Module):
    """A block that adds a layer of its input and of something else."""

    @nn.compact
    def __call__(self, x, other):
        return x + jnp.tanh(Dense(x.shape[-1])(x + other)), None


class Tower(nn.Module):
    """The same blocks, gone through several times."""

    times: int
    rematerialize: bool = False
    written_out: int = 1

    @nn.compact
    def __call__(self, x, other):
        blocks = repeated(
            *(Adding, 3, self.rematerialize),
            **{"name": "blocks", "written_out": self.written_out},
        )
        for _ in range(self.times):
            x = blocks(x, other)
        return x


@pytest.mark.parametrize("rematerialize", [False, True])
def test_repeated_blocks_are_those_written_out(rematerialize):
    x, other = draw(2, 4), draw(2, 4, seed=1)
    tower = Tower(2, rematerialize)
    variables = tower.init(jax.random.key(0), x, other)
    stacked = variables["params"]["blocks"]
    assert stacked["Dense_0"]["kernel"].shape == (3, 4, 4)
    wanted = x
    for place in [0, 1, 2, 0, 1, 2]:
        own = jax.tree.map(lambda leaf: leaf[place], stacked)  # noqa: B023
        wanted = Adding().apply({"params": own}, wanted, other)[0]
    np.testing.assert_allclose(tower.apply(variables, x, other), wanted, 1e-5, 1e-6)


def test_few_blocks_are_no_loop():
    """The variables and the gradient stay; what is rematerialised stays a loop."""
    x, other = draw(2, 4), draw(2, 4, seed=1)
    loop, few, rematerialized = Tower(1), Tower(1, False, 3), Tower(1, True, 3)
    variables = loop.init(jax.random.key(0), x, other)
    chex.assert_trees_all_equal(variables, few.init(jax.random.key(0), x, other))

    def slope(tower):
        return jax.grad(lambda v: jnp.sum(jnp.sin(tower.apply(v, x, other))))

    loops = [
        jax.jit(slope(tower)).lower(variables).as_text().count("stablehlo.while")
        for tower in (loop, few, rematerialized)
    ]
    assert loops == [2, 0, 2]
    chex.assert_trees_all_close(
        slope(few)(variables), slope(loop)(variables), rtol=1e-5
    )
