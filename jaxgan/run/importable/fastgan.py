"""FastGAN's generator, with weights of projected GANs' PyTorch code.

Sauer et al. 2021 (arXiv 2111.01007): network-snapshot.pkl and best_model.pkl of the
configurations fastgan and fastgan_lite. Names and shapes tell all. Discriminators,
which hold the whole feature network, are left out, and so are blocks that images of
this size have no use of. Generators with classes are refused, and those of the first
version of that code, whose blocks have one convolution and two by turns.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.games.latent import LatentGame
from jaxgan.models.fastgan import Generator
from jaxgan.models.fastgan import weights as fastgan_weights
from jaxgan.run.experiment import Experiment
from jaxgan.run.importable.attributes import (
    BATCH_NORM,
    MODULES,
    Facts,
    Layer,
    Rule,
    exactly,
    known,
)
from jaxgan.run.importable.named_arrays import Seen
from jaxgan.run.no_data import NoDiscriminator, without_data

BASE, LAST = "synthesis.init.init.0.weight_orig", "synthesis.to_big.weight_orig"
GENERATOR = (LAST, BASE)
DISCRIMINATOR = ()
"""None is taken."""
PASSING = ("num_batches_tracked",)
SETTINGS = {}
SMALL = 3
"""Pixels along a side of the kernels that keep the size of maps."""
respelled = fastgan_weights.without_spare_blocks


def _padding(layer: Layer, value: Any) -> Any:
    """Of kernels that cover the map, or a pixel of it, there is none."""
    shape = layer.shape("weight_orig")
    if shape is None:  # of a block that is left out
        return value
    edge = int(shape[2:] == (SMALL, SMALL))
    return edge, edge


ATTRIBUTES: dict[str, Rule] = {
    **MODULES,
    **BATCH_NORM,
    **known("z_dim", "w_dim", "img_resolution", "img_channels"),
    **known("name", "recompute_scale_factor"),
    "c_dim": exactly(0),
    "padding": _padding,
    "transposed": lambda layer, _: "init" in layer.path,
    "scale_factor": exactly(2.0),
    "mode": exactly("nearest"),
    "size": exactly(None),
    "align_corners": exactly(None),
    "output_size": exactly(4),
}
"""What their pickles keep beside weights, and what it must be."""


@dataclasses.dataclass(frozen=True)
class Config:
    """The network."""

    size: int = 256
    """Pixels along a side."""
    channels: int = 3
    """Of the image."""
    latent_size: int = 256
    """Numbers of a latent."""
    width: int = 128
    """Channels at 128 pixels."""
    lite: bool = False
    """Whether blocks have one convolution, without noise."""
    current: bool = True
    """Whether there is a current generator beside the average."""


VARIANTS = {"imported": Config()}


def build(config: Config) -> Experiment:
    """Builds the game, without data."""
    shape = config.size, config.size, config.channels
    generator = Generator(shape, config.width, config.lite)
    game = LatentGame(generator, NoDiscriminator(), config.latent_size)
    return without_data(game, shape, 0, config.current)


def configure(seen: Seen) -> Config:
    """Finds the config whose network has arrays of these names and shapes.

    Raises:
      ValueError: if there is none.
    """
    arrays = seen.generator
    sides = arrays.numbers(r"synthesis\.feat_(\d+)\.1\.weight_orig")
    lite = {f"synthesis.feat_{side}.5.weight_orig" not in arrays for side in sides}
    if len(lite) > 1:
        raise ValueError(
            "synthesis.feat_*: saw blocks of one and of two convolutions, as the first "
            "version of that code has them, wanted all alike"
        )
    channels = arrays.size(BASE, 1)
    return Config(
        size=max(sides, default=0),
        channels=arrays.size(LAST, 0),
        latent_size=arrays.size(BASE, 0),
        width=fastgan_weights.width_of(channels),
        lite=lite == {True},
        current=seen.current,
    )


def settings(facts: Mapping[str, Facts]) -> dict[str, Any]:
    """Reads nothing: shapes tell everything."""
    del facts
    return {}


def import_torch(arrays: Mapping[str, np.ndarray], config: Config) -> Variables:
    """Makes our variables of their arrays."""
    del config
    return fastgan_weights.import_torch(arrays)


def export_torch(variables: Variables, config: Config) -> dict[str, np.ndarray]:
    """Makes their arrays of our variables."""
    del config
    return fastgan_weights.export_torch(variables)
