"""The network whose features a loss compares, by a word in a config."""

import os
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import jax

from jaxgan.core.types import Variables
from jaxgan.evaluation.lpips import PerceptualDistance
from jaxgan.models import lpips, vgg
from jaxgan.run.experiment import Frozen
from jaxgan.run.feature_networks.lpips_networks import lpips_distance, trained_distance
from jaxgan.run.feature_networks.vgg_networks import (
    random_weights,
    trained_here,
    vgg_of_file,
)

Features = Literal["published", "trained", "random"]
"""VGG-19's; those of a small network trained here; those of one that is not trained."""
SEEN = ("relu1_1", "relu2_1", "relu3_2", "relu4_2")
"""Layers of the small network in which pictures are compared."""


class ContentNetwork(NamedTuple):
    """A network for `terms.perceptual`.

    Attributes:
      network: whose maps are the features.
      frozen: its variables.
    """

    network: vgg.VGG
    frozen: Frozen

    def features(
        self, variables: Variables, images: jax.Array
    ) -> Mapping[str, jax.Array]:
        """The maps of images [B, H, W, C] in [-1, 1], by layer."""
        maps: Any = self.network.apply(variables, images)
        return maps


def content_network(
    features: Features,
    layers: Sequence[str],
    weights: str | os.PathLike = "",
    trained_on: str | os.PathLike = "cifar10",
) -> ContentNetwork:
    """Finds the network whose features a loss compares.

    Args:
      features: 'published' is VGG-19, 'trained' is `vgg.SMALL` trained here, 'random'
        the same before it.
      layers: which of its maps are compared.
      weights: of 'published': see `vgg_of_file`.
      trained_on: of 'trained': see `trained_here`.

    Raises:
      ValueError: for other features.
    """
    layers = tuple(layers)
    if features == "published":
        network = vgg.VGG(layers)
        return ContentNetwork(network, vgg_of_file(network, weights))
    network = vgg.VGG(layers, *vgg.SMALL)
    if features == "trained":
        return ContentNetwork(network, trained_here(network, trained_on))
    if features == "random":
        return ContentNetwork(network, random_weights(network))
    raise ValueError(
        f"features: saw {features!r}, wanted 'published', 'trained' or 'random'"
    )


def weighted(layers: Sequence[str], weights: Sequence[float]) -> dict[str, float]:
    """Pairs layers with the weights of their comparisons, for `terms.perceptual`.

    Raises:
      ValueError: if there are not as many of both.
    """
    if len(weights) != len(layers):
        raise ValueError(
            f"layer_weights: saw {len(weights)}, wanted {len(layers)}, as there are "
            "layers"
        )
    return dict(zip(layers, weights))


def content_distance(
    features: Features, trained_on: str | os.PathLike = "cifar10"
) -> PerceptualDistance:
    """Finds the distance to measure with, beside such a loss.

    With published features it is LPIPS of AlexNet, as papers report it. Else it is that
    of the small network trained here, of another seed than the loss compares: what was
    trained with the one is not judged by it.

    Args:
      features: as for `content_network`.
      trained_on: see `trained_here`.

    Raises:
      DataError: if what is needed cannot be had.
    """
    if features == "published":
        return lpips_distance(lpips.alexnet())
    network = vgg.VGG(SEEN, *vgg.SMALL)
    return trained_distance(network, trained_here(network, trained_on, seed=1))
