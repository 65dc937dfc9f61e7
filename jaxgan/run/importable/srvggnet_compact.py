"""SRVGGNetCompact, Real-ESRGAN's small generator, with its weights.

Of Wang et al. 2021 (arXiv 2107.10833): realesr-general-x4v3, realesr-animevideov3 and
others. Shapes tell all but the `slope` of rectifiers whose slopes are not learned: 0 of
BasicSR's relu, .1 of its leakyrelu. Pictures are RGB.
"""

import dataclasses

from jaxgan.models.restoration import SRVGGNetCompact
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
    export_torch,
    import_torch,
    respelled,
    settings,
)

__all__ = [
    "ATTRIBUTES",
    "DISCRIMINATOR",
    "PASSING",
    "export_torch",
    "import_torch",
    "respelled",
    "settings",
]

GENERATOR = ("body.0.weight", "body.2.weight")
SETTINGS = {"slope": float}


@dataclasses.dataclass(frozen=True)
class Config:
    """The networks."""

    scale: int = 4
    """By which sides grow."""
    channels: int = 3
    """Of pictures."""
    width: int = 64
    """Features."""
    blocks: int = 16
    """Convolutions of features."""
    slope: float | None = None
    """Of the rectifiers; none if they are learned."""
    discriminator: Judge | None = None
    """If there is one."""
    current: bool = True
    """Whether there is a current generator beside the average."""


VARIANTS = {"imported": Config()}


def build(config: Config) -> Experiment:
    """Builds the game, without data."""
    generator = SRVGGNetCompact(
        config.scale, config.channels, config.width, config.blocks, config.slope
    )
    return enlarging(generator, config.discriminator, config.channels, config.current)


def configure(seen: Seen) -> Config:
    """Finds the config whose networks have arrays of these names and shapes.

    Raises:
      ValueError: if there is none, or the slope is not told, or told twice.
    """
    arrays = seen.generator
    learned = "body.1.weight" in arrays
    slope = seen.settings.get("slope")
    if learned == (slope is not None):
        wanted = (
            "none: they are learned" if learned else "0 for relu, 0.1 for leakyrelu"
        )
        raise ValueError(f"slope: saw {slope}, wanted {wanted}; --set slope=0")
    last = max(arrays.numbers(r"body\.(\d+)\.weight"))
    channels = arrays.size("body.0.weight", 1)
    shuffled = arrays.size(f"body.{last}.weight", 0)
    scale = round((shuffled / max(channels, 1)) ** 0.5)
    if last % 2 or channels * scale**2 != shuffled:
        raise ValueError(
            f"body.{last}.weight: saw {shuffled} features, wanted a square times the "
            f"{channels} channels of the picture"
        )
    return Config(
        scale=scale,
        channels=channels,
        width=arrays.size("body.0.weight", 0),
        blocks=last // 2 - 1,
        slope=slope,
        discriminator=judge(seen.discriminator),
        current=seen.current,
    )
