"""A GAN of your own images, few or many: what to take where no paper tells.

    python experiments/images/own_images.py --path ~/pictures/cats --size 64

R3GAN's networks and loss (Huang et al. 2024, arXiv 2501.05441), narrow enough for a
laptop, with constants that follow from the size of the pictures and from how many there
are, unless you say otherwise:

- networks: 16 channels at the full size, 32 from 10,000 pictures on, doubled with every
  halving, up to eight times as many;
- batches of 16, and never larger than the set;
- γ = 0.3 · size² / batch, a tenth of it at last: what R1 and R2 weigh, which wants to
  grow with the number of pixels and for small batches;
- schedules that end after 200 passes over the pictures, but not before 150,000 of them
  are seen, and an average whose half-life is five passes at last;
- augmentation (ADA's transformations, without its feedback, as R3GAN has them) up to
  p = 0.3 for 50,000 pictures, and 0.2 more for every tenth of them, at most 0.8; none
  for 100 passes, or half of the schedules, in which the discriminator has no time to
  learn pictures by heart, and steps are the quicker without.

Pictures are turned upright, put over white, cut to their central square, resized
(Lanczos) and mirrored at random, which writing does not bear (`--no-flip`). Sub-folders
are classes, which `--conditional` asks for. With a related run at hand, `--start-from
RUN` begins with its networks, and `--freeze 1` keeps the first of the discriminator's.

The rules follow the published constants and those of the small variants here; whether
others are better was not measured yet (`experiments/benchmarks/own_images` does). A
step at 32 pixels takes 1.2 seconds of a core of an AMD EPYC, and one at 16, without
augmentation, 0.15.
"""

import dataclasses
import math
from typing import Annotated, Any, NamedTuple

import optax

from jaxgan import data, recipes
from jaxgan.augment.ada_strengths import R3GAN
from jaxgan.augment.scheduled import scheduled
from jaxgan.core import schedules
from jaxgan.core.types import Augment
from jaxgan.games.latent import LatentGame, as_data, unconditional
from jaxgan.models import r3gan
from jaxgan.run import launch
from jaxgan.run.bounds import Bounds
from jaxgan.run.experiment import Experiment
from jaxgan.run.options import Options


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run. None: chosen; pairs are values at first and at last."""

    path: str = "images"
    """The folder or zip of images."""
    size: int = 64
    """Pixels per side: a power of two from 8."""
    channels: int = 3
    """1 for grey, 3 for colour."""
    conditional: bool = False
    """Whether both players see the class: the name of the sub-folder."""
    flip: bool = True
    """Mirror pictures left to right at random."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int | None = None
    """Images per step."""
    latent_size: int = 64
    """Numbers per latent."""
    width: int | None = None
    """Channels at the full size: a multiple of 4."""
    blocks: int = 1
    """Residual blocks of every size."""
    gamma: tuple[float, float] | None = None
    """Of R1 and R2."""
    learning_rate: tuple[float, float] = (1e-3, 1e-4)
    """Adam's, for both players."""
    half_life: tuple[float, float] | None = None
    """Of the generator's running average, in images."""
    augment: float | None = None
    """Probability of every augmentation at last; at first there is none."""
    augment_from: int | None = None
    """Images after which it begins to grow."""
    burn_in: int | None = None
    """Images until all of these have their last values."""
    freeze: Annotated[int, Bounds(least=0)] = 0
    """Sizes of the discriminator, from the full one on, whose layers stay as they are:
    for `--start-from`."""


VARIANTS = {"default": Config()}
OPTIONS = Options(steps=50_000)


class Chosen(NamedTuple):
    """The constants that depend on size and number, or those of the config."""

    batch_size: int
    width: int
    gamma: tuple[float, float]
    half_life: tuple[float, float]
    augment: float
    augment_from: int
    burn_in: int


def chosen(config: Config, images: int) -> Chosen:
    """Fills in what the config leaves to be chosen."""
    batch = config.batch_size or min(16, 2 ** int(math.log2(images)))
    burn_in = config.burn_in or min(max(200 * images, 150_000), 20_000_000)
    gamma = 0.3 * config.size**2 / batch
    often = 0.3 + 0.2 * math.log10(50_000 / images)
    automatic = Chosen(
        batch_size=batch,
        width=16 if images < 10_000 else 32,
        gamma=(gamma, gamma / 10),
        half_life=(0.0, min(max(5.0 * images, 5_000.0), 500_000.0)),
        augment=min(max(round(often, 2), 0.0), 0.8),
        augment_from=min(100 * images, burn_in // 2),
        burn_in=burn_in,
    )
    given = {name: getattr(config, name) for name in Chosen._fields}
    return automatic._replace(**{k: v for k, v in given.items() if v is not None})


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source = _source(config)
    constants = chosen(config, max(1, source.size))
    classes = len(source.classes) if config.conditional else 0
    widths = _widths(config.size, constants.width)
    groups = [width // 4 for width in widths]
    shared: dict[str, Any] = {"blocks": config.blocks, "classes": classes}
    judge = r3gan.Discriminator(widths[::-1], groups[::-1], **shared)
    recipe = recipes.r3gan(
        constants.gamma,
        config.learning_rate,
        half_life=constants.half_life,
        burn_in_images=constants.burn_in,
        batch_size=constants.batch_size,
    )
    return Experiment(
        game=LatentGame(
            r3gan.Generator(widths, groups, shape=source.shape, **shared),
            judge,
            config.latent_size,
            as_data if classes else unconditional,
        ),
        recipe=recipe.moving("discriminator", judge.parts_after(config.freeze)),
        augment=_augment(constants),
        data=data.batches(source, constants.batch_size, config.seed, flip=config.flip),
    )


def _augment(constants: Chosen) -> Augment:
    """Nothing, and from some step on more and more."""
    if not constants.augment:
        return Augment()
    first, last = (
        images // constants.batch_size
        for images in (constants.augment_from, constants.burn_in)
    )
    growing = schedules.cosine(0.0, constants.augment, max(1, last - first))
    nothing = optax.constant_schedule(0.0)
    return scheduled(R3GAN, optax.join_schedules([nothing, growing], [first]))


def _widths(size: int, width: int) -> list[int]:
    """Channels of every stage, from 4×4 on.

    Raises:
      ValueError: if there is no such network.
    """
    if size < 8 or size & (size - 1):
        raise ValueError(f"size: saw {size}, wanted a power of two from 8")
    if width % 4:
        raise ValueError(f"width: saw {width}, wanted a multiple of 4")
    halvings = (size // 4).bit_length() - 1
    return [width * 2 ** min(place, 3) for place in reversed(range(halvings + 1))]


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
    small = {"size": 8, "batch_size": 8, "latent_size": 4, "width": 4}
    return dataclasses.replace(config, **small, augment=0.0)


if __name__ == "__main__":
    launch.main(__file__)
