"""Networks of points: PacGAN's sizes, and any dimension."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Context, example_keys
from jaxgan.models import toy

CONTEXT = Context(example_keys(jax.random.key(0), 4), train=True)


def shapes(module, size):
    return jax.eval_shape(
        module.init_with_output, jax.random.key(0), jnp.zeros((4, size)), (), CONTEXT
    )


def count(variables):
    return sum(math.prod(leaf.shape) for leaf in jax.tree.leaves(variables["params"]))


def test_generator_has_pacgans_parameters():
    """Official: no biases but the output's; BatchNorm's scale and shift."""
    points, variables = shapes(toy.Generator(), 2)
    assert points.shape == (4, 2)
    linear = 2 * 400 + 3 * 400 * 400 + 400 * 2 + 2
    assert count(variables) == linear + 4 * 2 * 400
    _, variables = shapes(toy.Generator(normalise=False), 2)
    assert list(variables) == ["params"]
    assert count(variables) == linear + 4 * 400


@pytest.mark.parametrize("packing", [1, 2, 3, 4])
def test_discriminator_has_pacgans_parameters(packing):
    verdict, variables = shapes(toy.Discriminator(), 2 * packing)
    assert verdict.logits.shape == (4,)
    first = (2 * packing + 1) * 1000
    assert count(variables) == first + 2 * 201 * 1000 + 201


def test_maxout_in_numpy():
    module = toy.Discriminator(
        widths=(3,), pieces=2, kernel_init=jax.nn.initializers.normal(1.0)
    )
    x = jax.random.normal(jax.random.key(1), (4, 2))
    variables = module.init(jax.random.key(0), x, (), CONTEXT)
    first, last = (
        np.asarray(variables["params"][f"Dense_{n}"]["kernel"]) for n in range(2)
    )
    pieces = np.asarray(x) @ first
    hidden = np.stack(
        [pieces[:, :2].max(1), pieces[:, 2:4].max(1), pieces[:, 4:].max(1)], 1
    )
    logits = module.apply(variables, x, (), CONTEXT).logits
    np.testing.assert_allclose(logits, (hidden @ last)[:, 0], rtol=1e-5, atol=1e-6)
