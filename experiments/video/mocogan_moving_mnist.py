"""MoCoGAN on Moving MNIST: what a clip shows, and how it moves, drawn apart.

Tulyakov et al. 2018 (arXiv 1707.04993): one content per clip, a walk of motion through
its frames by a GRU, a DCGAN for every frame; a discriminator of patches of single
frames and one of whole clips. Rates, weight decay and sizes are those of the authors'
code, batches those of its runs on UCF-101.

    python experiments/video/mocogan_moving_mnist.py --variant small --minutes 25

`small` has 13 frames of 32 pixels, single digits of 20, which are the clips'
categories, and narrow networks, for two cores. After 6,000 steps (19 minutes of one
core, seed 0) every clip shows strokes in one place that move on, and about half of the
digits can be read; what a digit is changes from frame to frame: so it looks, nothing
was measured. The default has not been trained.

MNIST is downloaded, unless TensorFlow Datasets has prepared it (`data.image_dataset`).
"""

import dataclasses
from typing import Annotated

from jaxgan import data, recipes
from jaxgan.core import schedules
from jaxgan.games.latent import LatentGame, unconditional, uniform_labels
from jaxgan.models import mocogan
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
    batch_size: int = 32
    """Clips per step."""
    dataset: str = "mnist"
    """Whose digits fly; 'digits' are those that need no download."""
    frames: Count = 16
    """Per clip."""
    size: int = 64
    """Pixels per side."""
    digit_size: Count = 28
    """Pixels per side of a digit."""
    digits: Count = 2
    """Per clip. A single one is the clip's category."""
    content_size: Count = 50
    """Numbers that a clip has as a whole."""
    motion_size: Count = 10
    """Numbers that each of its frames has."""
    generator_width: Count = 64
    """Channels of the last hidden map."""
    discriminator_width: Count = 64
    """Channels of the first map, of both discriminators."""
    judged: Count = 1
    """Frames of every clip that are judged as pictures."""
    noise: float = 0.1
    """Deviation of what is added in front of the discriminators' layers."""
    learning_rate: float = 2e-4
    """Adam's, for both players."""
    weight_decay: Annotated[float, Bounds(least=0)] = 1e-5
    """Share of a weight that is added to its gradient."""
    half_life: float = 0.0
    """Of the generator's running average, in clips; 0 is none."""


DEFAULT = Config()
SMALL = dataclasses.replace(
    DEFAULT,
    batch_size=8,
    frames=13,
    size=32,
    digit_size=20,
    digits=1,
    content_size=16,
    motion_size=4,
    generator_width=16,
    discriminator_width=16,
    judged=4,
    half_life=2_000.0,
)
VARIANTS = {"default": DEFAULT, "small": SMALL}
OPTIONS = Options(steps=100_000)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""

    def opened(split: str, clips: int):
        return data.moving_mnist(
            config.frames,
            config.size,
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
    generator = mocogan.Generator(
        source.shape[1:],
        config.frames,
        config.generator_width,
        config.content_size,
        config.motion_size,
        classes,
    )
    recipe = recipes.mocogan(
        config.learning_rate,
        weight_decay=config.weight_decay,
        categories=bool(classes),
    )
    if config.half_life:
        average = schedules.half_life(config.half_life, ramp_up=0.05)
        recipe = recipe._replace(ema_decay=average)
    return Experiment(
        game=LatentGame(
            generator,
            mocogan.Discriminator(
                config.discriminator_width, classes, config.judged, config.noise
            ),
            generator.latent_size,
            uniform_labels(classes) if classes else unconditional,
        ),
        recipe=recipe,
        data=data.clip_batches(source, config.batch_size, config.seed),
        kind=DigitVideos(
            digits=lambda: source.pictures(),
            count=config.digits,
            speed=data.flying_speed(config.size, config.digit_size),
        ),
        held_out=data.clip_batches(opened("test", 1_000), config.batch_size),
    )


def tiny(config: Config) -> Config:
    """The same, small enough for a test."""
    return dataclasses.replace(
        config,
        batch_size=8,
        dataset="digits",
        frames=7,
        size=8,
        digit_size=8,
        digits=1,
        content_size=2,
        motion_size=2,
        generator_width=2,
        discriminator_width=2,
    )


if __name__ == "__main__":
    launch.main(__file__)
