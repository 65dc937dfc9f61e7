"""Rotary positions, norms and gates of transformers, by their laws."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.nn import LayerScale, RMSNorm, SwiGLU, rms_norm
from jaxgan.nn.rotary import angles, rotate
from tests.models.golden import assert_near


def draw(seed, *shape):
    return jax.random.normal(jax.random.key(seed), shape)


@given(
    rows=st.integers(1, 4),
    columns=st.integers(1, 4),
    move=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    quarter=st.integers(1, 3),
)
@settings(deadline=None, max_examples=20)
def test_products_depend_on_distance_only(rows, columns, move, quarter):
    """Tokens of two places, and of both moved alike, and lengths stay."""
    query, key = (draw(seed, 1, 1, 1, 4 * quarter) for seed in (1, 2))
    down, right = move
    wide = angles(rows + down, columns + right, 4 * quarter)
    wide = wide.reshape(rows + down, columns + right, -1)

    def product(first, second):
        turned = [
            rotate(x, wide[at][None]) for x, at in ((query, first), (key, second))
        ]
        norms = [float(jnp.linalg.norm(x)) for x in turned]
        np.testing.assert_allclose(
            norms, [float(jnp.linalg.norm(x)) for x in (query, key)], rtol=1e-5
        )
        return float(jnp.sum(turned[0] * turned[1]))

    here = product((0, 0), (rows - 1, columns - 1))
    there = product((down, right), (rows - 1 + down, columns - 1 + right))
    np.testing.assert_allclose(here, there, atol=2e-5)


def test_official_rotation(golden):
    """Of a ramp, with interleaved pairs, rows before columns."""
    npz = np.load(golden / "gat_generator.npz")
    ramp = jnp.arange(256, dtype=jnp.float32).reshape(1, 16, 1, 16) / 10
    wanted = np.moveaxis(npz["out/plain/rope_of_ramp"], 1, 2)
    assert_near(rotate(ramp, angles(4, 4, 16)), wanted, 1e-6)
    cosines = np.cos(np.repeat(angles(4, 4, 16), 2, axis=1))
    np.testing.assert_allclose(cosines, npz["state/feat_rope.freqs_cos"], atol=1e-6)


def test_first_tokens_without_a_place_are_not_turned():
    x = draw(1, 2, 5, 3, 8)
    seen = rotate(x, angles(2, 2, 8))
    np.testing.assert_array_equal(seen[:, :1], x[:, :1])
    np.testing.assert_allclose(seen[:, 1:], rotate(x[:, 1:], angles(2, 2, 8)))


def test_bfloat16_is_turned_in_float32():
    x = draw(1, 1, 4, 1, 8).astype(jnp.bfloat16)
    seen = rotate(x, angles(2, 2, 8))
    assert seen.dtype == jnp.float32
    np.testing.assert_array_equal(seen, rotate(x.astype(jnp.float32), angles(2, 2, 8)))


def test_rms_norm():
    """The mean square is 1 whatever the scale; the gain is one for every feature."""
    x = 100.0 * draw(1, 2, 3, 64)
    np.testing.assert_allclose(jnp.mean(rms_norm(x) ** 2, -1), 1.0, rtol=1e-5)
    np.testing.assert_allclose(rms_norm(3.0 * x), rms_norm(x), rtol=1e-5)
    assert rms_norm(x.astype(jnp.bfloat16)).dtype == jnp.float32
    # Below the root of ε numbers shrink with their scale.
    np.testing.assert_allclose(rms_norm(jnp.full((1, 4), 1e-6)), 1e-3, rtol=1e-5)
    gain = jnp.arange(64.0)
    seen = RMSNorm().apply({"params": {"scale": gain}}, x)
    np.testing.assert_allclose(seen, gain[None, None] * rms_norm(x), rtol=1e-6)


def test_swiglu_and_layer_scale_by_their_formulas():
    x = draw(1, 2, 3, 4)
    variables = SwiGLU(5).init(jax.random.key(0), x)
    params = variables["params"]
    both = np.asarray(x, np.float64) @ np.asarray(params["gate_value"]["kernel"])
    gate, value = both[..., :5], both[..., 5:]
    wanted = gate / (1 + np.exp(-gate)) * value @ np.asarray(params["out"]["kernel"])
    np.testing.assert_allclose(SwiGLU(5).apply(variables, x), wanted, atol=1e-5)
    scale = LayerScale(0.5)
    seen = scale.apply(scale.init(jax.random.key(0), x), x)
    np.testing.assert_array_equal(seen, 0.5 * x)


def test_errors():
    with pytest.raises(ValueError, match="features: saw 6, wanted a multiple of 4"):
        angles(2, 2, 6)
    with pytest.raises(ValueError, match=r"angles: saw \[4, 4\], wanted those of at "):
        rotate(draw(1, 1, 3, 1, 8), angles(2, 2, 8))
