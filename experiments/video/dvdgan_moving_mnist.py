"""DVD-GAN on Moving MNIST, by digit.

Clark et al. 2019 (arXiv 1907.06571): a ConvGRU and two residual blocks per size, of
which one discriminator sees eight frames, as they are, and another all of them at half
the size. Rates, steps and widths are the paper's for frames of 64 pixels; its batches
are of 512.

    python experiments/video/dvdgan_moving_mnist.py --variant small --minutes 25

`small` has 8 frames of 32 pixels, digits of 20, a narrow generator of five times the
rate, and one update of each player per step, for two cores. After 2,000 steps
(22 minutes of one core, seed 0) most clips show one digit that can be read, and stays
what it is while it moves; others are two digits in one: so it looks, nothing was
measured. The default has not been trained.

MNIST is downloaded, unless TensorFlow Datasets has prepared it (`data.image_dataset`).
"""

import dataclasses

from jaxgan import data, recipes
from jaxgan.core import schedules
from jaxgan.games.latent import LatentGame, unconditional, uniform_labels
from jaxgan.models import dvdgan
from jaxgan.run import launch
from jaxgan.run.bounds import Count
from jaxgan.run.experiment import Experiment
from jaxgan.run.kinds import DigitVideos
from jaxgan.run.options import Options


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 512
    """Clips per step."""
    dataset: str = "mnist"
    """Whose digits fly; 'digits' are those that need no download."""
    frames: Count = 12
    """Per clip."""
    digit_size: Count = 28
    """Pixels per side of a digit."""
    digits: Count = 1
    """Per clip. A single one is the clip's class."""
    latent_size: int = 120
    """Numbers per latent."""
    embedding: Count = 120
    """Numbers that a class becomes."""
    generator_widths: tuple[int, ...] = (1024, 1024, 1024, 512, 256)
    """Channels at 4 × 4 pixels and after every doubling: 64 × 64."""
    discriminator_widths: tuple[int, ...] = (256, 512, 1024, 2048, 2048)
    """Channels after every block of both discriminators."""
    judged: Count = 8
    """Frames of every clip that are judged at their full size."""
    generator_rate: float = 1e-4
    """Adam's, for the generator."""
    discriminator_rate: float = 5e-4
    """Adam's, for both discriminators."""
    critic_steps: int = 2
    """Updates of the discriminators per update of the generator."""
    half_life: float = 0.0
    """Of the generator's running average, in clips; 0 is none."""


DEFAULT = Config()
SMALL = dataclasses.replace(
    DEFAULT,
    batch_size=8,
    frames=8,
    digit_size=20,
    latent_size=32,
    embedding=16,
    generator_widths=(64, 32, 16, 8),
    discriminator_widths=(16, 32, 64, 64),
    judged=4,
    generator_rate=5e-4,
    critic_steps=1,
    half_life=2_000.0,
)
VARIANTS = {"default": DEFAULT, "small": SMALL}
OPTIONS = Options(steps=300_000)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""

    size = 4 * 2 ** (len(config.generator_widths) - 1)

    def opened(split: str, clips: int):
        return data.moving_mnist(
            config.frames,
            size,
            config.digits,
            dataset=config.dataset,
            split=split,
            clips=clips,
            seed=config.seed,
            digit_size=config.digit_size,
            labelled=config.digits == 1,
        )

    source = opened("train", 10_000)
    classes = len(source.classes)
    recipe = recipes.dvdgan(
        config.generator_rate, config.discriminator_rate, config.critic_steps
    )
    if config.half_life:
        average = schedules.half_life(config.half_life, ramp_up=0.05)
        recipe = recipe._replace(ema_decay=average)
    return Experiment(
        game=LatentGame(
            dvdgan.Generator(
                source.shape[1:],
                config.frames,
                config.generator_widths,
                classes,
                config.embedding,
            ),
            dvdgan.Discriminator(config.discriminator_widths, config.judged, classes),
            config.latent_size,
            uniform_labels(classes) if classes else unconditional,
        ),
        recipe=recipe,
        data=data.clip_batches(source, config.batch_size, config.seed),
        kind=DigitVideos(
            digits=lambda: source.pictures(),
            count=config.digits,
            speed=data.flying_speed(size, config.digit_size),
        ),
        held_out=data.clip_batches(opened("test", 1_000), config.batch_size),
    )


def tiny(config: Config) -> Config:
    """The same, small enough for a test."""
    return dataclasses.replace(
        config,
        batch_size=8,
        dataset="digits",
        frames=4,
        digit_size=8,
        latent_size=4,
        embedding=2,
        generator_widths=(4, 4),
        discriminator_widths=(4, 4),
        judged=2,
    )


if __name__ == "__main__":
    launch.main(__file__)
