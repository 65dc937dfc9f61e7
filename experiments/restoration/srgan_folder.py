"""SRGAN on your own pictures: four times as large, with detail that looks right.

    python experiments/restoration/srgan_folder.py --path DIV2K_train_HR

Any folder or zip of pictures will do: small ones are made of them on the device, by
MATLAB's bicubic. Networks and constants are those of Ledig et al. 2017 (arXiv
1609.04802): SRResNet by squared differences for a million steps, and then against a
discriminator, beside the features of VGG-19, which is downloaded once or read from a
file (`--weights vgg19.pth`). `jaxgan apply RUN PICTURES` enlarges pictures of any
size.

The small variant is narrow and for a laptop; it compares features of a network that it
trains on CIFAR-10 first (5 minutes of a core, once):

    jaxgan train srgan_folder --variant small --path bsds500.zip --steps 3800

Its 3,000 steps by pixels, six minutes of a core, bring 26.27 and 26.52 dB and SSIM
0.693 and 0.698 on B100 (Y, border of 4; seeds 0 and 1), where bicubic has 25.96 and
0.668. 800 steps against the discriminator, three minutes more, cost half a decibel or
more, bring the distance in features from 2.65 and 2.61 to 2.20 and 2.23 (bicubic 2.79),
and make edges sharp; `experiments/benchmarks/restoration` has the table.

Flat places show a faint pattern of dots. Where features of half the size alone were
compared it was plain, and 1.7 dB were lost: what repeats every four pixels was 4.3 of
255 deep (seed 1, 24 pictures), is now 2.7 and 3.0, and 0.9 in the photographs. With
features of the full size alone it was 1.6, and edges softer. The discriminator made no
difference: 3.2 with the paper's after 600 steps, 3.4 with BasicSR's, 3.1 once averaged.
ESRGAN, which repeats pixels where this shuffles them, has 1.3.
"""

import dataclasses
from typing import Annotated, Literal

import optax

from jaxgan import data, degradation, recipes, terms
from jaxgan.games.paired import PairedGame
from jaxgan.models.restoration import (
    SRGANDiscriminator,
    SRResNet,
    VGGDiscriminator,
)
from jaxgan.run import feature_networks, launch
from jaxgan.run.bounds import Bounds, Count
from jaxgan.run.experiment import Experiment
from jaxgan.run.kinds.pairs import Pairs
from jaxgan.run.options import Options


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    path: str = "pictures"
    """The folder or zip of large pictures."""
    side: str = ""
    """The name of the folder that they are in, if others lie beside it."""
    split: str | None = None
    """The folder that is trained on; by default 'train', if there is one."""
    held_out: str | None = None
    """The folder that progress is shown on, such as 'val'."""
    scale: int = 4
    """How many times as large pictures become: 2, 3 or 4."""
    size: int = 96
    """Pixels per side of what the discriminator is shown."""
    region: Count = 128
    """Of what is cut out and made small before: sources do not show where it ended."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 16
    """Pictures per step."""
    width: int = 64
    """Features of the generator's trunk."""
    blocks: int = 16
    """Of the generator's trunk."""
    discriminator: Literal["paper", "basicsr"] = "paper"
    """The paper's, which halves by kernels of 3×3; or BasicSR's, by 4×4."""
    discriminator_width: Count = 64
    """Of the discriminator's first layer."""
    features: feature_networks.Features = "published"
    """Whose features are compared: VGG-19's, those of a small network that is trained
    here first, or those of one that is not trained."""
    weights: str = ""
    """The file of VGG-19's weights; by default torchvision's are downloaded."""
    trained_on: str = "cifar10"
    """What the small network is trained on: a set, or a folder or zip of classes."""
    layers: tuple[str, ...] = ("relu5_4",)
    """Where features are compared."""
    layer_weights: Annotated[tuple[float, ...], Bounds(least=0)] = (1.0,)
    """Of these comparisons."""
    feature_scale: Annotated[float, Bounds(above=0)] = 1 / 12.75
    """What features are multiplied by before."""
    adversarial_weight: Annotated[float, Bounds(least=0)] = 1e-3
    """Of the discriminator's judgement, beside the features."""
    pixel_steps: Annotated[int, Bounds(least=0)] = 1_000_000
    """Steps by squared differences alone, which come first."""
    pixel_rate: Annotated[float, Bounds(above=0)] = 1e-4
    """Adam's in these."""
    learning_rate: float = 1e-4
    """Adam's thereafter, for both players."""
    decay_steps: int = 100_000
    """Steps thereafter until it falls to a tenth."""
    average_decay: float = 0.0
    """Weight that the generator's average keeps at an update; the paper has none."""


DEFAULT = Config()
SMALL = dataclasses.replace(
    DEFAULT,
    side="images",
    held_out="val",
    size=64,
    region=96,
    batch_size=8,
    width=24,
    blocks=6,
    discriminator="basicsr",
    discriminator_width=16,
    features="trained",
    # Of dots, maps of half the size do not tell.
    layers=("relu1_1", "relu2_1"),
    layer_weights=(1.0, 1.0),
    feature_scale=1.0,
    pixel_steps=3_000,
    pixel_rate=1e-3,
    decay_steps=2_000,
    average_decay=0.995,
)
VARIANTS = {"default": DEFAULT, "small": SMALL}
OPTIONS = Options(steps=1_200_000, shared_draws=True)
"""Both players see the same fakes: they are the dearest part of a step."""


def discriminator(config: Config) -> SRGANDiscriminator | VGGDiscriminator:
    """The network that judges large pictures."""
    kinds = {"paper": SRGANDiscriminator, "basicsr": VGGDiscriminator}
    return kinds[config.discriminator](config.size, config.discriminator_width)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""

    def batches(split: str | None, **views: bool):
        source = data.pictures(
            config.path, config.region, side=config.side, split=split
        )
        return data.crop_batches(source, config.batch_size, config.seed, **views)

    content = feature_networks.content_network(
        config.features, config.layers, config.weights, config.trained_on
    )
    perceptual = terms.perceptual(
        content.features,
        feature_networks.weighted(config.layers, config.layer_weights),
        criterion=terms.mean_squared,
        scale=config.feature_scale,
    )
    rate = optax.piecewise_constant_schedule(
        config.learning_rate, {config.decay_steps: 0.1}
    )
    return Experiment(
        game=PairedGame(
            SRResNet(config.scale, width=config.width, blocks=config.blocks),
            discriminator(config),
            judges_source=False,
            degrade=degradation.with_crop(
                degradation.bicubic_degradation(config.scale), config.size, config.scale
            ),
        ),
        recipe=recipes.srgan(
            perceptual,
            config.pixel_steps,
            rate,
            config.pixel_rate,
            config.adversarial_weight,
            config.average_decay,
        ),
        data=batches(config.split, flip=True),
        kind=Pairs(
            crop=config.scale,
            perceptual=lambda: feature_networks.content_distance(
                config.features, config.trained_on
            ),
        ),
        held_out=None
        if config.held_out is None
        else batches(config.held_out, crop=False),
        frozen={"vgg": content.frozen},
    )


def tiny(config: Config) -> Config:
    """The same, small enough for a test."""
    return dataclasses.replace(
        config,
        size=16,
        region=24,
        width=2,
        discriminator_width=2,
        blocks=1,
        batch_size=4,
        features="random",
        layers=("relu2_1",),
        layer_weights=(1.0,),
        pixel_steps=3,
    )


if __name__ == "__main__":
    launch.main(__file__)
