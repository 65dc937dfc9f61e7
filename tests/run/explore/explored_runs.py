"""Small generators to explore, of noise and of styles."""

import functools
import pathlib

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan import data, recipes
from jaxgan.core import Sample, init_state
from jaxgan.games.latent import LatentGame, uniform_labels
from jaxgan.games.paired import PairedGame
from jaxgan.games.style import StyleGame
from jaxgan.models import dcgan, pix2pix, restoration, stylegan2
from jaxgan.run.experiment import Experiment
from jaxgan.run.kinds import pairs
from jaxgan.run.sampling.stored_run import StoredRun

STYLED = {"mapping_layers": 1, "channel_base": 32, "channel_max": 4}
CLASSES = ("dark", "light")


def stored(game, images, step=3, first=None, **options):
    """A run of a game that was not trained, but has moved away from its start."""
    labels = np.arange(len(images)) % 2
    recipe = recipes.nonsaturating(1e-3)
    examples = data.batches(data.arrays(images, labels, CLASSES), 4)
    experiment = Experiment(game, recipe, examples, **options)
    first = first or examples(0)
    state = jax.jit(
        lambda key: init_state(key, game, recipe.turns, recipe.optimizers, first)
    )(jax.random.key(0))
    state = state._replace(ema=jax.tree.map(lambda x: x + 0.01, state.ema))
    return StoredRun(experiment, state, step, None, "odd", pathlib.Path("odd"))


def images(side, channels=1):
    random = np.random.default_rng(0)
    return random.integers(0, 255, (60, side, side, channels)).astype(np.uint8)


@functools.cache
def of_styles():
    """Styles of six layers, conditioned on labels."""
    game = StyleGame(
        stylegan2.Generator((16, 16, 1), 2, 4, **STYLED),
        stylegan2.Discriminator(2, group=2, **STYLED),
        latent_size=3,
        conditioning=uniform_labels(2),
    )
    return stored(game, images(16))


@functools.cache
def of_noise():
    """Noise of six numbers, unconditional, in colours."""
    game = LatentGame(dcgan.Generator((16, 16, 3), 4), dcgan.Discriminator(4), 6)
    return stored(game, images(16, 3))


def of_pictures():
    """Larger pictures of small ones."""
    large = jnp.zeros((4, 16, 16, 1))
    game = PairedGame(
        restoration.SRResNet(2, 1, 3, 2),
        pix2pix.Discriminator(2, 0),
        judges_source=False,
    )
    return stored(game, images(16), first=Sample(large, large[:, ::2, ::2]), kind=pairs)
