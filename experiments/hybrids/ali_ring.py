"""ALI on a ring of 8 Gaussians: a generator and an encoder that learn to be inverses.

Dumoulin et al. 2017 (arXiv 1606.00704); BiGAN (Donahue et al. 2017, arXiv 1605.09782)
with `--no-stochastic`. The discriminator sees pairs: a point of the data with its code,
a code with the point that is made of it. Networks are small (three layers of 128), and
the learning rate is 1e-3, as in `toy_modes.py`; R1 holds the discriminator, without
which the ring's modes come and go.

    python experiments/hybrids/ali_ring.py

Every thousand steps it prints what `toy_modes.py` prints by PacGAN's protocol, and how
far the reconstruction of a point lies from it: half of them are nearer than
`reconstruction/median`, where two neighbouring modes are 0.77 apart.
"""

import dataclasses
import functools

import jax
import numpy as np
from flax import linen as nn

from jaxgan import data, recipes
from jaxgan.core import Context, Turn, example_keys, schedules
from jaxgan.evaluation import modes
from jaxgan.games.joint import JointGame
from jaxgan.models import ali, toy
from jaxgan.run import launch
from jaxgan.run.experiment import Experiment
from jaxgan.run.kinds import Points
from jaxgan.run.options import Options
from jaxgan.terms import r1

SAMPLES = 2_500
he = nn.initializers.variance_scaling(2.0, "fan_in", "normal")


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 128
    """Points per step."""
    width: int = 128
    """Features of each of the three hidden layers of all networks."""
    latent_size: int = 2
    """Numbers per code."""
    stochastic: bool = True
    """Whether codes are drawn (ALI) or computed (BiGAN)."""
    learning_rate: float = 1e-3
    """Adam's, for both players."""
    gamma: float = 0.1
    """Of R1, ½γ‖∇D(real)‖²."""


VARIANTS = {"default": Config(), "bigan": Config(stochastic=False)}
OPTIONS = Options(steps=8_000, log_every=500, sample_every=1_000, save_every=4_000)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source, widths = data.ring(), (config.width,) * 3
    recipe = recipes.ali(config.learning_rate)
    critic, generator = recipe.turns
    game = JointGame(
        toy.Generator(widths, normalise=False, kernel_init=he),
        ali.PointDiscriminator(widths, pieces=2, kernel_init=he),
        config.latent_size,
        encoder=ali.PointEncoder(
            config.latent_size, widths, config.stochastic, False, he
        ),
    )
    return Experiment(
        game=game,
        recipe=recipe._replace(
            turns=(
                Turn("discriminator", (*critic.terms, r1(config.gamma))),
                generator,
            ),
            ema_decay=schedules.half_life(500.0 * config.batch_size, ramp_up=0.05),
        ),
        data=data.batches(source, config.batch_size, config.seed),
        kind=Points(real=source.examples(np.arange(600)).value),
        measure=functools.partial(measure, game, source),
    )


def measure(game: JointGame, source: data.Source, state) -> dict[str, float]:
    """Measures mode coverage, and distances from points to their reconstructions."""
    points = source.examples(np.arange(SAMPLES)).value

    @jax.jit
    def both(variables):
        context = Context(example_keys(jax.random.key(1), SAMPLES))
        latent, _ = game.latent(variables, context)
        sample, _ = game.generate(variables, latent, context)
        return (
            game.observed(sample).value,
            game.reconstruct(variables, points, context),
        )

    samples, reconstructions = jax.device_get(both(state.ema))
    seen = modes.coverage(samples, data.ring_centres(), data.RING_DEVIATION)
    distances = np.linalg.norm(reconstructions - points, axis=1)
    return {
        "coverage/modes": seen.modes,
        "coverage/high_quality": seen.high_quality,
        "coverage/reverse_divergence": seen.reverse_divergence,
        "reconstruction/median": float(np.median(distances)),
    }


def tiny(config: Config) -> Config:
    """Makes the config small enough for a test."""
    return dataclasses.replace(config, batch_size=8, width=8)


if __name__ == "__main__":
    launch.main(__file__)
