"""A GAN of your own images, few or many: what to take where no paper tells.

    python experiments/images/own_images.py --path ~/pictures/cats --size 64

ProGAN's networks and loss (Karras et al. 2018, arXiv 1710.10196), narrow enough for a
laptop: they grow from 4 × 4 pixels on, so that the first minutes, in which shapes and
colours are found, cost little. Constants follow from the size of the pictures and from
how many there are, unless you say otherwise:

- networks: 16 channels at the full size, 32 from 10,000 pictures on, doubled with every
  halving, up to 4 times as many, at 128 pixels 8 times, at 256 16 times and so on;
- Adam's rate 0.256 / the most channels: 0.004 for 64, and for 512 half the published;
- every size is trained for one pass over the pictures, but at least 10,000 of them and
  at most the published 600,000, and the next one fades in over as many;
- batches of 32 at 4 × 4 and 16 then, never larger than the set;
- an average with a half-life of 5 passes, from 5,000 to 500,000 pictures, but at most a
  twentieth of what was seen since a fade began or ended, because it would lag behind
  layers that are new;
- no augmentation: of emoji, 200 and 1,647, it made networks as narrow as these worse
  within half an hour (one seed; p = 0.6 and more). `--augment 0.2` makes ADA's
  transformations, as strong as R3GAN has them: none for 500 passes, and then more and
  more, up to that probability after 1,000.

Pictures are turned upright, put over white, cut to their central square, resized
(Lanczos) and mirrored at random, which writing does not bear (`--no-flip`). Sub-folders
are classes, which `--conditional` asks for. With a related run at hand, `--start-from
RUN --first-size 64` begins with its networks as they are grown, and `--freeze 1` keeps
the first block of the discriminator's.

Half an hour of one core of an AMD EPYC makes, at 32 pixels, of 1,647 emoji (22,150
steps) faces, people, flags and things that one nearly knows, and ten minutes of 1,200
cut-outs of photographs (8,140) skies, shores, walls and leaves. `benchmarks/own_images`
has others beside it.
"""

import dataclasses
import math
from typing import Annotated, NamedTuple

import jax.numpy as jnp

from jaxgan import data, recipes
from jaxgan.augment.ada_strengths import R3GAN
from jaxgan.augment.scheduled import scheduled
from jaxgan.core import schedules
from jaxgan.core.growth import Growing, levels_of
from jaxgan.core.types import Augment
from jaxgan.games.latent import LatentGame, as_data, unconditional
from jaxgan.models import progan
from jaxgan.nn import group_size
from jaxgan.nn.growth import as_grown
from jaxgan.run import launch
from jaxgan.run.bounds import Bounds
from jaxgan.run.experiment import Experiment
from jaxgan.run.options import Options


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run. None: chosen."""

    path: str = "images"
    """The folder or zip of images."""
    size: int = 64
    """Pixels per side at last: a power of two from 8."""
    channels: int = 3
    """1 for grey, 3 for colour."""
    conditional: bool = False
    """Whether both players see the class: the name of the sub-folder."""
    flip: bool = True
    """Mirror pictures left to right at random."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int | None = None
    """Images per step, from 8×8 on; twice as many before."""
    latent_size: int = 64
    """Numbers per latent."""
    width: int | None = None
    """Channels at the full size."""
    channel_max: int | None = None
    """Channels at the smallest."""
    learning_rate: float | None = None
    """Adam's, for both players."""
    first_size: int = 4
    """Pixels per side at first."""
    growth: Annotated[int | None, Bounds(least=1)] = None
    """Images that a size is trained on, and that the next one fades in over."""
    penalty: float = 10.0
    """Weight of the gradient penalty."""
    half_life: float | None = None
    """Of the generator's running average, in images, long after networks have grown."""
    augment: float = 0.0
    """Probability of every augmentation at last; at first there is none."""
    augment_from: Annotated[int | None, Bounds(least=1)] = None
    """Images after which it begins to grow, until twice as many."""
    freeze: Annotated[int, Bounds(least=0)] = 0
    """Blocks of the discriminator, from the full size on, that stay as they are:
    for `--start-from`, with `first_size` as `size`."""


