"""Batches and modules that no game can use are refused before any compute."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import linen as nn

from jaxgan import init_state, losses, make_step
from jaxgan.core import Players, Sample, Turn
from jaxgan.games.checks import checked_batch
from jaxgan.games.joint import JointGame
from jaxgan.games.latent import LatentGame
from jaxgan.games.style import StyleGame
from jaxgan.models import mlp
from jaxgan.terms import adversarial

play = adversarial(losses.hinge)
TURNS = (Turn("discriminator", (play,)), Turn("generator", (play,)))
SGD = Players(optax.sgd(0.1), optax.sgd(0.1))
GAME = LatentGame(mlp.Generator((8, 8, 1), (4,)), mlp.Discriminator((4,)), 3)
BYTES = np.zeros((4, 8, 8, 1), np.uint8)
IMAGES = np.zeros((4, 8, 8, 1), np.float32)


@pytest.mark.parametrize(
    ("batch", "error", "message"),
    [
        (IMAGES, TypeError, r"batch: saw float32\[4, 8, 8, 1\], wanted a Sample: Samp"),
        ((IMAGES, ()), TypeError, r"batch: saw a tuple, wanted a Sample: Sample\(val"),
        ({"image": IMAGES}, TypeError, r"batch: saw a dict, wanted a Sample"),
        (
            Sample(BYTES),
            TypeError,
            r"batch\.value: saw uint8\[4, 8, 8, 1\], wanted floats: .* x / 127\.5 - 1",
        ),
        (
            Sample({"x": IMAGES, "y": BYTES}),
            TypeError,
            r"batch\.value: saw uint8\[4, 8, 8, 1\], wanted floats",
        ),
        (
            Sample(np.moveaxis(IMAGES, -1, 1)),
            ValueError,
            r"batch\.value: saw float32\[4, 1, 8, 8\], wanted images \[B, H, W, C\]",
        ),
        (
            Sample(np.zeros((2, 3, 32, 32), np.float32)),
            ValueError,
            r"looks like \[B, C, H, W\]: np\.moveaxis\(x, 1, -1\) turns it",
        ),
    ],
)
def test_batches(batch, error, message):
    with pytest.raises(error, match=message):
        init_state(jax.random.key(0), GAME, TURNS, SGD, batch)
    state = jax.eval_shape(
        lambda: init_state(jax.random.key(0), GAME, TURNS, SGD, Sample(IMAGES))
    )
    step = make_step(GAME, TURNS, SGD)
    with pytest.raises(error, match=message):
        jax.eval_shape(step, state, batch)


@pytest.mark.parametrize(
    "shape",
    [(4, 2), (4, 3, 3, 3), (4, 1, 1, 3), (4, 16, 8, 8), (4, 3, 8, 4), (4, 9, 1)],
)
def test_other_batches_pass(shape):
    for value in (
        np.zeros(shape, np.float64),
        jax.ShapeDtypeStruct(shape, jnp.bfloat16),
    ):
        assert checked_batch(Sample(value)).value is value


class Plain(nn.Module):
    @nn.compact
    def __call__(self, z):
        return z


class Silent(nn.Module):
    """No `__call__`."""


GOOD = mlp.Discriminator((4,))


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (
            Plain(),
            r"saw Plain\.__call__\(self, z\), wanted __call__\(self, value, given",
        ),
        (mlp.Generator, r"saw the class Generator, wanted an instance: Generator\("),
        (Silent(), r"saw a Silent, wanted a Flax module \(linen\) with __call__"),
        (lambda z, given, context: z, r"saw a function, wanted a Flax module"),
    ],
)
def test_modules(module, message):
    for game in (LatentGame, StyleGame):
        with pytest.raises(TypeError, match=f"generator: {message}"):
            game(module, GOOD, 3)
        with pytest.raises(TypeError, match=f"discriminator: {message}"):
            game(GOOD, module, 3)
    with pytest.raises(TypeError, match=f"encoder: {message}"):
        JointGame(GOOD, GOOD, 3, encoder=module)
