"""GAT on ImageNet at 256×256, with the published constants, on pixels or latents.

Hyun et al. 2025 (arXiv 2509.24935): GAT-B, and by --variant S, L and XL: batch 512,
learning rates 2e-4 · 768 / width, R1 and R2 of weight 0.1 by finite differences, all of
DiffAugment, averages of 0.999 per step, 60 epochs.

The paper's networks see latents of 32×32×4 of a published VAE, sd-vae-ft-mse, in
patches of 2. With a file of it, so do these: pictures are encoded once, latents drawn
anew at every step, and whatever is shown or measured is decoded. Without, there are
pixels in patches of 16, so as many tokens. The paper's are aligned with DINOv2, too,
which is no part of this experiment, and without which it reports a clear drop.

    jaxgan forecast gat_imagenet256 --variant XL --target v5e:4x4
    python experiments/transformers/gat_imagenet256.py --path ~/imagenet/train
    ... --path ~/imagenet/train --autoencoder diffusion_pytorch_model.safetensors

Published, in latents: FID 2.18 by XL/2 after 60 epochs; 40 took 12 days of eight A6000.
Not run here: neither on pixels, nor with the published weights of the autoencoder,
which have not been at hand; tests train on latents of a small one.

ImageNet must be prepared by TensorFlow Datasets, for which its archives are downloaded
by hand. With `--path` sub-folders are classes.
"""

import dataclasses
from typing import Annotated, Any

import jax.numpy as jnp

from jaxgan import data, recipes
from jaxgan.augment.level_noise import level_noise
from jaxgan.games.latent import as_data, unchanged
from jaxgan.games.levels import LevelGame
from jaxgan.games.posterior import drawn
from jaxgan.models import gat
from jaxgan.run import feature_networks, launch
from jaxgan.run.bounds import Bounds
from jaxgan.run.experiment import Experiment
from jaxgan.run.options import Options

Count = Annotated[int, Bounds(least=1)]


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    path: str = ""
    """A folder or zip of images, sub-folders as classes; '': `dataset` instead."""
    dataset: str = "imagenet2012"
    """Name in TensorFlow Datasets."""
    held_out: str = "validation"
    """Split of `dataset` that is never trained on."""
    only: tuple[str, ...] = ()
    """Names of the classes to train on; none: all."""
    size: int = 256
    """Pixels per side."""
    autoencoder: str = ""
    """A file of Stable Diffusion's, in whose latents to train; '': pixels."""
    autoencoder_widths: Annotated[tuple[int, ...], Bounds(least=1)] = (
        *(128, 256, 512, 512),
    )
    """Channels of its levels, the finest first."""
    latent_scale: Annotated[float, Bounds(above=0)] = 0.18215
    """By which latents are multiplied."""
    posterior: bool = True
    """Draw latents anew at every step, as published; else take their means."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 512
    """Images per step."""
    patch: Annotated[int | None, Bounds(least=1)] = None
    """Of a token, per side; by default 16 pixels, or 2 latents."""
    depth: Count = 12
    """Blocks of either player, a multiple of the levels."""
    width: int = 768
    """Features of a token."""
    heads: Count = 12
    """Of the attention."""
    levels: Count = 4
    """Pictures that the generator makes of one."""
    condition_size: Count = 2048
    """Of what the discriminator compares with the class."""
    latent_size: int = 64
    """Numbers per latent, and of a class's row."""
    learning_rate: float = 2e-4
    """Adam's, of both players, at a width of 768: wider networks learn more slowly."""
    gamma: float = 0.1
    """Of R1 and R2."""
    half_life: float = 355_000.0
    """Of the generator's running average, in images."""
    bfloat16: bool = True
    """Compute blocks in bfloat16, but norms, tokens between them and logits."""
    rematerialize: bool = True
    """Compute blocks once more for the gradient, rather than keep what they did."""


VARIANTS = {
    "B": Config(),
    "S": Config(width=384, heads=6),
    "L": Config(depth=24, width=1024, heads=16),
    "XL": Config(depth=28, width=1152, heads=16),
}
OPTIONS = Options(steps=150_000)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    coder = None
    if config.autoencoder:
        coder = feature_networks.autoencoder_of_file(
            config.autoencoder,
            widths=config.autoencoder_widths,
            scale=config.latent_scale,
        )
    pictures, held_out = images(config), None
    source, shape, shown = pictures, pictures.shape, unchanged
    if coder:
        source = data.encoded(pictures, coder, posterior=config.posterior)
        shape = coder.latent_shape(shape)
        shown = drawn if config.posterior else unchanged
    if not config.path:
        others = images(config, config.held_out)
        if coder:
            others = data.encoded(others, coder, posterior=config.posterior)
        held_out = data.batches(others, config.batch_size)
    classes = len(source.classes)
    if classes < 2:
        raise data.DataError(f"classes: saw {classes}, wanted at least 2")
    shared: dict[str, Any] = {
        "classes": classes,
        "patch": config.patch or (2 if coder else 16),
        "depth": config.depth,
        "width": config.width,
        "heads": config.heads,
        "levels": config.levels,
        "rematerialize": config.rematerialize,
        "dtype": jnp.bfloat16 if config.bfloat16 else jnp.float32,
    }
    return Experiment(
        game=LevelGame(
            gat.Generator(shape, embedding=config.latent_size, **shared),
            gat.Discriminator(condition_size=config.condition_size, **shared),
            config.latent_size,
            as_data,
            mixing=0.0,
            shown=shown,
        ),
        recipe=recipes.gat(
            config.learning_rate,
            (config.width, config.width),
            config.gamma,
            half_life=config.half_life,
        ),
        augment=level_noise(config.levels),
        data=data.batches(source, config.batch_size, config.seed),
        held_out=held_out,
        frozen=coder.frozen if coder else {},
        decoder=coder.decoder if coder else None,
    )


def images(config: Config, split: str = "train") -> data.Source:
    """The user's own, or a split of the data set."""
    if config.path:
        whole = data.folder(config.path, config.size)
    else:
        whole = data.image_dataset(config.dataset, split, size=config.size)
    return data.of_classes(whole, config.only)


def tiny(config: Config) -> Config:
    """Makes the config small enough for a test."""
    return dataclasses.replace(
        config,
        autoencoder_widths=(32, 32),
        size=8,
        batch_size=8,
        patch=4,
        depth=2,
        width=8,
        heads=2,
        levels=2,
        condition_size=4,
        latent_size=4,
    )


if __name__ == "__main__":
    launch.main(__file__)
