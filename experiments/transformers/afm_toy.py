"""Does an adversarial flow model learn the optimal map? Numbers, and nothing else.

Lin et al. 2025 (arXiv 2511.22475): a generator that pays for how far it moves its noise
ends at Wasserstein-2's optimal transport, from every seed. Of single numbers that map
is known: it keeps their order, T(z) = F⁻¹(Φ(z)), with F the distribution of the data,
here the official notebook's four Gaussians at ±0.5 and ±1.5, 0.05 wide. Constants are
the notebook's: finite differences with λ_gp = 0.01 on all of the batch, λ_ot = 0.05, no
normalised gradients, four layers of 1,024; `small` has four of 128 and a higher rate.

    python experiments/transformers/afm_toy.py --variant small
    python experiments/benchmarks/flows/maps.py

The second compares maps of several methods and seeds, and prints a table. 'map/error'
is the root of the mean of (G(z) - T(z))² over z, 'map/distance' the same of sorted
samples, which is their Wasserstein distance to the data, whatever the map. After 8,000
steps of `small` the first is 0.19 ± 0.05 and maps of two seeds differ by 0.26; without
the price 1.73 ± 0.65 and 1.59, with R3GAN's loss 1.54 ± 0.81 and 1.73 (three seeds, six
to eight minutes of one core each, all seeds at once).
"""

import dataclasses
import pathlib
from typing import Annotated, Literal

import jax
import jax.numpy as jnp
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from jaxgan import data, recipes
from jaxgan.core import Context, Sample, example_keys, schedules
from jaxgan.games.latent import LatentGame
from jaxgan.models import numbers
from jaxgan.run import launch
from jaxgan.run.bounds import Bounds
from jaxgan.run.experiment import Experiment
from jaxgan.run.kinds import Points
from jaxgan.run.options import Options

CENTRES = np.array([-1.5, -0.5, 0.5, 1.5])
DEVIATION = 0.05
PLACES = 2_000
"""Numbers of equal probability at which the map is looked at."""


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    recipe: Literal["afm", "r3gan", "wgan_gp"] = "afm"
    """Loss, penalties and optimizers."""
    transport: Annotated[float, Bounds(least=0)] = 0.05
    """What AFM's generator pays for moving its noise; 0: nothing."""
    gamma: Annotated[float, Bounds(least=0)] = 0.02
    """Of AFM's and R3GAN's penalties: twice the paper's λ_gp."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 1024
    """Numbers per step."""
    width: int = 1024
    """Features of each of the four hidden layers of both players."""
    learning_rate: float = 1e-4
    """Of both players, whatever the recipe."""
    half_life: float = 70_600.0
    """Of the generator's average, in numbers: a weight of .99 per batch of 1,024."""


SMALL = Config(batch_size=256, width=128, learning_rate=5e-4, half_life=25_600.0)
VARIANTS = {"default": Config(), "small": SMALL}
OPTIONS = Options(steps=5_000, log_every=500, sample_every=1_000, save_every=2_500)


class Numbers(Points):
    """Single numbers, drawn as a histogram."""

    unit = "numbers"
    sections = ()  # pyright: ignore[reportAssignmentType]

    def picture(self, sample: Sample) -> np.ndarray:
        """Draws a histogram between -2 and 2."""
        figure, axes = _axes()
        axes.hist(np.asarray(sample.value)[:, 0], bins=80, range=(-2.0, 2.0))
        return _drawn(figure)

    def write(self, path: pathlib.Path, sample: Sample) -> None:
        """Writes one number below its name."""
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savetxt(path, sample.value, delimiter=",", header="x", comments="")


def noise() -> np.ndarray:
    """Normal numbers [PLACES, 1], in order, of equal probability."""
    shares = (np.arange(PLACES) + 0.5) / PLACES
    return np.asarray(jax.scipy.stats.norm.ppf(shares), np.float32)[:, None]


def optimal_map() -> np.ndarray:
    """T(z) at `noise`: the quantiles [PLACES] of the mixture."""
    shares = (np.arange(PLACES) + 0.5) / PLACES
    fine = np.linspace(-2.5, 2.5, 50_001)
    below = jax.scipy.stats.norm.cdf((fine[:, None] - CENTRES) / DEVIATION)
    return np.interp(shares, np.asarray(below, np.float64).mean(axis=1), fine)


def recipe_of(config: Config) -> recipes.Recipe:
    """Chooses the recipe by its name; the average is the same for all."""
    rate = config.learning_rate
    if config.recipe == "afm":
        made = recipes.afm(
            rate,
            (config.transport, config.transport),
            gamma=config.gamma,
            shrink=1,
            normalize=False,
            weight_decay=0.0,
        )
    elif config.recipe == "r3gan":
        gamma = (config.gamma, config.gamma)
        made = recipes.r3gan(gamma, (rate, rate), b2=(0.9, 0.9))
    else:
        made = recipes.wgan_gp(rate)
    return made._replace(ema_decay=schedules.half_life(config.half_life, ramp_up=0.05))


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    rng = np.random.default_rng(config.seed)
    labels = rng.integers(len(CENTRES), size=100_000)
    values = CENTRES[labels] + DEVIATION * rng.standard_normal(labels.size)
    source = data.arrays(values.astype(np.float32)[:, None])
    widths = (config.width,) * 4
    game = LatentGame(numbers.Generator(widths), numbers.Discriminator(widths), 1)
    z, wanted = noise(), optimal_map()

    @jax.jit
    def mapped(variables):
        context = Context(example_keys(jax.random.key(0), PLACES))
        latent = Sample(jnp.asarray(z))
        return game.generate(variables, latent, context)[0].value[:, 0]

    def measure(state):
        seen = np.asarray(mapped(state.ema), np.float64)
        return {
            "map/error": float(np.sqrt(np.mean((seen - wanted) ** 2))),
            "map/distance": float(np.sqrt(np.mean((np.sort(seen) - wanted) ** 2))),
        }

    def progress(state, sample):
        del sample
        figure, axes = _axes()
        axes.plot(z[:, 0], wanted, c="0.7", linewidth=3)
        axes.plot(z[:, 0], np.asarray(mapped(state.ema)), c="tab:orange", linewidth=1)
        return _drawn(figure)

    return Experiment(
        game=game,
        recipe=recipe_of(config),
        data=data.batches(source, config.batch_size, config.seed),
        kind=Numbers(),
        progress=progress,
        measure=measure,
    )


def _axes():
    figure = Figure(figsize=(4, 4), dpi=100)
    return figure, figure.add_axes((0.08, 0.08, 0.9, 0.9))


def _drawn(figure: Figure) -> np.ndarray:
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def tiny(config: Config) -> Config:
    """Makes the config small enough for a test."""
    return dataclasses.replace(config, batch_size=8, width=8)


if __name__ == "__main__":
    launch.main(__file__)
