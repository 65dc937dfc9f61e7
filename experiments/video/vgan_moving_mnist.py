"""VGAN on Moving MNIST: a foreground that moves over a background that does not.

Vondrick et al. 2016 (arXiv 1609.02612): two streams of transposed convolutions, one of
them over time too, and a mask between them, whose mean is paid for; a discriminator
of convolutions over time. Rates, widths and the mask's price are the authors'.

    python experiments/video/vgan_moving_mnist.py --variant small --minutes 25

`small` has 8 frames of 32 pixels, single digits of 20, and narrow networks, for two
cores. After 6,000 steps (6 minutes of one core, seed 0) there are bright shapes that
change as they go, and no digit. The default has not been trained.

MNIST is downloaded, unless TensorFlow Datasets has prepared it (`data.image_dataset`).
"""

import dataclasses
from typing import Annotated

from jaxgan import data, recipes
from jaxgan.core import schedules
from jaxgan.games.latent import LatentGame
from jaxgan.models import vgan
from jaxgan.run import launch
from jaxgan.run.bounds import Bounds, Count
from jaxgan.run.experiment import Experiment
from jaxgan.run.kinds import DigitVideos
from jaxgan.run.options import Options


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 64
    """Clips per step."""
    dataset: str = "mnist"
    """Whose digits fly; 'digits' are those that need no download."""
    frames: Count = 32
    """Per clip: a multiple of 2 to the power of the number of widths."""
    digit_size: Count = 28
    """Pixels per side of a digit."""
    digits: Count = 2
    """Per clip."""
    latent_size: int = 100
    """Numbers per latent."""
    generator_widths: tuple[int, ...] = (512, 256, 128, 64)
    """Channels of both streams; each width doubles 4 × 4 pixels once: 64 × 64."""
    discriminator_widths: tuple[int, ...] = (64, 128, 256, 512)
    """Channels of the discriminator's maps."""
    learning_rate: float = 2e-4
    """Adam's, for both players."""
    sparsity: Annotated[float, Bounds(least=0)] = 0.1
    """Weight of the mask's mean."""
    half_life: float = 0.0
    """Of the generator's running average, in clips; 0 is none."""


DEFAULT = Config()
SMALL = dataclasses.replace(
    DEFAULT,
    batch_size=8,
    frames=8,
    digit_size=20,
    digits=1,
    latent_size=32,
    generator_widths=(64, 32, 32),
    discriminator_widths=(8, 16, 32),
    half_life=2_000.0,
)
VARIANTS = {"default": DEFAULT, "small": SMALL}
OPTIONS = Options(steps=100_000)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""

    size = 4 * 2 ** len(config.generator_widths)

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
        )

    source = opened("train", 10_000)
    recipe = recipes.vgan(config.learning_rate, sparsity=config.sparsity)
    if config.half_life:
        average = schedules.half_life(config.half_life, ramp_up=0.05)
        recipe = recipe._replace(ema_decay=average)
    return Experiment(
        game=LatentGame(
            vgan.Generator(source.shape[-1], config.frames, config.generator_widths),
            vgan.Discriminator(config.discriminator_widths),
            config.latent_size,
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
        digits=1,
        latent_size=4,
        generator_widths=(2,),
        discriminator_widths=(2, 2),
    )


if __name__ == "__main__":
    launch.main(__file__)
