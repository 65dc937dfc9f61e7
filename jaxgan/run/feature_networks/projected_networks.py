"""What projected discriminators see: a feature network and random mixing of a seed."""

import functools
import os
from typing import Any

import jax

from jaxgan.core.seeds import key_of
from jaxgan.core.types import Variables
from jaxgan.models import efficientnet
from jaxgan.models.projected import Projection
from jaxgan.run.experiment import Frozen
from jaxgan.run.feature_networks import weight_files
from jaxgan.run.feature_networks.weight_files import WeightFile


def efficientnet_of_file(
    network: efficientnet.EfficientNet, weights: str | os.PathLike = ""
) -> Frozen:
    """EfficientNet-Lite with weights of a file, or those that timm publishes.

    Args:
      network: which stages are looked at.
      weights: a state dict of timm ('conv_stem.weight'), as .pth, .safetensors or .npz.
        '': timm's of Lite0, trained on ImageNet, downloaded once (19 MB) and checked.

    Raises:
      ValueError: if none are published for this network, and no file is named.
    """
    published = tuple(network.stages) == efficientnet.LITE0
    if not weights and not published:
        raise ValueError(
            "weights: saw none for an EfficientNet of other stages than LITE0, wanted "
            "a file"
        )
    file = WeightFile(weights, efficientnet.PUBLISHED if published else None)
    return weight_files.frozen(network, [file], efficientnet.import_torch)


def projected(projection: Projection, features: Frozen, seed: int = 0) -> Frozen:
    """A projection of features, with mixing that is drawn once, from a seed.

    Args:
      projection: whose features are those of the network.
      features: the network's variables: of `efficientnet_of_file`, or, offline, of
        `trained_here` and a `vgg.VGG`. Runs of GANs that look through a random network
        (`random_weights`) test the wiring; no more.
      seed: of the mixing. It stays the run's: another one is another discriminator.
    """

    def load() -> Variables:
        init = jax.jit(projection.init)
        drawn = init(key_of(seed), *weight_files.blank(1))
        return _around(drawn, features.load())

    return Frozen(
        load=load,
        source=f"{features.source}, mixed at random, seed {seed}",
        shapes=functools.partial(weight_files.shapes, projection),
    )


def _around(projection: Variables, features: Variables) -> dict[str, Any]:
    """The variables of a projection, with those of its features replaced."""
    return {
        name: {**projection.get(name, {}), "features": features[name]}
        for name in features
    }
