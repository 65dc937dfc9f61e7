"""An adversarial flow model on MNIST.

Lin et al. 2025 (arXiv 2511.22475): transformers on both sides, noise of the picture's
own shape, and a generator that pays for how far it moves it. 28×28 pixels in patches of
4 are 49 tokens of 64; classes asked for. Constants as published but for rate, batch,
width and length, which are a laptop's; 310,000 and 301,000 parameters.

    python experiments/transformers/afm_mnist.py
    python experiments/transformers/afm_mnist.py --variant any

Nothing is published of MNIST. After 5,110 steps, eight minutes of one core of an AMD
EPYC, most samples show the digit that was asked for, with jags where patches meet, and
little variety: FID by a classifier 94, precision 0.75, recall 0.04 (seed 0). Twice as
wide, at a rate of 0.0006, there were strokes by then, after 1,900 steps.

`any` learns to step from any time to any earlier one, and samples in `passes` steps;
`two` in exactly two; neither was trained yet.

MNIST is downloaded, unless TensorFlow Datasets has prepared it (`data.image_dataset`).
"""

import dataclasses
from typing import Annotated, Any

from jaxgan import data, recipes
from jaxgan.games.chain import ChainGame
from jaxgan.games.latent import LatentGame, as_data
from jaxgan.models import dit
from jaxgan.run import launch
from jaxgan.run.bounds import Bounds
from jaxgan.run.experiment import Experiment
from jaxgan.run.options import Options


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    size: int = 28
    """Pixels per side: a multiple of the patch."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 16
    """Images per step."""
    patch: Annotated[int, Bounds(least=1)] = 4
    """Pixels per side of a token."""
    width: int = 64
    """Features of a token."""
    depth: Annotated[int, Bounds(least=1)] = 4
    """Blocks of either network."""
    heads: Annotated[int, Bounds(least=1)] = 2
    """Of every attention."""
    chain: Annotated[int, Bounds(least=0)] = 1
    """Steps from noise to a sample that training is for; 0: any number."""
    passes: Annotated[int, Bounds(least=0)] = 0
    """Steps of a sample where any number will do; 0: one."""
    learning_rate: float = 1e-3
    """AdamW's, of both players."""
    transport: Annotated[tuple[float, float], Bounds(least=0)] = (0.2, 0.01)
    """What the generator pays for moving its noise, at first and at last."""
    transport_steps: Annotated[int, Bounds(least=1)] = 4_000
    """Steps of half a cosine between them."""
    gamma: float = 0.5
    """Of the penalties on slopes: twice the paper's λ_gp."""
    half_life: float = 50_000.0
    """Of the generator's running average, in images."""


VARIANTS = {
    "default": Config(),
    "any": Config(chain=0, passes=2, transport=(0.25, 0.005)),
    "two": Config(chain=2, transport=(0.25, 0.005)),
}
OPTIONS = Options(steps=20_000)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source = data.image_dataset("mnist", size=config.size)
    held_out = data.image_dataset("mnist", "test", size=config.size)
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
        data=data.batches(source, config.batch_size, config.seed),
        held_out=data.batches(held_out, config.batch_size),
    )


def game(config: Config, source: data.Source) -> LatentGame:
    """Transformers of one step, or of a chain."""
    shared: dict[str, Any] = {
        "width": config.width,
        "depth": config.depth,
        "heads": config.heads,
        "patch": config.patch,
        "classes": len(source.classes),
    }
    if config.chain == 1:
        generator = dit.Generator(**shared, shape=source.shape)
        judge = dit.Discriminator(**shared)
        return LatentGame(generator, judge, generator.latent_size, as_data)
    told: dict[str, Any] = {"times": 1 if config.chain else 2, "residual": True}
    generator = dit.Generator(**shared, shape=source.shape, **told)
    judge = dit.Discriminator(**shared, times=1)
    return ChainGame(
        generator,
        judge,
        generator.latent_size,
        as_data,
        steps=config.chain,
        passes=config.passes,
    )


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
