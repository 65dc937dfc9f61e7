"""BasicSR's discriminators of restored pictures, beside whichever generator."""

import dataclasses

from jaxgan.games.paired import PairedGame
from jaxgan.models.restoration import (
    MSRResNet,
    RRDBNet,
    SRVGGNetCompact,
    UNetDiscriminator,
    VGGDiscriminator,
)
from jaxgan.run.experiment import Experiment
from jaxgan.run.importable.named_arrays import Named
from jaxgan.run.no_data import NoDiscriminator, without_data

Enlarging = RRDBNet | MSRResNet | SRVGGNetCompact
UNET = ("conv9.weight", "conv1.weight_orig")
VGG = ("conv0_0.weight", "linear2.weight")
DISCRIMINATOR = (UNET, VGG)
"""Names that tell their state dicts from all others: of either."""
SIZE = 32
"""Pixels along a side of sources, where networks take any."""


@dataclasses.dataclass(frozen=True)
class Judge:
    """The discriminator."""

    width: int = 64
    """Features of the first convolution."""
    size: int | None = None
    """Pixels along a side of what a VGG-style one judges; none for a U-Net."""
    hidden: int = 100
    """Features of a VGG-style one's dense layer."""


def judge(arrays: Named | None) -> Judge | None:
    """Finds the discriminator that has arrays of these names and shapes.

    Raises:
      ValueError: if there is none.
    """
    if arrays is None:
        return None
    if UNET[0] in arrays:
        return Judge(arrays.size("conv0.weight", 0))
    stages = arrays.count(r"conv(\d+)_0\.weight")
    return Judge(
        arrays.size("conv0_0.weight", 0),
        4 * 2**stages,
        arrays.size("linear1.weight", 0),
    )


def enlarging(
    generator: Enlarging,
    config: Judge | None,
    channels: int,
    current: bool,
) -> Experiment:
    """Builds the game of a generator that enlarges pictures, without data.

    Args:
      generator: its network.
      config: the discriminator's; None if there is none.
      channels: of pictures.
      current: whether there is a current generator beside the average.

    Raises:
      ValueError: if what the discriminator judges is of no size that is made.
    """
    discriminator, small = NoDiscriminator(), SIZE
    if config is not None and config.size is None:
        discriminator = UNetDiscriminator(config.width)
    elif config is not None and config.size is not None:
        discriminator = VGGDiscriminator(config.size, config.width, config.hidden)
        small, rest = divmod(config.size, generator.scale)
        if rest or small % generator.multiple:
            raise ValueError(
                f"discriminator: saw one of pictures of {config.size} pixels, wanted a "
                f"multiple of {generator.scale * generator.multiple}"
            )
    game = PairedGame(generator, discriminator, judges_source=False)
    large = small * generator.scale
    shape, given = (large, large, channels), (small, small, channels)
    return without_data(game, shape, 0, current, given=given)
