"""MSRResNet, SRGAN's generator in BasicSR, with its weights.

Ledig et al. 2017 (arXiv 1609.04802), without batch normalisation; of old files of
ESRGAN's code too. All of the configuration is read off the shapes. Pictures are RGB.
"""

import dataclasses

from jaxgan.models.restoration import MSRResNet
from jaxgan.run.experiment import Experiment
from jaxgan.run.importable.named_arrays import Seen
from jaxgan.run.importable.restoration_judge import (
    DISCRIMINATOR,
    Judge,
    enlarging,
    judge,
)
from jaxgan.run.importable.rrdbnet import (
    ATTRIBUTES,
    PASSING,
    SETTINGS,
    export_torch,
    import_torch,
    respelled,
    settings,
)

__all__ = [
    "ATTRIBUTES",
    "DISCRIMINATOR",
    "PASSING",
    "SETTINGS",
    "export_torch",
    "import_torch",
    "respelled",
    "settings",
]

GENERATOR = ("body.0.conv1.weight", "upconv1.weight", "conv_hr.weight")


@dataclasses.dataclass(frozen=True)
class Config:
    """The networks."""

    scale: int = 4
    """By which sides grow."""
    channels: int = 3
    """Of pictures."""
    width: int = 64
    """Features of the trunk."""
    blocks: int = 16
    """Of two convolutions each."""
    discriminator: Judge | None = None
    """If there is one."""
    current: bool = True
    """Whether there is a current generator beside the average."""


VARIANTS = {"imported": Config()}
SCALES = {4: 2, 9: 3}
"""By how many features are made of one before pixels are shuffled once."""


def build(config: Config) -> Experiment:
    """Builds the game, without data."""
    generator = MSRResNet(config.scale, config.channels, config.width, config.blocks)
    return enlarging(generator, config.discriminator, config.channels, config.current)


def configure(seen: Seen) -> Config:
    """Finds the config whose networks have arrays of these names and shapes.

    Raises:
      ValueError: if there is none.
    """
    arrays = seen.generator
    width = arrays.size("conv_first.weight", 0)
    shuffled = arrays.size("upconv1.weight", 0)
    if not width or shuffled not in (4 * width, 9 * width):
        raise ValueError(
            f"upconv1.weight: saw {shuffled} features, wanted 4 or 9 times {width}"
        )
    twice = "upconv2.weight" in arrays
    return Config(
        scale=4 if twice else SCALES[shuffled // width],
        channels=arrays.size("conv_last.weight", 0),
        width=width,
        blocks=arrays.count(r"body\.(\d+)\.conv1\.weight"),
        discriminator=judge(seen.discriminator),
        current=seen.current,
    )
