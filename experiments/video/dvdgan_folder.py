"""DVD-GAN on your own videos: a folder of MP4, GIF or WebM files, or of frames.

    python experiments/video/dvdgan_folder.py --path videos --variant small

Sub-folders are classes. Every frame's largest square is resized; a clip begins anywhere
in a video, and takes every so manieth of its frames (`--stride`). Networks, rates and
steps are those of Clark et al. 2019 (arXiv 1907.06571) for frames of 64 pixels, whose
batches are of 512. `small` has clips of 8 frames of 32 pixels, and is narrow, for two
cores: what `dvdgan_moving_mnist` learned with. Files other than GIF, WebP and APNG want
the extra `video`: `pip install 'jaxgan[video]'`. It was run for 200 steps on 55 clips
of rain, and not trained to its end.
"""

import dataclasses

from jaxgan import data, recipes
from jaxgan.core import schedules
from jaxgan.games.latent import LatentGame, unconditional, uniform_labels
from jaxgan.models import dvdgan
from jaxgan.run import launch
from jaxgan.run.bounds import Count
from jaxgan.run.experiment import Experiment
from jaxgan.run.kinds import videos
from jaxgan.run.options import Options


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    path: str = "videos"
    """The folder or zip, or one video."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 64
    """Clips per step."""
    frames: Count = 12
    """Per clip."""
    stride: Count = 1
    """Frames of a video from one of a clip to the next."""
    channels: int = 3
    """Of a frame: 1 for grey, 3 for colour."""
    flip: bool = True
    """Mirror half of all clips."""
    latent_size: int = 120
    """Numbers per latent."""
    embedding: Count = 120
    """Numbers that a class becomes, where there are classes."""
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
OPTIONS = Options(steps=100_000)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    size = 4 * 2 ** (len(config.generator_widths) - 1)
    source = data.videos(
        config.path, config.frames, size, config.channels, config.stride
    )
    classes = len(source.classes) if len(source.classes) > 1 else 0
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
        data=data.clip_batches(
            source, config.batch_size, config.seed, flip=config.flip
        ),
        kind=videos,
    )


def tiny(config: Config) -> Config:
    """The same, small enough for a test."""
    return dataclasses.replace(
        config,
        batch_size=8,
        frames=4,
        latent_size=4,
        embedding=2,
        generator_widths=(4, 4),
        discriminator_widths=(4, 4),
        judged=2,
    )


if __name__ == "__main__":
    launch.main(__file__)
