"""Mode coverage on a ring of 8 or a grid of 25 Gaussians, with any recipe.

Data and protocol are PacGAN's (Lin et al. 2018, arXiv 1712.04086, section 4.1): 2,500
samples; one is of high quality within 3 standard deviations of its mode; a mode is
captured by one such sample. The networks are smaller than the paper's (three layers of
128, no batch normalisation, He's initialisation), so that a run takes a minute on a
laptop. Every recipe keeps its published constants but the learning rate, which is 1e-3
for all, and R3GAN's schedules, which run over this run's length, with γ in proportion
to the data's scale. Of three seeds each, R3GAN captures 8 of 8 and 25 of 25 modes on
all; the README has the table of all recipes.

    python experiments/first/toy_modes.py
    python experiments/first/toy_modes.py --mixture ring --recipe wgan_gp --pack 2

Every thousand steps it prints modes captured, the share of high-quality samples and
the reverse divergence, and draws samples over the discriminator's surface; at the end
the pictures become an animation.
"""

import dataclasses
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from jaxgan import data, recipes
from jaxgan.core import Context, Sample, example_keys, schedules
from jaxgan.evaluation import modes
from jaxgan.games.latent import LatentGame
from jaxgan.models import toy
from jaxgan.nn import Packed
from jaxgan.run import launch
from jaxgan.run.experiment import Experiment
from jaxgan.run.kinds import Points
from jaxgan.run.options import Options

SAMPLES = 2_500
he = nn.initializers.variance_scaling(2.0, "fan_in", "normal")


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    mixture: Literal["ring", "grid"] = "grid"
    """8 Gaussians on the unit circle, or 25 on a 5 × 5 lattice."""
    recipe: Literal[
        "minimax",
        "nonsaturating",
        "least_squares",
        "wgan",
        "wgan_gp",
        "hinge",
        "relativistic",
        "r3gan",
    ] = "r3gan"
    """Loss, penalties and optimizers."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 128
    """Points per step."""
    width: int = 128
    """Features of each of the three hidden layers of both players."""
    learning_rate: float = 1e-3
    """Of both players. What is published for images is too slow for points."""
    pack: int = 1
    """Points judged together by the discriminator (PacGAN); 1 is the usual GAN."""
    burn_in: int = 8_000
    """Steps over which R3GAN's schedules run."""


VARIANTS = {"default": Config(), "ring": Config(mixture="ring")}
OPTIONS = Options(steps=8_000, log_every=500, sample_every=1_000, save_every=4_000)


def mixture(config: Config) -> tuple[data.Source, np.ndarray, float, float]:
    """Finds the data, its centres, its deviation, and γ for R3GAN."""
    if config.mixture == "ring":
        return data.ring(), data.ring_centres(), data.RING_DEVIATION, 0.1
    return data.grid(), data.grid_centres(), data.GRID_DEVIATION, 1.0


def chosen_recipe(config: Config, gamma: float) -> recipes.Recipe:
    """Chooses the recipe by its name."""
    rate = config.learning_rate
    if config.recipe == "hinge":
        return recipes.hinge(rate, rate)
    if config.recipe == "wgan":
        # The official code's 2,500 first steps would be a third of all.
        return recipes.wgan(rate, first_rounds=0)
    if config.recipe != "r3gan":
        return getattr(recipes, config.recipe)(rate)
    return recipes.r3gan(
        gamma=(gamma, 0.1 * gamma),
        learning_rate=(rate, 0.1 * rate),
        half_life=(0.0, 500.0 * config.batch_size),
        burn_in_images=config.burn_in * config.batch_size,
        batch_size=config.batch_size,
    )


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source, centres, deviation, gamma = mixture(config)
    recipe = chosen_recipe(config, gamma)
    widths = (config.width,) * 3
    judge = toy.Discriminator(widths, pieces=2, kernel_init=he)
    game = LatentGame(
        toy.Generator(widths, normalise=False, kernel_init=he),
        Packed(judge, config.pack) if config.pack > 1 else judge,
        latent_size=2,
    )

    @jax.jit
    def points(variables):
        context = Context(example_keys(jax.random.key(1), SAMPLES))
        latent, variables = game.latent(variables, context)
        return game.generate(variables, latent, context)[0].value

    def measure(state):
        seen = modes.coverage(np.asarray(points(state.ema)), centres, deviation)
        return {
            "coverage/modes": seen.modes,
            "coverage/high_quality": seen.high_quality,
            "coverage/reverse_divergence": seen.reverse_divergence,
        }

    lattice = _lattice(1.35 * float(np.abs(centres).max()))

    @jax.jit
    def surface(variables):
        value = jnp.repeat(jnp.asarray(lattice), config.pack, axis=0)
        context = Context(example_keys(jax.random.key(1), len(value)))
        return game.discriminate(variables, Sample(value), context)[0].logits

    def progress(state, sample):
        del sample
        return landscape(
            surface(state.variables.discriminator), points(state.ema), lattice
        )

    return Experiment(
        game=game,
        recipe=recipe._replace(
            ema_decay=schedules.half_life(500.0 * config.batch_size, ramp_up=0.05)
        ),
        data=data.batches(source, config.batch_size, config.seed),
        kind=Points(real=centres),
        progress=progress,
        measure=measure,
    )


def _lattice(reach: float, side: int = 96) -> np.ndarray:
    """Makes points [side², 2] of a square, row by row from below."""
    line = np.linspace(-reach, reach, side, dtype=np.float32)
    return np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)


def landscape(logits, points, lattice: np.ndarray) -> np.ndarray:
    """Draws points over logits: red where they say real, blue where they say fake."""
    logits, points = np.asarray(logits), np.asarray(points)
    side, reach = int(len(lattice) ** 0.5), float(lattice.max())
    figure = Figure(figsize=(5, 5), dpi=100)
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    far = max(float(np.abs(logits - np.median(logits)).max()), 1e-6)
    axes.imshow(
        (logits - np.median(logits)).reshape(side, side),
        extent=(-reach, reach, -reach, reach),
        origin="lower",
        cmap="coolwarm",
        vmin=-far,
        vmax=far,
        interpolation="bilinear",
    )
    axes.scatter(points[:, 0], points[:, 1], s=3, c="black", linewidths=0)
    axes.set_xlim(-reach, reach)
    axes.set_ylim(-reach, reach)
    axes.set_axis_off()
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def tiny(config: Config) -> Config:
    """Makes the config small enough for a test."""
    return dataclasses.replace(config, batch_size=8, width=8)


if __name__ == "__main__":
    launch.main(__file__)
