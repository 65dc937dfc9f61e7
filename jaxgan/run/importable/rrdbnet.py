"""RRDBNet, with weights of ESRGAN, Real-ESRGAN, RealESRNet and other BasicSR models.

Wang et al. 2018 (arXiv 1809.00219) and 2021 (arXiv 2107.10833). All of the
configuration is read off the shapes, in any of the spellings that files have. Pictures
are RGB, as in these files. Their discriminators are BasicSR's U-Net and VGG-style ones.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.models.restoration import RRDBNet
from jaxgan.models.restoration import weights as restoration_weights
from jaxgan.run.experiment import Experiment
from jaxgan.run.importable.attributes import MODULES, Facts
from jaxgan.run.importable.named_arrays import Seen
from jaxgan.run.importable.restoration_judge import (
    DISCRIMINATOR,
    Judge,
    enlarging,
    judge,
)

__all__ = ["DISCRIMINATOR", "respelled"]

GENERATOR = ("body.0.rdb1.conv1.weight", "conv_first.weight")
PASSING = ("num_batches_tracked",)
SETTINGS = {}
ATTRIBUTES = MODULES
"""Files of this code hold arrays only."""
respelled = restoration_weights.respelled


@dataclasses.dataclass(frozen=True)
class Config:
    """The networks."""

    scale: int = 4
    """By which sides grow."""
    channels: int = 3
    """Of pictures."""
    width: int = 64
    """Features of the trunk."""
    blocks: int = 23
    """Of three dense blocks each."""
    growth: int = 32
    """Features that a convolution in a dense block adds."""
    discriminator: Judge | None = None
    """If there is one."""
    current: bool = True
    """Whether there is a current generator beside the average."""


VARIANTS = {"imported": Config()}
SCALES = {1: 4, 4: 2, 16: 1}
"""By how many channels the first convolution sees per channel of the picture."""


def build(config: Config) -> Experiment:
    """Builds the game, without data."""
    generator = RRDBNet(
        config.scale, config.channels, config.width, config.blocks, config.growth
    )
    return enlarging(generator, config.discriminator, config.channels, config.current)


def configure(seen: Seen) -> Config:
    """Finds the config whose networks have arrays of these names and shapes.

    Raises:
      ValueError: if there is none.
    """
    arrays = seen.generator
    channels = arrays.size("conv_last.weight", 0)
    inputs = arrays.size("conv_first.weight", 1)
    squeezed = inputs // max(channels, 1)
    if squeezed not in SCALES or inputs != squeezed * channels:
        raise ValueError(
            f"conv_first.weight: saw {inputs} channels, wanted 1, 4 or 16 times the "
            f"{channels} of the picture"
        )
    return Config(
        scale=SCALES[squeezed],
        channels=channels,
        width=arrays.size("conv_first.weight", 0),
        blocks=arrays.count(r"body\.(\d+)\.rdb1\.conv1\.weight"),
        growth=arrays.size("body.0.rdb1.conv1.weight", 0),
        discriminator=judge(seen.discriminator),
        current=seen.current,
    )


def settings(facts: Mapping[str, Facts]) -> dict[str, Any]:
    """Reads nothing: shapes tell everything."""
    del facts
    return {}


def import_torch(arrays: Mapping[str, np.ndarray], config: Config) -> Variables:
    """Makes our variables of their arrays."""
    del config
    return restoration_weights.import_torch(arrays)


def export_torch(variables: Variables, config: Config) -> dict[str, np.ndarray]:
    """Makes their arrays of our variables."""
    del config
    return restoration_weights.export_torch(variables)
