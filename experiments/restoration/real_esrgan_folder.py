"""Real-ESRGAN on your own pictures: four times as large, and clean.

    python experiments/restoration/real_esrgan_folder.py --path DF2K

Any folder or zip of good pictures will do: bad small ones are made of them on the
device, by blur, noise, resizing and JPEG, twice over. Networks, constants and all the
ranges are those of Wang et al. 2021 (arXiv 2107.10833): ESRGAN's generator by absolute
differences for a million steps (Real-ESRNet), and then against a U-Net that judges
every pixel, beside features of five layers of VGG-19, which is downloaded once or read
from a file (`--weights vgg19.pth`). `jaxgan apply RUN PICTURES` restores pictures of
any size. `--variant compact` trains realesr-general-x4v3's quick network instead.

The small variant, that network with 12 convolutions of 48 channels, is for a laptop and
compares features of a network that it trains on CIFAR-10 first:

    jaxgan train real_esrgan_folder --variant small --path bsds500.zip --steps 4200

takes 11 minutes of a core on BSDS500's 200 pictures, and seeds 0, 1 and 2 end alike.
Noise and blocks of JPEG go, edges become sharp, as if painted; a fine grid shows in
places. Of squares of 64 pixels of the 100 held-out pictures, made bad by the same
ranges (means of the three, which differ by 0.12, 0.007 and 0.017 at most; distance in
features of a network of another seed):

                          PSNR   SSIM   distance
    bicubic              20.01  0.400      3.753
    after 3,000 steps    20.17  0.408      3.579
    after 4,200 steps    19.45  0.359      3.280

The first 3,000 are by absolute differences alone.
"""

import dataclasses
from typing import Annotated, Literal

from jaxgan import data, degradation, recipes, terms
from jaxgan.games.paired import PairedGame
from jaxgan.models.restoration import RRDBNet, SRVGGNetCompact, UNetDiscriminator
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
    size: int = 256
    """Pixels per side of what the discriminator is shown."""
    region: Count = 400
    """Of what is cut out and degraded before: sources do not show where it ended."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 48
    """Pictures per step."""
    generator: Literal["rrdbnet", "compact"] = "rrdbnet"
    """Dense residual blocks; or plain convolutions of the small picture, which are many
    times as fast: realesr-general-x4v3's."""
    width: int = 64
    """Features of the generator's trunk."""
    blocks: int = 23
    """Of the generator's trunk, of three dense blocks each, or of one convolution."""
    growth: Count = 32
    """Features that every convolution of dense blocks adds."""
    discriminator_width: Count = 64
    """Of the discriminator's first layer."""
    features: feature_networks.Features = "published"
    """Whose features are compared: VGG-19's, those of a small network that is trained
    here first, or those of one that is not trained."""
    weights: str = ""
    """The file of VGG-19's weights; by default torchvision's are downloaded."""
    trained_on: str = "cifar10"
    """What the small network is trained on: a set, or a folder or zip of classes."""
    layers: tuple[str, ...] = ("conv1_2", "conv2_2", "conv3_4", "conv4_4", "conv5_4")
    """Where features are compared."""
    layer_weights: Annotated[tuple[float, ...], Bounds(least=0)] = (
        *(0.1, 0.1, 1.0, 1.0, 1.0),
    )
    """Of these comparisons."""
    pixel_weight: Annotated[float, Bounds(least=0)] = 1.0
    """Of the absolute differences beside them."""
    adversarial_weight: Annotated[float, Bounds(least=0)] = 0.1
    """Of the discriminator's judgement beside both."""
    pixel_steps: Annotated[int, Bounds(least=0)] = 1_000_000
    """Steps by absolute differences alone, which come first."""
    pixel_rate: Annotated[float, Bounds(above=0)] = 2e-4
    """Adam's in these."""
    learning_rate: float = 1e-4
    """Adam's thereafter, for both players."""
    average_decay: float = 0.999
    """Weight that the generator's average keeps at an update."""


DEFAULT = Config()
COMPACT = dataclasses.replace(DEFAULT, generator="compact", blocks=32)
SMALL = dataclasses.replace(
    DEFAULT,
    side="images",
    held_out="val",
    size=64,
    region=96,
    batch_size=8,
    generator="compact",
    width=48,
    blocks=12,
    discriminator_width=16,
    features="trained",
    layers=("conv1_1", "conv2_1", "conv3_2", "conv4_2"),
    layer_weights=(1.0, 0.1, 1.0, 1.0),
    pixel_steps=3_000,
    pixel_rate=1e-3,
    learning_rate=2e-4,
    average_decay=0.995,
)
VARIANTS = {"default": DEFAULT, "compact": COMPACT, "small": SMALL}
OPTIONS = Options(steps=1_400_000, shared_draws=True)
"""Both players see the same fakes, as in the official code."""


def generator(config: Config) -> RRDBNet | SRVGGNetCompact:
    """The network that enlarges pictures."""
    if config.generator == "compact":
        return SRVGGNetCompact(config.scale, width=config.width, blocks=config.blocks)
    return RRDBNet(
        config.scale, width=config.width, blocks=config.blocks, growth=config.growth
    )


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
    ranges = degradation.SecondOrder(config.scale)
    layers = feature_networks.weighted(config.layers, config.layer_weights)
    sharpened = terms.against(degradation.sharpen)
    return Experiment(
        game=PairedGame(
            generator(config),
            UNetDiscriminator(config.discriminator_width),
            judges_source=False,
            degrade=degradation.with_crop(
                degradation.real_esrgan_degradation(ranges), config.size, config.scale
            ),
        ),
        recipe=recipes.real_esrgan(
            terms.perceptual(content.features, layers, pair=sharpened),
            sharpened,
            config.pixel_steps,
            config.learning_rate,
            config.pixel_rate,
            config.pixel_weight,
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
        growth=2,
        batch_size=4,
        features="random",
        layers=("conv1_1", "conv2_1"),
        layer_weights=(0.1, 1.0),
        pixel_steps=3,
    )


if __name__ == "__main__":
    launch.main(__file__)
