"""Shapes, sizes, draws and errors of the networks of pairs."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, example_keys
from jaxgan.models import ali

B, Z = 4, 5


def context(seed=0, train=False):
    return Context(example_keys(jax.random.key(seed), B), (), train=train)


def images(size, channels=3):
    shape = (B, size, size, channels)
    return jnp.tanh(jax.random.normal(jax.random.key(1), shape))


def points():
    return jax.random.normal(jax.random.key(1), (B, 2))


def codes():
    return jax.random.normal(jax.random.key(2), (B, Z))


def count(variables):
    return sum(x.size for x in jax.tree.leaves(variables["params"]))


def initialised(module, value):
    return jax.jit(module.init)(jax.random.key(0), value, (), context(train=True))


@pytest.mark.parametrize("size", [8, 28])
def test_images(size):
    """Kernels of 4×4 between maps, a dense layer on the last: counted by hand."""
    x, encoder = images(size), ali.Encoder(Z, 3)
    variables = initialised(encoder, x)
    z = encoder.apply(variables, x, (), context())
    assert z.shape == (B, Z)
    maps = {8: [(3, 3), (3, 6)], 28: [(3, 3), (3, 6), (6, 12)]}[size]
    base = {8: 2, 28: 4}[size]
    kernels = sum(16 * a * b for a, b in maps)
    norms = sum(2 * b for _, b in maps)
    flat = base * base * maps[-1][1]
    assert count(variables) == kernels + norms + (flat + 1) * 2 * Z
    judge = ali.Discriminator(3, (7,), (11,))
    pair = {"x": x, "z": z}
    variables = initialised(judge, pair)
    verdict = judge.apply(variables, pair, (), context())
    assert verdict.logits.shape == (B,)
    assert verdict.features.shape == (B, 11)
    dense = (Z + 1) * 7 + (flat + 7 + 1) * 11 + (11 + 1)
    # The first map has a bias, the others a norm.
    assert count(variables) == kernels + 3 + norms - 2 * 3 + dense


def test_points():
    x, encoder = points(), ali.PointEncoder(Z, (6, 7))
    variables = initialised(encoder, x)
    assert encoder.apply(variables, x, (), context()).shape == (B, Z)
    assert count(variables) == 2 * 6 + 12 + 6 * 7 + 14 + (7 + 1) * 2 * Z
    judge = ali.PointDiscriminator((6,), 3)
    pair = {"x": x, "z": codes()}
    variables = initialised(judge, pair)
    assert judge.apply(variables, pair, (), context()).logits.shape == (B,)
    assert count(variables) == (2 + Z + 1) * 18 + 7


@pytest.mark.parametrize(
    ("judge", "x"),
    [
        (ali.Discriminator(3, (7,), (11,)), images(8)),
        (ali.PointDiscriminator(), points()),
    ],
    ids=["images", "points"],
)
@pytest.mark.parametrize("part", ["x", "z"])
def test_verdicts_depend_on_both_parts_of_their_own_pair(judge, x, part):
    pair = {"x": x, "z": codes()}
    variables = initialised(judge, pair)

    def logits(pair):
        return judge.apply(variables, pair, (), context()).logits

    changed = {**pair, part: pair[part].at[1].multiply(-2.0)}
    moved = np.asarray(jax.jit(logits)(pair) != jax.jit(logits)(changed))
    np.testing.assert_array_equal(moved, [False, True, False, False])


def test_codes_are_drawn_around_a_mean_with_a_deviation():
    """z = μ + exp(log σ) ε: the moments of many draws, and slopes through them."""
    code, x = ali.Code(1), jnp.array([[1.0, -2.0]])
    kernel = jnp.array([[0.5, 0.2], [0.25, 0.4]])
    bias = jnp.array([1.0, 0.1])
    variables = {"params": {"Dense_0": {"kernel": kernel, "bias": bias}}}
    mean, log_deviation = np.asarray(x @ kernel)[0] + bias
    many = 20_000
    drawn = code.apply(
        variables,
        jnp.repeat(x, many, axis=0),
        Context(example_keys(jax.random.key(3), many)),
    )
    deviation = np.exp(log_deviation)
    np.testing.assert_allclose(np.mean(drawn), mean, atol=5 * deviation / many**0.5)
    np.testing.assert_allclose(np.std(drawn), deviation, rtol=0.03)
    one = Context(example_keys(jax.random.key(4), 1))

    def first(variables):
        return code.apply(variables, x, one)[0, 0]

    noise = (first(variables) - mean) / deviation
    slope = jax.grad(first)(variables)["params"]["Dense_0"]["bias"]
    np.testing.assert_allclose(slope, [1.0, deviation * noise], rtol=1e-4)


def test_computed_codes_need_no_keys():
    encoder, x = ali.Encoder(Z, 3, stochastic=False), images(8)
    variables = initialised(encoder, x)
    seen = [encoder.apply(variables, x, (), context(seed)) for seed in (0, 1)]
    np.testing.assert_array_equal(*seen)
    drawing = ali.Encoder(Z, 3)
    variables = initialised(drawing, x)
    seen = [drawing.apply(variables, x, (), context(seed)) for seed in (0, 1)]
    assert not np.any(seen[0] == seen[1])
