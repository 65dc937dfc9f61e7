"""MoCoGAN's generator, with weights of the authors' PyTorch code.

Tulyakov et al. 2018 (arXiv 1707.04993): generator_NNNNN.pytorch, which that code saves
whole, without its discriminators. Of a whole module the attributes tell all; of a state
dict alone names and shapes tell all but three things: `classes`, how many categories
there are (0 unless they are told), `frames` of a clip (16), and `rate`, frames per
second of what is shown. Any number of frames is drawn by any such generator. Clips are
in [-1, 1].
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.games.latent import LatentGame, unconditional, uniform_labels
from jaxgan.models.mocogan import Generator
from jaxgan.models.mocogan import weights as mocogan_weights
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
from jaxgan.run.kinds import Videos
from jaxgan.run.no_data import NoDiscriminator, without_data

BASE, RECURRENT = "main.0.weight", "recurrent.weight_hh"
GENERATOR = (RECURRENT, BASE)
DISCRIMINATOR = ()
"""None is taken: the authors' code saves none."""
PASSING = ("num_batches_tracked",)
SETTINGS = {"classes": int, "frames": int, "rate": float}


def _first(layer: Layer) -> bool:
    """Tells whether a layer is that which makes maps of 4 × 4 of a latent."""
    return layer.path[-2:] == ("main", "0")


ATTRIBUTES: dict[str, Rule] = {
    **MODULES,
    **BATCH_NORM,
    **known("n_channels", "dim_z_content", "dim_z_category", "dim_z_motion"),
    **known("video_length", "input_size", "hidden_size", "num_chunks"),
    "bias": exactly(True),
    "transposed": exactly(True),
    "stride": lambda layer, value: (1, 1) if _first(layer) else (2, 2),
    "padding": lambda layer, value: (0, 0) if _first(layer) else (1, 1),
    "threshold": exactly(0),
    "value": exactly(0),
}


@dataclasses.dataclass(frozen=True)
class Config:
    """The generator, and how clips are shown."""

    size: int = 64
    """Pixels along a side of a frame."""
    channels: int = 3
    """Of a frame."""
    frames: int = 16
    """Of a clip."""
    width: int = 64
    """Channels of the last hidden map."""
    content_size: int = 50
    """Numbers that a clip has as a whole."""
    motion_size: int = 10
    """Numbers that each of its frames has."""
    classes: int = 0
    """Categories; 0 without."""
    rate: float = 10.0
    """Frames per second of what is shown."""
    current: bool = True
    """Whether there is a current generator beside the average."""


VARIANTS = {"imported": Config()}


def build(config: Config) -> Experiment:
    """Builds the game, without data."""
    shape = (config.size, config.size, config.channels)
    generator = Generator(
        shape,
        config.frames,
        config.width,
        config.content_size,
        config.motion_size,
        config.classes,
    )
    condition = uniform_labels(config.classes) if config.classes else unconditional
    game = LatentGame(generator, NoDiscriminator(), generator.latent_size, condition)
    clip = (config.frames, *shape)
    kind = Videos(rate=config.rate)
    return without_data(game, clip, config.classes, config.current, kind=kind)


def configure(seen: Seen) -> Config:
    """Finds the config whose generator has arrays of these names and shapes.

    Raises:
      ValueError: if there is none.
    """
    arrays, _, settings, current = seen
    places = arrays.numbers(r"main\.(\d+)\.weight")
    last = places[-1]
    options = {"classes": 0, **settings}
    motion = arrays.size(RECURRENT, 1)
    content = arrays.size(BASE, 0) - motion - options["classes"]
    if options["classes"] < 0 or content < 1:
        raise ValueError(
            f"classes: saw {options['classes']}, wanted 0 or more, and fewer than the "
            f"{content + options['classes']} numbers beside the motion"
        )
    return Config(
        size=4 * 2 ** (last // 3),
        channels=arrays.size(f"main.{last}.weight", 1),
        width=arrays.size(f"main.{last}.weight", 0),
        content_size=content,
        motion_size=motion,
        current=current,
        **options,
    )


def settings(facts: Mapping[str, Facts]) -> dict[str, Any]:
    """Reads the categories and the length of clips off a whole module."""
    names = {"dim_z_category": "classes", "video_length": "frames"}
    return {
        names[name]: value
        for network in facts.values()
        for fact, value in network.items()
        if (name := fact.rpartition(".")[2]) in names and isinstance(value, int)
    }


def import_torch(arrays: Mapping[str, np.ndarray], config: Config) -> Variables:
    """Makes our variables of their arrays."""
    del config
    return mocogan_weights.import_torch(arrays)


def export_torch(variables: Variables, config: Config) -> dict[str, np.ndarray]:
    """Makes their arrays of our variables."""
    del config
    return mocogan_weights.export_torch(variables)
