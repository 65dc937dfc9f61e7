"""ESRGAN on your own pictures: four times as large, with sharp textures.

    python experiments/restoration/esrgan_folder.py --path DIV2K_train_HR

Any folder or zip of pictures will do: small ones are made of them on the device, by
MATLAB's bicubic. Networks and constants are those of Wang et al. 2018 (arXiv
1809.00219) as in the authors' BasicSR: dense residual blocks, by absolute differences
for a million steps, and then against a discriminator that tells what is more real,
beside the features of VGG-19, which is downloaded once or read from a file (`--weights
vgg19.pth`). `jaxgan apply RUN PICTURES` enlarges pictures of any size.

The small variant is narrow and for a laptop; it compares features of a network that it
trains on CIFAR-10 first (5 minutes of a core, once):

    jaxgan train esrgan_folder --variant small --path bsds500.zip --steps 5500

Its 4,000 steps by pixels, 6 minutes of a core (on another machine 17), bring 26.62 and
26.69 dB and SSIM 0.704 and 0.706 on B100 (Y, border of 4; seeds 0 and 1), where bicubic
has 25.96 and 0.668. 1,500 steps against the discriminator, 4.5 minutes more, cost two
to three decibels and bring the distance in features from 2.54 and 2.57 to 2.03 and 2.03
(bicubic 2.77 and 2.79): hair, lashes and window bars are there, and some places are too
rough. `experiments/benchmarks/restoration` has the table.
"""

import dataclasses
from typing import Annotated

import optax

from jaxgan import data, degradation, recipes, terms
from jaxgan.games.paired import PairedGame
from jaxgan.models.restoration import RRDBNet, VGGDiscriminator
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
    """How many times as large pictures become: 1, 2 or 4."""
    size: int = 128
    """Pixels per side of what the discriminator is shown."""
    region: Count = 160
    """Of what is cut out and made small before: sources do not show where it ended."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 16
    """Pictures per step."""
    width: int = 64
    """Features of the generator's trunk."""
    blocks: int = 23
    """Of the generator's trunk, of three dense blocks each."""
    growth: Count = 32
    """Features that every convolution of these adds."""
    discriminator_width: Count = 64
    """Of the discriminator's first layer."""
    features: feature_networks.Features = "published"
    """Whose features are compared: VGG-19's, those of a small network that is trained
    here first, or those of one that is not trained."""
    weights: str = ""
    """The file of VGG-19's weights; by default torchvision's are downloaded."""
    trained_on: str = "cifar10"
    """What the small network is trained on: a set, or a folder or zip of classes."""
    layer: str = "conv5_4"
    """Where features are compared."""
    content_weight: Annotated[float, Bounds(least=0)] = 1.0
    """Of that comparison."""
    pixel_weight: Annotated[float, Bounds(least=0)] = 0.01
    """Of the absolute differences beside it."""
    adversarial_weight: Annotated[float, Bounds(least=0)] = 0.005
    """Of the discriminator's judgement beside both."""
    pixel_steps: Annotated[int, Bounds(least=0)] = 1_000_000
    """Steps by absolute differences alone, which come first."""
    pixel_rate: Annotated[float, Bounds(above=0)] = 2e-4
    """Adam's in these."""
    learning_rate: float = 1e-4
    """Adam's thereafter, for both players."""
    decay_steps: tuple[int, ...] = (50_000, 100_000, 200_000, 300_000)
    """Steps thereafter at which it is halved."""
    average_decay: float = 0.999
    """Weight that the generator's average keeps at an update."""


DEFAULT = Config()
SMALL = dataclasses.replace(
    DEFAULT,
    side="images",
    held_out="val",
    size=64,
    region=96,
    batch_size=8,
    width=24,
    blocks=2,
    growth=12,
    discriminator_width=16,
    features="trained",
    layer="conv3_2",
    pixel_weight=0.1,
    adversarial_weight=0.02,
    pixel_steps=4_000,
    pixel_rate=5e-4,
    learning_rate=2e-4,
    decay_steps=(2_000,),
    average_decay=0.995,
)
VARIANTS = {"default": DEFAULT, "small": SMALL}
OPTIONS = Options(steps=1_400_000, shared_draws=True)
"""Both players see the same fakes, as in the official code."""


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""

    def batches(split: str | None, **views: bool):
        source = data.pictures(
            config.path, config.region, side=config.side, split=split
        )
        return data.crop_batches(source, config.batch_size, config.seed, **views)

    content = feature_networks.content_network(
        config.features, [config.layer], config.weights, config.trained_on
    )
    rate = optax.piecewise_constant_schedule(
        config.learning_rate, dict.fromkeys(config.decay_steps, 0.5)
    )
    return Experiment(
        game=PairedGame(
            RRDBNet(
                config.scale,
                width=config.width,
                blocks=config.blocks,
                growth=config.growth,
            ),
            VGGDiscriminator(config.size, config.discriminator_width),
            judges_source=False,
            degrade=degradation.with_crop(
                degradation.bicubic_degradation(config.scale), config.size, config.scale
            ),
        ),
        recipe=recipes.esrgan(
            terms.perceptual(
                content.features, {config.layer: 1.0}, config.content_weight
            ),
            config.pixel_steps,
            rate,
            config.pixel_rate,
            config.pixel_weight,
            config.adversarial_weight,
            decay=config.average_decay,
        ),
        data=batches(config.split, flip=True, turn=True),
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
        growth=2,
        batch_size=4,
        features="random",
        layer="conv2_1",
        pixel_steps=3,
    )


if __name__ == "__main__":
    launch.main(__file__)
