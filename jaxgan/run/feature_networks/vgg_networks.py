"""VGG with published weights, with a file's, or trained here."""

import functools
import os
import pathlib
import sys

import jax

from jaxgan.core.seeds import key_of
from jaxgan.core.types import Variables
from jaxgan.data.image_dataset import image_dataset
from jaxgan.data.image_folder import folder
from jaxgan.data.source import Source
from jaxgan.evaluation.trained_features import FeatureTraining, trained_features
from jaxgan.models import vgg
from jaxgan.run.experiment import Frozen
from jaxgan.run.feature_networks import weight_files
from jaxgan.run.feature_networks.weight_files import Address, WeightFile


def vgg_of_file(network: vgg.VGG, weights: str | os.PathLike = "") -> Frozen:
    """VGG with weights of a file, or those that torchvision publishes.

    Args:
      network: which layers are looked at.
      weights: a state dict of torchvision ('features.0.weight'), BasicSR or LPIPS, as
        .pth, .safetensors or .npz. '': torchvision's of VGG-16 or VGG-19, trained on
        ImageNet, downloaded once (half a gigabyte) and checked.

    Raises:
      ValueError: if none are published for this network, and no file is named.
    """
    file = WeightFile(weights, None if weights else _address(network))
    return weight_files.frozen(network, [file], vgg.import_torch)


def _address(network: vgg.VGG) -> Address:
    """Finds where the weights of a VGG are published."""
    sizes = tuple(network.depths), tuple(network.widths)
    for name, address in vgg.PUBLISHED.items():
        if vgg.CONFIGURATIONS[name] == sizes:
            return address
    raise ValueError(
        f"weights: saw none for a VGG of depths {sizes[0]} and widths {sizes[1]}, "
        f"wanted a file; published are those of {' and '.join(vgg.PUBLISHED)}"
    )


def trained_here(
    network: vgg.VGG,
    images: str | os.PathLike = "cifar10",
    *,
    size: int = 32,
    seed: int = 0,
    training: FeatureTraining | None = None,
) -> Frozen:
    """VGG trained here to tell classes of images apart, where no published one is had.

    It is kept in the cache folder. The first time, `vgg.SMALL` on CIFAR-10 takes 330
    seconds of CPU time, a tenth of them for compiling, and is right on 70.4 % of 5,000
    images that it has not seen. On another kind of machine it is another network, to
    the bit: a run that moves takes the file along. See
    `jaxgan.evaluation.trained_features`.

    Args:
      network: which layers are looked at. It is trained to its very end.
      images: a folder or zip, sub-folders as classes; else the name of a data set, see
        `jaxgan.data.image_dataset`. They are no part of what a run is trained on.
      size: pixels per side that they are brought to, at most 64.
      seed: of everything that is drawn.
      training: its constants.
    """
    return Frozen(
        load=functools.partial(
            _train, network, os.fspath(images), size, seed, training
        ),
        source=f"trained here on {pathlib.PurePath(images).name}, seed {seed}",
        shapes=functools.partial(weight_files.shapes, network),
    )


def _train(
    network: vgg.VGG,
    images: str,
    size: int,
    seed: int,
    training: FeatureTraining | None,
) -> Variables:
    source = _source(images, size)
    last = f"relu{len(network.depths)}_{network.depths[-1]}"
    model = vgg.Classifier(network.clone(layers=(last,)), len(source.classes))

    def tell(done: int, total: int) -> None:
        if done == 1:
            _say(f"training a network on {images} for its features: {total:,} steps")

    trained = trained_features(
        model, source, seed=seed, training=training, progress=tell
    )
    _say(
        f"features of a network trained on {trained.trained_on:,} images of {images}, "
        f"right on {trained.accuracy:.1%} of others"
    )
    trunk = {"params": trained.variables["params"]["trunk"]}
    return weight_files.fitting(network, trunk)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _source(images: str, size: int) -> Source:
    """Opens images by functions that runs do not remember."""
    path = pathlib.Path(images).expanduser()
    if path.exists() or len(path.parts) > 1:
        return folder(path, size)
    return image_dataset(images, size=size)


def random_weights(network: vgg.VGG, seed: int = 0) -> Frozen:
    """Weights as they are before training: for tests, and for comparison.

    Args:
      network: which layers are looked at.
      seed: of what is drawn.
    """

    def load() -> Variables:
        return jax.jit(network.init)(key_of(seed), *weight_files.blank(1))

    shapes = functools.partial(weight_files.shapes, network)
    return Frozen(load, f"random, seed {seed}", shapes)
