"""StyleGAN2 with adaptive discriminator augmentation (ADA) on CIFAR-10.

Karras et al. 2020 (arXiv 2006.06676), the configuration `cifar` of the official PyTorch
code: mapping of 2 layers, 512 channels throughout, a plain discriminator, R1 with γ =
0.01, neither path lengths nor style mixing, and 100 million images of training. FID of
50,000 samples against all 50,000 training images, at the best checkpoint: 2.42 with
classes and 2.92 ± 0.05 without (`--variant unconditional`); 5.33 of the latter without
ADA (`--no-ada`). The official code computes the blocks in float16, on two V100 GPUs;
here they are float32, or bfloat16 with `--bfloat16`.

    python experiments/images/stylegan2_cifar10.py
    python experiments/images/stylegan2_cifar10.py --path cifar10.zip
    python experiments/images/stylegan2_cifar10.py --variant small --minutes 10

Without a path, CIFAR-10 is downloaded, unless TensorFlow Datasets has prepared it (see
`data.image_dataset`). With one, the images of each class lie in a folder of its name.

`small` is for a laptop: a narrow network on MNIST, or on the path. After 3,000 steps
most samples are digits of their class, by eye. One core of an AMD EPYC made 200
images/s, which is eight minutes; the run itself shared it, and took longer.
"""

import dataclasses

import jax.numpy as jnp

from jaxgan import data, recipes
from jaxgan.augment.ada import ada
from jaxgan.core.types import Augment
from jaxgan.games.latent import unconditional, uniform_labels
from jaxgan.games.style import StyleGame
from jaxgan.models import stylegan2
from jaxgan.run import launch
from jaxgan.run.experiment import Experiment
from jaxgan.run.options import Options
from jaxgan.terms import real_sign


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    path: str = ""
    """A folder or zip with a folder per class; if empty, the dataset is read."""
    dataset: str = "cifar10"
    """Its name in TensorFlow Datasets."""
    size: int = 32
    """Pixels per side: a power of two."""
    conditional: bool = True
    """Whether both players see the class."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 64
    """Images per step."""
    latent_size: int = 512
    """Numbers per latent, and per style."""
    mapping_layers: int = 2
    """Dense layers from the latent to the style."""
    condition_layers: int = 8
    """Dense layers from the class to what the discriminator projects on."""
    channel_base: int = 32768
    """A map of n pixels per side has channel_base / n channels,"""
    channel_max: int = 512
    """or so many, if that is less."""
    group: int = 32
    """Examples whose deviation the discriminator sees."""
    gamma: float = 0.01
    """Weight of R1."""
    learning_rate: float = 0.0025
    """Adam's, for both players."""
    half_life: float = 500_000.0
    """Of the generator's running average, in images."""
    ada: bool = True
    """Augment what the discriminator sees, the more the more it overfits."""
    bfloat16: bool = False
    """Compute the blocks in bfloat16."""


VARIANTS = {
    "conditional": Config(),
    "unconditional": Config(conditional=False),
    "small": Config(
        dataset="mnist",
        batch_size=32,
        latent_size=64,
        condition_layers=2,
        channel_base=512,
        channel_max=64,
        group=4,
        gamma=10.0,
        learning_rate=0.003,
        half_life=10_000.0,
        ada=False,
    ),
}
OPTIONS = Options(steps=1_562_500)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source = _source(config, "train")
    classes = len(source.classes) if config.conditional else 0
    if config.conditional and classes < 2:
        raise data.DataError(
            f"path: saw {classes} classes in {config.path}, wanted a "
            "folder for each of at least 2, or --no-conditional"
        )
    sizes = {
        "channel_base": config.channel_base,
        "channel_max": config.channel_max,
        "clamp": 256.0,
        "dtype": jnp.bfloat16 if config.bfloat16 else jnp.float32,
    }
    recipe = recipes.stylegan2(
        config.gamma, 0.0, config.learning_rate, config.half_life, ramp_up=0.05
    )
    judging, *others = recipe.turns
    return Experiment(
        game=StyleGame(
            stylegan2.Generator(
                source.shape,
                classes,
                config.latent_size,
                config.mapping_layers,
                **sizes,
            ),
            stylegan2.Discriminator(
                classes,
                config.condition_layers,
                architecture=stylegan2.Architecture.ORIGINAL,
                group=config.group,
                **sizes,
            ),
            config.latent_size,
            uniform_labels(classes) if classes else unconditional,
            mixing=0.0,
        ),
        recipe=recipe._replace(
            turns=(judging._replace(terms=(*judging.terms, real_sign())), *others)
        ),
        augment=ada(batch_size=config.batch_size) if config.ada else Augment(),
        data=data.batches(source, config.batch_size, config.seed),
        held_out=None
        if config.path
        else data.batches(_source(config, "test"), config.batch_size),
    )


def _source(config: Config, split: str) -> data.Source:
    if config.path:
        labels = "auto" if config.conditional else "optional"
        return data.folder(config.path, config.size, labels=labels)
    return data.image_dataset(config.dataset, split, size=config.size)


def tiny(config: Config) -> Config:
    """The same, small enough for a test."""
    return dataclasses.replace(
        config,
        size=4,
        batch_size=8,
        latent_size=4,
        mapping_layers=1,
        condition_layers=1,
        channel_base=32,
        channel_max=4,
        group=4,
    )


if __name__ == "__main__":
    launch.main(__file__)
