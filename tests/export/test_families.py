"""Every family of generators: onnxruntime makes what JAX makes, of any batch."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, example_keys
from jaxgan.models import (
    autoencoder,
    cut,
    cyclegan,
    molgan,
    netgan,
    pix2pix,
    restoration,
)
from tests.export.same import exported, symbolic
from tests.models.filled import filled
from tests.models.test_laws import GENERATORS

PICTURE = (32, 32, 1)
"""Smaller ones have maps of few places, whose normalisation multiplies rounding."""
FAMILIES = GENERATORS | {
    "cyclegan": (cyclegan.Generator(1, 2, 1), PICTURE, ()),
    "cut": (cut.Generator(1, 2, 1, pix2pix.Norm.BATCH, dropout=0.3), PICTURE, ()),
    "pix2pix": (pix2pix.Generator(1, 2, 3), PICTURE, ()),
    "rrdbnet": (restoration.RRDBNet(2, 1, 3, 1, 2), (8, 8, 1), ()),
    "molgan": (molgan.Generator(6, 4, 5, (16,)), (8,), ()),
    "netgan": (netgan.Generator(7, 5, 4, 3), (2,), ()),
    "autoencoder": (autoencoder.Decoder((4, 6), 3, 1, 2), (4, 4, 3), ()),
}
QUICK = ("dcgan", "mlp", "stylegan2", "toy")
DYNAMIC = {"cut": 4, "cyclegan": 4, "pix2pix": 8, "restoration": 1, "rrdbnet": 2}
"""Multiples of which the sides of pictures are."""
KEY = jax.random.key(0).dtype


def function(name):
    """f(keys, value, *given), types of its arrays, and f(batch) -> arrays.

    The function's result is of one array: of levels the last, of graphs the first.
    """
    module, shape, given = FAMILIES[name]
    conditions, tree = jax.tree.flatten(given)
    value = jnp.zeros((4, *shape))
    context = Context(example_keys(jax.random.key(0), 4), train=True)
    variables = filled(module, value, given, context)

    def generate(keys, value, *given):
        condition = jax.tree.unflatten(tree, given)
        context = Context(keys, step=jnp.int32(3))
        made = module.apply(variables, value, condition, context)
        made = getattr(made, "value", made)
        return made[-1] if isinstance(made, tuple) else jax.tree.leaves(made)[0]

    def like(shape, dtype=np.float32):
        return symbolic(", ".join(map(str, ("b", *shape))), dtype)

    likes = [symbolic("b", KEY), like(shape)]
    likes += [like(x.shape[1:], x.dtype) for x in conditions]

    def arrays(batch, shape=shape):
        values = jax.random.normal(jax.random.key(batch), (batch, *shape))
        keys = example_keys(jax.random.key(5), batch)
        return [
            keys,
            values,
            *(np.resize(x, (batch, *x.shape[1:])) for x in conditions),
        ]

    return generate, likes, arrays


def assert_alike(run, generate, arrays):
    """To 1e-5 of the largest value, or what the last bits of an input do, if more."""
    by_jax = jax.jit(generate)
    (made,), wanted = run(*arrays), by_jax(*arrays)
    keys, value, *given = arrays
    shaken = by_jax(keys, value * np.float32(1 + 2**-23), *given)
    rounding = 3 * float(jnp.abs(shaken - wanted).max())
    limit = max(1e-5 * float(jnp.abs(wanted).max()), rounding)
    np.testing.assert_allclose(made, wanted, rtol=0, atol=limit)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in QUICK else pytest.mark.slow)
        for name in FAMILIES
    ],
)
def test_any_batch(name):
    generate, likes, arrays = function(name)
    run = exported(generate, likes)
    for batch in (1, 3, 64):
        assert_alike(run, generate, arrays(batch))


@pytest.mark.slow
@pytest.mark.parametrize("name", DYNAMIC)
def test_any_sides(name):
    generate, likes, arrays = function(name)
    multiple = DYNAMIC[name]
    likes[1] = symbolic(f"b, {multiple}*h, {multiple}*w, 1")
    run = exported(generate, likes)
    for sides in ((32, 32), (16, 40)):
        assert_alike(run, generate, arrays(2, (*sides, 1)))
