"""A projected GAN on your own images: FastGAN's generator against frozen features.

    python experiments/images/projected_folder.py --path ~/pictures/cats --size 256

Sauer et al. 2021 (arXiv 2111.01007): the discriminator sees random mixtures of what a
frozen network sees in pictures, so that it need not learn to see from a few of them.
The constants are those of the official code's `fastgan`: Liu et al.'s generator (2021,
arXiv 2101.04775) with 105.7 million parameters at 256 pixels, hinge loss, Adam with
rates of 2e-4, batches of 64, colour, translation and holes as augmentation.
`--variant lite` is its `fastgan_lite` (79.4 million), for a few hundred pictures.

The features are those of EfficientNet-Lite0, trained on ImageNet: timm's file is
downloaded once and checked, or read from where you say (`--weights lite0.pth`).
Pictures made to please such a network please others like it, which FID's is: look at
them, or measure with another network. Published, of FFHQ at 256 pixels: FID 3.39. Not
run here; the steps, 10 million images, are ours.

Pictures are turned upright, put over white, cut to their central square and resized
(Lanczos). Sub-folders are classes, which `--conditional` asks for.

`small` is for a laptop: narrow networks at 32 pixels, and features of a small network
that is trained on CIFAR-10 first (5 minutes of a core, once).

    jaxgan train projected_folder --variant small --path cifar10.zip

After 7,105 steps, six minutes of a core (seed 0, one run, of CIFAR-10 too), there are
ships on water, horses on meadows and planes in the sky, their outlines frayed. Four
times as wide, with a fourth map judged and at less than half the rate, as it was
before, 433 steps made skies and meadows with dark shapes. Of MNIST five minutes had FID
by a classifier 65 ± 6 (three seeds), and 203 then (seed 0).
"""

import dataclasses
from typing import Annotated

from jaxgan import data, recipes
from jaxgan.augment.diffaugment import LIGHT, diffaugment
from jaxgan.games.latent import LatentGame, as_data, unconditional
from jaxgan.models import efficientnet, fastgan, projected
from jaxgan.run import feature_networks, launch
from jaxgan.run.bounds import Bounds, Count
from jaxgan.run.experiment import Experiment, Frozen
from jaxgan.run.options import Options


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    path: str = "images"
    """The folder or zip of images."""
    size: int = 256
    """Pixels per side: a power of two from 8."""
    channels: int = 3
    """1 for grey, 3 for colour."""
    conditional: bool = False
    """Whether both players see the class: the name of the sub-folder."""
    flip: bool = False
    """Mirror pictures left to right at random: often good, but not for writing."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 64
    """Images per step."""
    latent_size: int = 256
    """Numbers per latent."""
    width: int = 128
    """The generator's channels at 128 pixels; smaller maps have more."""
    lite: bool = False
    """One convolution in each of its blocks, rather than two with noise."""
    features: feature_networks.Features = "published"
    """Whose features are judged: EfficientNet-Lite0's, those of a small network that is
    trained here first, or those of one that is not trained."""
    weights: str = ""
    """The file of EfficientNet-Lite0's weights; by default timm's are downloaded."""
    trained_on: str = "cifar10"
    """What the small network is trained on: a set, or a folder or zip of classes."""
    features_size: Count = 224
    """Smaller images are shown to it enlarged to so many pixels."""
    layers: tuple[str, ...] = ("stage_2", "stage_3", "stage_5", "stage_7")
    """Its maps that are judged, from the largest on."""
    mixed_width: Count = 64
    """Channels of the largest map after mixing; each smaller one has twice as many."""
    sizes: Annotated[tuple[int, ...], Bounds(least=8)] = (128, 64, 32, 16)
    """From which side on the discriminator of each map halves, down to 8."""
    discriminator_widths: tuple[int, ...] = (512, 256, 128, 64, 64, 32, 16)
    """Its channels at 8 places, at 16, and so on."""
    learning_rate: float = 2e-4
    """Adam's, for both players."""
    half_life: float = 20_000.0
    """Of the generator's running average, in images."""


DEFAULT = Config()
SMALL = Config(
    size=32,
    batch_size=16,
    latent_size=64,
    width=4,
    lite=True,
    features="trained",
    features_size=32,
    layers=("relu2_1", "relu3_2", "relu4_2"),
    mixed_width=16,
    sizes=(32, 16, 8),
    discriminator_widths=(128, 64, 32),
    learning_rate=1e-3,
    half_life=5_000.0,
)
VARIANTS = {
    "default": DEFAULT,
    "lite": dataclasses.replace(DEFAULT, lite=True),
    "small": SMALL,
}
OPTIONS = Options(steps=10_000_000 // 64)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source = _source(config)
    classes = len(source.classes) if config.conditional else 0
    projection, frozen = _projection(config)
    return Experiment(
        game=LatentGame(
            fastgan.Generator(source.shape, config.width, config.lite, classes),
            projected.Discriminator(
                projection,
                sizes=config.sizes,
                widths=config.discriminator_widths,
                classes=classes,
            ),
            config.latent_size,
            as_data if classes else unconditional,
        ),
        recipe=recipes.projected(
            config.learning_rate, config.learning_rate, config.half_life
        ),
        augment=diffaugment(LIGHT),
        data=data.batches(source, config.batch_size, config.seed, flip=config.flip),
        frozen={"projection": frozen},
    )


def _projection(config: Config) -> tuple[projected.Projection, Frozen]:
    """What the discriminator looks through, and its variables."""
    if config.features == "published":
        network = efficientnet.EfficientNet(config.layers)
        features = feature_networks.efficientnet_of_file(network, config.weights)
    else:
        network, features = feature_networks.content_network(
            config.features, config.layers, trained_on=config.trained_on
        )
    projection = projected.Projection(
        network, config.mixed_width, size=config.features_size
    )
    return projection, feature_networks.projected(projection, features, config.seed)


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
    return dataclasses.replace(
        SMALL,
        path=config.path,
        size=8,
        batch_size=8,
        latent_size=4,
        width=2,
        features="random",
        layers=("relu1_1", "relu2_1"),
        features_size=16,
        mixed_width=2,
        sizes=(16, 8),
        discriminator_widths=(4, 2),
    )


if __name__ == "__main__":
    launch.main(__file__)
