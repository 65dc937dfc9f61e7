"""The lesson's networks, counted by hand and recomputed in numpy."""

import math

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core import Context, example_keys
from jaxgan.models import mlp
from tests.models.filled import filled

CONTEXT = Context(example_keys(jax.random.key(0), 2))


def count(module, *shape):
    variables = jax.eval_shape(
        module.init, jax.random.key(0), jnp.zeros((2, *shape)), (), CONTEXT
    )
    return sum(math.prod(leaf.shape) for leaf in jax.tree.leaves(variables["params"]))


def test_parameters_by_hand():
    dense = 100 * 256 + 256 + 256 * 512 + 512 + 512 * 784 + 784
    assert count(mlp.Generator(), 100) == dense + 2 * (256 + 512) == 561_168
    dense = 784 * 512 + 512 + 512 * 256 + 256 + 256 + 1
    assert count(mlp.Discriminator(), 28, 28, 1) == dense == 533_505


def leaky(x):
    return np.where(x > 0, x, 0.2 * x)


def test_generator_in_numpy():
    module = mlp.Generator((2, 3, 1), widths=(5, 4))
    z = jax.random.normal(jax.random.key(1), (2, 3))
    variables = filled(module, z, (), CONTEXT)
    params = jax.tree.map(np.asarray, variables["params"])
    x = np.asarray(z)
    for place in range(2):
        dense = params[f"Dense_{place}"]
        x = leaky(x @ dense["kernel"] + dense["bias"])
        norm = params[f"BatchNorm_{place}"]
        stats = jax.tree.map(np.asarray, variables["batch_stats"][f"BatchNorm_{place}"])
        x = (x - stats["mean"]) / np.sqrt(stats["var"] + 1e-5)
        x = x * norm["scale"] + norm["bias"]
    dense = params["Dense_2"]
    x = np.tanh(x @ dense["kernel"] + dense["bias"]).reshape(2, 2, 3, 1)
    np.testing.assert_allclose(
        module.apply(variables, z, (), CONTEXT), x, rtol=1e-5, atol=1e-6
    )


def test_discriminator_in_numpy():
    module = mlp.Discriminator(widths=(5, 4))
    images = jax.random.normal(jax.random.key(1), (2, 2, 3, 1))
    variables = filled(module, images, (), CONTEXT)
    x = np.asarray(images).reshape(2, 6)
    for place in range(2):
        dense = jax.tree.map(np.asarray, variables["params"][f"Dense_{place}"])
        x = leaky(x @ dense["kernel"] + dense["bias"])
    dense = jax.tree.map(np.asarray, variables["params"]["Dense_2"])
    expected = (x @ dense["kernel"] + dense["bias"])[:, 0]
    verdict = module.apply(variables, images, (), CONTEXT)
    np.testing.assert_allclose(verdict.logits, expected, rtol=1e-5, atol=1e-6)
