"""pix2pix's U-Net, with weights of the authors' PyTorch code.

Isola et al. 2017 (arXiv 1611.07004). Files such as latest_net_G.pth, and
latest_net_D.pth of the discriminator. Names and shapes tell all but three things about
use: `dropout`, its probability; `dropout_at_use`, whether there is any in use; and
`own_at_use`, whether pictures are normalised by their own statistics then, instead of
by running ones. The authors' test does both, and neither with `--eval`. Pictures are in
[-1, 1].
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.games.paired import PairedGame
from jaxgan.models.pix2pix import Discriminator, Generator, Norm
from jaxgan.models.pix2pix import weights as pix2pix_weights
from jaxgan.run.experiment import Experiment
from jaxgan.run.importable.attributes import MODULES, Facts
from jaxgan.run.importable.named_arrays import Named, Seen, yes_or_no
from jaxgan.run.no_data import NoDiscriminator, without_data
from jaxgan.weights.torch_layers import without_spare_statistics

FIRST, LAST = "model.model.0.weight", "model.model.3.weight"
GENERATOR = (FIRST, LAST)
DISCRIMINATOR = (("model.0.weight", "model.0.bias"), ("net.0.weight", "net.0.bias"))
"""Of patches, or of pixels."""
PASSING = ("num_batches_tracked", ".filt")
SETTINGS = {"dropout": float, "dropout_at_use": yes_or_no, "own_at_use": yes_or_no}
ATTRIBUTES = MODULES
"""Files of this code hold arrays only."""
SIDE = 256
"""Pixels along a side of the pictures that networks are checked on."""
respelled = without_spare_statistics


@dataclasses.dataclass(frozen=True)
class Judge:
    """The discriminator."""

    width: int = 64
    """Channels of the first map."""
    halvings: int = 3
    """Of the size."""
    norm: str = "BATCH"
    """BATCH, INSTANCE or NONE."""
    judges_source: bool = True
    """Whether it sees the source beside the picture."""
    antialiased: bool = False
    """Whether it blurs where it halves."""


@dataclasses.dataclass(frozen=True)
class Config:
    """The networks."""

    source_channels: int = 3
    """Of the pictures that come in."""
    channels: int = 3
    """Of those that come out."""
    width: int = 64
    """Channels of the outermost map."""
    halvings: int = 8
    """Of the size; sides are multiples of 2^halvings."""
    norm: str = "BATCH"
    """BATCH, INSTANCE or NONE."""
    dropout: float = 0.5
    """The probability."""
    dropout_at_use: bool = True
    """Whether there is dropout in use."""
    own_at_use: bool = True
    """Whether pictures are normalised by their own statistics in use."""
    discriminator: Judge | None = None
    """If there is one."""
    current: bool = True
    """Whether there is a current generator beside the average."""


VARIANTS = {"imported": Config()}


def build(config: Config) -> Experiment:
    """Builds the game, without data."""
    generator = Generator(
        config.channels,
        config.width,
        config.halvings,
        Norm[config.norm],
        config.dropout,
        config.dropout_at_use,
        config.own_at_use,
    )
    return paired(generator, config, max(SIDE, 2**config.halvings))


def paired(generator: Any, config: Any, side: int = SIDE) -> Experiment:
    """Builds the game of a generator and a discriminator of patches, or none."""
    discriminator, judge = NoDiscriminator(), config.discriminator
    if judge is not None:
        side = max(side, 4 * 2**judge.halvings)
        discriminator = Discriminator(
            judge.width, judge.halvings, Norm[judge.norm], judge.antialiased
        )
    sees = judge is not None and judge.judges_source
    game = PairedGame(generator, discriminator, judges_source=sees)
    shape, source = ((side, side, n) for n in (config.channels, config.source_channels))
    return without_data(game, shape, 0, config.current, given=source)


def configure(seen: Seen) -> Config:
    """Finds the config whose networks have arrays of these names and shapes.

    Raises:
      ValueError: if there is none.
    """
    generator, discriminator, settings, current = seen
    channels = generator.size(LAST, 1)
    return Config(
        source_channels=generator.size(FIRST, 1),
        channels=channels,
        width=generator.size(FIRST, 0),
        halvings=pix2pix_weights.unet_halvings(generator),
        norm=pix2pix_weights.norm_of(generator).name,
        discriminator=judge_of(discriminator, channels),
        current=current,
        **settings,
    )


def judge_of(arrays: Named | None, channels: int) -> Judge | None:
    """Reads a discriminator of pictures of so many channels off its arrays.

    Raises:
      ValueError: if it is one of no halvings, but of patches, which ours cannot be.
    """
    if arrays is None:
        return None
    halvings = pix2pix_weights.patch_halvings(arrays)
    first, second = "model.0.weight", "model.2.weight"
    if not halvings:
        first = "net.0.weight"
    width = arrays.size(first, 0)
    if halvings == 1 and second in arrays and arrays.size(second, 0) == width:
        raise ValueError(f"D: {second}: saw n_layers 0, wanted 1 or more, or pixels")
    return Judge(
        width=width,
        halvings=halvings,
        norm=pix2pix_weights.norm_of(arrays).name,
        judges_source=arrays.size(first, 1) > channels,
        antialiased=pix2pix_weights.is_antialiased(arrays),
    )


def settings(facts: Mapping[str, Facts]) -> dict[str, Any]:
    """Reads nothing: files of this code hold arrays only."""
    del facts
    return {}


def import_torch(arrays: Mapping[str, np.ndarray], config: Config) -> Variables:
    """Makes our variables of their arrays."""
    del config
    return pix2pix_weights.import_torch(arrays)


def export_torch(variables: Variables, config: Config) -> dict[str, np.ndarray]:
    """Makes their arrays of our variables."""
    judge = config.discriminator
    blurred = judge is not None and judge.antialiased
    return pix2pix_weights.export_torch(variables, blurred)
