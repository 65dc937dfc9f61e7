"""NetGAN's networks: an LSTM by hand, walks that are draws, temperatures."""

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core import Context, example_keys
from jaxgan.models import netgan

COUNT = 6


def context(step=0, train=True):
    return Context(example_keys(jax.random.key(0), COUNT), step=step, train=train)


def test_the_cell_by_hand():
    """In float64 numpy, as TensorFlow orders the gates: i, j, f + 1, o."""
    cell, rng = netgan.Cell(3), np.random.default_rng(0)
    h, c, x = (rng.standard_normal((COUNT, n)).astype(np.float32) for n in (3, 3, 4))
    variables = cell.init(jax.random.key(1), (h, c), x)
    (seen_h, seen_c), out = cell.apply(variables, (h, c), x)
    dense = variables["params"]["Dense_0"]
    kernel, bias = (np.asarray(dense[name], np.float64) for name in ("kernel", "bias"))
    i, j, f, o = np.split(np.concatenate([x, h], 1) @ kernel + bias, 4, 1)

    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    wanted_c = sigmoid(f + 1) * c + sigmoid(i) * np.tanh(j)
    wanted_h = sigmoid(o) * np.tanh(wanted_c)
    np.testing.assert_allclose(seen_c, wanted_c, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(seen_h, wanted_h, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(out, seen_h)


def test_walks_are_one_hot_and_examples_independent():
    module = netgan.Generator(7, 5, 4, 3)
    z = jax.random.normal(jax.random.key(2), (COUNT, 2))
    variables = module.init(jax.random.key(1), z, (), context())
    walks = module.apply(variables, z, (), context())
    assert walks.shape == (COUNT, 5, 7)
    np.testing.assert_array_equal(walks.sum(-1), 1.0)
    assert set(np.unique(walks)) == {0.0, 1.0}

    def first(z):
        return module.apply(variables, z, (), context())[0, :, 0].sum()

    slope = jax.grad(first)(z)
    assert np.abs(slope[0]).max() > 0
    np.testing.assert_array_equal(slope[1:], 0.0)
    judge = netgan.Discriminator(4, 3)
    variables = judge.init(jax.random.key(1), walks, (), context())
    verdict = judge.apply(variables, walks, (), context())
    assert verdict.logits.shape == (COUNT,)
    assert verdict.features.shape == (COUNT, 4)


def test_temperatures():
    """5 at first, 0.5 in the end, and always 0.5 when nobody trains."""
    module = netgan.Generator(7)
    for step, train, wanted in (
        (0, True, 5.0),
        (20_000, True, 5.0 * np.exp(-1.0)),
        (10**6, True, 0.5),
        (0, False, 0.5),
    ):
        np.testing.assert_allclose(
            module._temperature(context(step, train)), wanted, rtol=1e-5
        )


def test_sizes_of_the_paper():
    """Counted by hand, of Cora-ML's 2,810 nodes."""
    module, nodes = netgan.Generator(2810), 2810
    z = jnp.zeros((COUNT, 16))
    shapes = jax.eval_shape(module.init, jax.random.key(0), z, (), context())
    first = 17 * 40 + 2 * 41 * 40
    stride = (128 + 40 + 1) * 160 + 41 * nodes + nodes * 128
    assert sum(x.size for x in jax.tree.leaves(shapes)) == first + stride
    judge, walks = netgan.Discriminator(), jnp.zeros((COUNT, 16, nodes))
    shapes = jax.eval_shape(judge.init, jax.random.key(0), walks, (), context())
    count = sum(x.size for x in jax.tree.leaves(shapes))
    assert count == nodes * 128 + (128 + 30 + 1) * 120 + 31
