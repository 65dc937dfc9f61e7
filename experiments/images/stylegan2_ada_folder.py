"""StyleGAN2 with adaptive augmentation (ADA) on your own images, few or many.

    python experiments/images/stylegan2_ada_folder.py --path ~/pictures/cats --size 256

Karras et al. 2020 (arXiv 2006.06676), the configuration `auto` of the official PyTorch
code: R1 with γ = 0.0002 · size² / batch (it recommends to try a few), the other
constants chosen by size and batch as well, augmentation as strong as overfitting asks
for. A few thousand images are enough: the paper trains on 1,336 to 5,000 with ADA alone
or from a trained network. The official code takes batches of min(4096 / size, 32) per
GPU, 64 at most, and 25 million images; its README expects 6 days 21 hours on one V100
for 256 × 256 pixels, and "quite reasonable" results after a fifth of that.

Pictures are turned upright, put over white, cut to their central square and resized
(Lanczos). Sub-folders are classes, which `--conditional` asks for.

`small` is for a laptop: narrow networks on 1,000 of MNIST's digits at 16 × 16 pixels,
unless `--path` names a folder. After 6,000 steps, nine minutes' worth of one core of an
AMD EPYC, most samples are digits; the discriminator had not begun to overfit, so that
augmentation, 1.5 % likely at first, had gone back to none. 1,000 of CIFAR-10's cars at
32 × 32 gave outlines of cars at best in 2,700 steps, at a fifth of that speed.
"""

import dataclasses
from typing import Annotated, NamedTuple

import jax.numpy as jnp
import numpy as np

from jaxgan import data, recipes
from jaxgan.augment.ada import ada
from jaxgan.games.latent import as_data, unconditional
from jaxgan.games.style import StyleGame
from jaxgan.models import stylegan2
from jaxgan.nn import group_size
from jaxgan.run import launch
from jaxgan.run.bounds import Bounds
from jaxgan.run.experiment import Experiment
from jaxgan.run.options import Options
from jaxgan.terms import real_sign


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run. None: chosen by size and batch, as `auto` does."""

    path: str = "images"
    """The folder or zip of images; '': `dataset` instead."""
    dataset: str = "mnist"
    """Name in TensorFlow Datasets."""
    size: int = 256
    """Pixels per side: a power of two."""
    channels: int = 3
    """Of a folder's images: 1 for grey, 3 for colour."""
    limit: int = 0
    """Take only so many of the images, drawn at random; 0 takes all."""
    dataset_limit: int = 0
    """The same, of `dataset`, unless `limit` says how many."""
    conditional: bool = False
    """Whether both players see the class: the name of the sub-folder."""
    flip: bool = False
    """Mirror pictures left to right at random: often good, but not for writing."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 16
    """Images per step."""
    latent_size: int = 512
    """Numbers per latent, and per style."""
    mapping_layers: int = 2
    """Dense layers from the latent to the style."""
    channel_base: int | None = None
    """A map of n pixels per side has channel_base / n channels,"""
    channel_max: int = 512
    """or so many, if that is less."""
    gamma: float | None = None
    """Weight of R1."""
    learning_rate: float | None = None
    """Adam's, for both players."""
    half_life: float | None = None
    """Of the generator's running average, in images."""
    target: float = 0.6
    """Of the mean sign of D(real), that augmentation holds."""
    ada_images: float = 500_000.0
    """Images in which augmentation can go from nothing to always."""
    group: int | None = None
    """Images whose variety the discriminator sees together: a divisor of the batch.
    None: 4, or the nearest smaller one that divides it."""
    bfloat16: bool = False
    """Compute the blocks in bfloat16."""
    freeze: Annotated[int, Bounds(least=0)] = 0
    """Blocks of the discriminator, from the images on, that stay as they are:
    for `--start-from`."""


VARIANTS = {
    "auto": Config(),
    "small": Config(
        path="",
        size=16,
        dataset_limit=1000,
        latent_size=64,
        channel_base=512,
        channel_max=64,
        gamma=10.0,
        half_life=5_000.0,
        ada_images=50_000.0,
    ),
}
OPTIONS = Options(steps=1_562_500)


class Chosen(NamedTuple):
    """The constants that depend on size and batch; those of the config, or `auto`'s."""

    channel_base: int
    gamma: float
    learning_rate: float
    half_life: float


def chosen(config: Config) -> Chosen:
    """Fills in what the config leaves to `auto`."""
    auto = Chosen(
        channel_base=32768 if config.size >= 512 else 16384,
        gamma=0.0002 * config.size**2 / config.batch_size,
        learning_rate=0.002 if config.size >= 1024 else 0.0025,
        half_life=config.batch_size * 10_000 / 32,
    )
    given = {name: getattr(config, name) for name in Chosen._fields}
    return auto._replace(**{k: v for k, v in given.items() if v is not None})


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source, constants = _source(config), chosen(config)
    classes = len(source.classes) if config.conditional else 0
    sizes = {
        "channel_base": constants.channel_base,
        "channel_max": config.channel_max,
        "clamp": 256.0,
        "dtype": jnp.bfloat16 if config.bfloat16 else jnp.float32,
    }
    recipe = recipes.stylegan2(
        gamma=constants.gamma,
        learning_rate=constants.learning_rate,
        half_life=constants.half_life,
        ramp_up=0.05,
        path_shrink=2 - config.batch_size % 2,
    )
    judging, *others = recipe.turns
    recipe = recipe._replace(
        turns=(judging._replace(terms=(*judging.terms, real_sign())), *others)
    )
    group = group_size(config.batch_size) if config.group is None else config.group
    judge = stylegan2.Discriminator(classes, group=group, **sizes)
    return Experiment(
        game=StyleGame(
            stylegan2.Generator(
                source.shape,
                classes,
                config.latent_size,
                config.mapping_layers,
                **sizes,
            ),
            judge,
            config.latent_size,
            as_data if classes else unconditional,
        ),
        recipe=recipe.moving(
            "discriminator", judge.parts_after(config.freeze, config.size)
        ),
        augment=ada(
            batch_size=config.batch_size, target=config.target, images=config.ada_images
        ),
        data=data.batches(source, config.batch_size, config.seed, flip=config.flip),
    )


def _source(config: Config) -> data.Source:
    labels = "auto" if config.conditional else "none"
    if config.path:
        source = data.folder(config.path, config.size, config.channels, labels=labels)
    else:
        source = data.image_dataset(config.dataset, size=config.size)
    if config.conditional and len(source.classes) < 2:
        raise data.DataError(
            f"path: saw {len(source.classes)} classes in "
            f"{config.path or config.dataset}, wanted a folder for each of at least "
            "2, or --no-conditional"
        )
    limit = config.limit or (0 if config.path else config.dataset_limit)
    if not 0 < limit < source.size:
        return source
    order = np.random.default_rng(config.seed).permutation(source.size)
    return data.subset(source, order[:limit])


def tiny(config: Config) -> Config:
    """The same, small enough for a test."""
    return dataclasses.replace(
        config,
        size=4,
        batch_size=8,
        latent_size=4,
        mapping_layers=1,
        channel_base=32,
        channel_max=4,
    )


if __name__ == "__main__":
    launch.main(__file__)