VARIANTS = {"default": Config()}
OPTIONS = Options(steps=100_000)


class Chosen(NamedTuple):
    """The constants that depend on size and number, or those of the config."""

    batch_size: int
    width: int
    channel_max: int
    learning_rate: float
    growth: int
    half_life: float
    augment_from: int


def chosen(config: Config, images: int) -> Chosen:
    """Fills in what the config leaves to be chosen."""
    width = config.width or (16 if images < 10_000 else 32)
    channel_max = config.channel_max or min(width * max(4, config.size // 16), 512)
    automatic = Chosen(
        batch_size=min(16, 2 ** int(math.log2(images))),
        width=width,
        channel_max=channel_max,
        learning_rate=0.256 / channel_max,
        growth=min(max(images, 10_000), 600_000),
        half_life=min(max(5.0 * images, 5_000.0), 500_000.0),
        augment_from=500 * images,
    )
    given = {name: getattr(config, name) for name in Chosen._fields}
    return automatic._replace(**{k: v for k, v in given.items() if v is not None})


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    _check(config)
    source = _source(config)
    constants = chosen(config, max(1, source.size))
    classes = len(source.classes) if config.conditional else 0
    stages = _growing(config, constants, source.size)
    sizes = {
        "classes": classes,
        "channel_base": constants.width * config.size,
        "channel_max": constants.channel_max,
        "growing": stages,
    }
    group = group_size(constants.batch_size)
    judge = progan.Discriminator(config.size, group=group, **sizes)
    recipe = recipes.progan(stages, constants.learning_rate, config.penalty)
    average = schedules.half_life(constants.half_life)
    average = schedules.ramped_up(average, 0.05, stages.since_phase)
    return Experiment(
        game=LatentGame(
            progan.Generator(source.shape, **sizes),
            judge,
            config.latent_size,
            as_data if classes else unconditional,
            shown=as_grown(stages),
        ),
        recipe=recipe._replace(ema_decay=average).moving(
            "discriminator", judge.parts_after(config.freeze)
        ),
        augment=_augment(config.augment, constants.augment_from, stages),
        data=data.paced_batches(source, stages.pace, config.seed, flip=config.flip),
    )


def _check(config: Config) -> None:
    """Refuses what cannot be meant.

    Raises:
      ValueError: if there is no such network, or a part rests that was never trained.
    """
    size = config.size
    if size < 8 or size & (size - 1):
        raise ValueError(f"size: saw {size}, wanted a power of two from 8")
    levels_of(config.first_size, size)
    if config.freeze and config.first_size < size:
        raise ValueError(
            f"first_size: saw {config.first_size} with freeze {config.freeze}, wanted "
            f"{size}: what rests is to have been trained"
        )


def _growing(config: Config, constants: Chosen, images: int) -> Growing:
    """The stage of every step, and its batch."""
    batch = constants.batch_size
    first, last = levels_of(config.first_size, config.size)
    batches = (2 * batch if 2 * batch <= images else batch, batch)
    return Growing(last, batches, first, constants.growth, constants.growth)


def _augment(probability: float, start: int, stages: Growing) -> Augment:
    """Nothing, and from so many images on more and more."""
    if not probability:
        return Augment()
    first, last = map(stages.pace.steps, (start, 2 * start))
    growing = schedules.cosine(0.0, probability, max(1, last - first))
    return scheduled(R3GAN, lambda step: growing(jnp.maximum(step - first, 0)), first)


def _source(config: Config) -> data.Source:
    labels = "auto" if config.conditional else "none"
    source = data.folder(config.path, config.size, config.channels, labels=labels)
    if config.conditional and len(source.classes) < 2:
        raise data.DataError(
            f"path: saw {len(source.classes)} classes in {config.path}, wanted a "
            "folder for each of at least 2, or --no-conditional"
        )
    return source


def tiny(config: Config) -> Config:
    """The same, small enough for a test."""
    small = {"size": 8, "batch_size": 4, "latent_size": 4, "width": 4, "growth": 16}
    return dataclasses.replace(config, **small)


if __name__ == "__main__":
    launch.main(__file__)
