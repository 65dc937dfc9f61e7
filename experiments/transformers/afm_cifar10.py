"""An adversarial flow model on CIFAR-10, in pixels.

Lin et al. 2025 (arXiv 2511.22475): transformers on both sides, noise of the picture's
own shape, and a generator that pays for how far it moves it. 32×32 pixels in patches of
2 are 256 tokens, as many as the paper's latents of ImageNet; 8 blocks of 256 features.
Constants as published, but for a rate in proportion to 1 / width, and the length.

    python experiments/transformers/afm_cifar10.py
    python experiments/transformers/afm_cifar10.py --path cifar10.zip

Nothing is published of CIFAR-10; not trained yet. `any` learns to step from any time to
any earlier one, and samples in `passes` steps; `two` in exactly two. `small` has
patches of 4, a quarter of the tokens.
"""

import dataclasses
from typing import Annotated, Any

import jax.numpy as jnp

from jaxgan import data, recipes
from jaxgan.augment.moved_pairs import moved_pairs
from jaxgan.core import Augment
from jaxgan.games.chain import ChainGame
from jaxgan.games.latent import LatentGame, as_data, unconditional
from jaxgan.models import dit
from jaxgan.run import launch
from jaxgan.run.bounds import Bounds
from jaxgan.run.experiment import Experiment
from jaxgan.run.options import Options


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    path: str = ""
    """A folder or zip of images, sub-folders as classes; '': `dataset` instead."""
    dataset: str = "cifar10"
    """Name in TensorFlow Datasets."""
    size: int = 32
    """Pixels per side: a multiple of the patch."""
    flip: bool = True
    """Mirror images left to right at random."""
    conditional: bool = True
    """Whether both players see labels."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 128
    """Images per step."""
    patch: Annotated[int, Bounds(least=1)] = 2
    """Pixels per side of a token."""
    width: int = 256
    """Features of a token."""
    depth: Annotated[int, Bounds(least=1)] = 8
    """Blocks of either network."""
    heads: Annotated[int, Bounds(least=1)] = 4
    """Of every attention."""
    chain: Annotated[int, Bounds(least=0)] = 1
    """Steps from noise to a sample that training is for; 0: any number."""
    passes: Annotated[int, Bounds(least=0)] = 0
    """Steps of a sample where any number will do; 0: one."""
    rematerialize: bool = False
    """Compute blocks once more for the gradient, which takes less memory."""
    bfloat16: bool = False
    """Compute in bfloat16; norms, softmax and logits are float32."""
    learning_rate: float = 3e-4
    """AdamW's, of both players."""
    transport: Annotated[tuple[float, float], Bounds(least=0)] = (0.2, 0.01)
    """What the generator pays for moving its noise, at first and at last."""
    transport_steps: Annotated[int, Bounds(least=1)] = 65_000
    """Steps of half a cosine between them."""
    gamma: float = 0.5
    """Of the penalties on slopes: twice the paper's λ_gp."""
    augment: float = 0.0
    """Probability of each change to a pair that is judged; the paper ends with 0.4."""
    half_life: float = 100_000.0
    """Of the generator's running average, in images."""


VARIANTS = {
    "default": Config(),
    "any": Config(chain=0, passes=2, transport=(0.25, 0.005)),
    "two": Config(chain=2, transport=(0.25, 0.005)),
    "small": Config(batch_size=64, patch=4, width=128, depth=4, learning_rate=6e-4),
}
OPTIONS = Options(steps=100_000)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source = images(config)
    held_out = None
    if not config.path:
        held_out = data.batches(images(config, "test"), config.batch_size)
    recipe = recipes.afm(
        config.learning_rate,
        config.transport,
        config.transport_steps,
        gamma=config.gamma,
        half_life=config.half_life,
        ramp_up=0.05,
        chain=config.chain != 1,
    )
    return Experiment(
        game=game(config, source),
        recipe=recipe,
        augment=moved_pairs(config.augment) if config.augment else Augment(),
        data=data.batches(source, config.batch_size, config.seed, flip=config.flip),
        held_out=held_out,
    )


def game(config: Config, source: data.Source) -> LatentGame:
    """Transformers of one step, or of a chain."""
    classes = len(source.classes) if config.conditional else 0
    if config.conditional and classes < 2:
        raise data.DataError(
            f"classes: saw {classes}, wanted at least 2, or --no-conditional"
        )
    conditioning = as_data if config.conditional else unconditional
    shared: dict[str, Any] = {
        "width": config.width,
        "depth": config.depth,
        "heads": config.heads,
        "patch": config.patch,
        "classes": classes,
        "rematerialize": config.rematerialize,
        "dtype": jnp.bfloat16 if config.bfloat16 else jnp.float32,
    }
    if config.chain == 1:
        generator = dit.Generator(**shared, shape=source.shape)
        judge = dit.Discriminator(**shared)
        return LatentGame(generator, judge, generator.latent_size, conditioning)
    told: dict[str, Any] = {"times": 1 if config.chain else 2, "residual": True}
    generator = dit.Generator(**shared, shape=source.shape, **told)
    judge = dit.Discriminator(**shared, times=1)
    return ChainGame(
        generator,
        judge,
        generator.latent_size,
        conditioning,
        steps=config.chain,
        passes=config.passes,
    )


def images(config: Config, split: str = "train") -> data.Source:
    """The user's own, or a split of the data set."""
    if config.path:
        labels = "auto" if config.conditional else "none"
        return data.folder(config.path, config.size, labels=labels)
    return data.image_dataset(config.dataset, split, size=config.size)


def tiny(config: Config) -> Config:
    """Makes the config small enough for a test."""
    return dataclasses.replace(
        config,
        size=8,
        batch_size=8,
        patch=4,
        width=8,
        depth=1,
        heads=1,
        transport_steps=4,
    )


if __name__ == "__main__":
    launch.main(__file__)
