"""Every family of generators: onnxruntime makes what JAX makes, of any batch."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, example_keys
from jaxgan.models import cut, cyclegan, pix2pix, restoration
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
}
QUICK = ("dcgan", "mlp", "stylegan2", "toy")
DYNAMIC = {"cut": 4, "cyclegan": 4, "pix2pix": 8, "restoration": 1, "rrdbnet": 2}
"""Multiples of which the sides of pictures are."""
KEY = jax.random.key(0).dtype


def function(name):
    """f(keys, value, *labels), types of its arrays, and f(batch) -> arrays."""
    module, shape, labels = FAMILIES[name]
    labelled = not isinstance(labels, tuple)
    value = jnp.zeros((4, *shape))
    context = Context(example_keys(jax.random.key(0), 4), train=True)
    variables = filled(module, value, labels, context)

    def generate(keys, value, *labels):
        given = labels[0] if labels else ()
        made = module.apply(variables, value, given, Context(keys, step=jnp.int32(3)))
        return getattr(made, "value", made)

    likes = [symbolic("b", KEY), symbolic(", ".join(map(str, ("b", *shape))))]
    likes += [symbolic("b", np.int32)] * labelled

    def arrays(batch, shape=shape):
        values = jax.random.normal(jax.random.key(batch), (batch, *shape))
        keys = example_keys(jax.random.key(5), batch)
        return [keys, values, *[jnp.arange(batch) % 3] * labelled]

    return generate, likes, arrays


def assert_alike(run, generate, arrays):
    """To 1e-5 of the largest value, or what the last bits of an input do, if more."""
    by_jax = jax.jit(generate)
    (made,), wanted = run(*arrays), by_jax(*arrays)
    keys, value, *labels = arrays
    shaken = by_jax(keys, value * np.float32(1 + 2**-23), *labels)
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
