"""GAT, with weights of the official PyTorch code.

Hyun et al. 2025 (arXiv 2509.24935): files with 'ema', 'generator' and 'discriminator',
or one of them alone. All of the configuration is read off names and shapes; values are
latents of 4 channels, or pictures. That code samples with a truncation of 0.3, which
here is `--truncation 0.7`, the share of w's distance from the mean of its class.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.games.latent import as_data
from jaxgan.games.levels import LevelGame
from jaxgan.models.gat import Discriminator, Generator
from jaxgan.models.gat import weights as gat_weights
from jaxgan.nn import sinusoidal_positions
from jaxgan.run.experiment import Experiment
from jaxgan.run.importable import latents
from jaxgan.run.importable.attributes import MODULES, Facts
from jaxgan.run.importable.named_arrays import Named, Seen
from jaxgan.run.no_data import NoDiscriminator, without_data

PATCHES = "x_embedder.proj.weight"
CLASSES = "y_embedder.embedding_table.weight"
MAPPING = "latent_embedder.0.weight"
GENERATOR = ("final_layers.0.linear.weight", MAPPING, CLASSES)
DISCRIMINATOR = ("cls_token", CLASSES, PATCHES)
POSITIONS, *PASSING = gat_weights.DERIVED
SETTINGS = latents.SETTINGS
ATTRIBUTES = MODULES
"""Files of this code hold arrays only."""


@dataclasses.dataclass(frozen=True)
class Judge:
    """The discriminator."""

    width: int = 768
    """Features of a token."""
    depth: int = 12
    """Blocks."""
    heads: int = 12
    """Of every attention."""
    patch: int = 2
    """Numbers per side of a token."""
    condition_size: int = 2048
    """Of what is compared with the class."""
    aligned: int = 0
    """Features of another network that it predicted in training; 0 without."""
    aligned_hidden: int = 2048
    """Of the layers before these."""


@dataclasses.dataclass(frozen=True)
class Config:
    """The networks."""

    size: int = 32
    """Numbers along a side of a value."""
    channels: int = 4
    """Of a value: 4 of latents."""
    classes: int = 1000
    """Of the labels."""
    latent_size: int = 64
    """Numbers of a latent."""
    embedding: int = 64
    """Length of a class's row."""
    width: int = 768
    """Features of a token."""
    depth: int = 12
    """Blocks."""
    heads: int = 12
    """Of every attention."""
    patch: int = 2
    """Numbers per side of a token."""
    levels: int = 4
    """Values that the generator makes, the last of which is the result."""
    discriminator: Judge | None = None
    """If there is one."""
    current: bool = True
    """Whether there is a current generator beside the average."""
    autoencoder: str = ""
    """The file of one that makes pictures of the values."""
    autoencoder_widths: tuple[int, ...] = latents.WIDTHS
    """Channels of its levels, the finest first."""


VARIANTS = {"imported": Config()}


def build(config: Config) -> Experiment:
    """Builds the game, without data."""
    shape = (config.size, config.size, config.channels)
    shared: dict[str, Any] = {"classes": config.classes, "levels": config.levels}
    generator = Generator(
        shape,
        patch=config.patch,
        depth=config.depth,
        width=config.width,
        heads=config.heads,
        embedding=config.embedding,
        **shared,
    )
    judge = NoDiscriminator()
    if config.discriminator is not None:
        judge = Discriminator(**dataclasses.asdict(config.discriminator), **shared)
    game = LevelGame(generator, judge, config.latent_size, as_data, mixing=0.0)
    kind = latents.kind_of(config.channels, config.autoencoder)
    made = without_data(game, shape, config.classes, config.current, kind=kind)
    return latents.decoded(made, config.autoencoder, config.autoencoder_widths)


def configure(seen: Seen) -> Config:
    """Finds the config whose networks have arrays of these names and shapes.

    Raises:
      ValueError: if there is none.
    """
    arrays, judge, settings, current = seen
    embedding, classes = arrays.size(CLASSES, 1), arrays.size(CLASSES, 0)
    if classes < 2:
        raise ValueError(f"{CLASSES}: saw {classes} classes, wanted at least 2")
    sizes = _sizes(arrays)
    side = round(arrays.size(POSITIONS, 1) ** 0.5)
    return Config(
        size=side * sizes["patch"],
        channels=arrays.size(PATCHES, 1),
        classes=classes,
        latent_size=arrays.size(MAPPING, 1) - embedding,
        embedding=embedding,
        levels=arrays.count(r"final_layers\.(\d+)\."),
        discriminator=None if judge is None else _judge(judge),
        current=current,
        **sizes,
        **latents.of_settings(settings),
    )


def _sizes(arrays: Named) -> dict[str, int]:
    width, head = arrays.size(PATCHES, 0), "blocks.0.attn.q_norm.weight"
    return {
        "width": width,
        "depth": arrays.count(r"blocks\.(\d+)\."),
        "heads": width // arrays.size(head, 0),
        "patch": arrays.size(PATCHES, 2),
    }


def _judge(arrays: Named) -> Judge:
    aligned: dict[str, int] = {}
    if (last := "proj.4.weight") in arrays:
        aligned = {
            "aligned": arrays.size(last, 0),
            "aligned_hidden": arrays.size("proj.0.weight", 0),
        }
    size = arrays.size("final_layer.1.weight", 0)
    return Judge(**_sizes(arrays), condition_size=size, **aligned)


def settings(facts: Mapping[str, Facts]) -> dict[str, Any]:
    """Reads nothing: shapes tell everything."""
    del facts
    return {}


def import_torch(arrays: Mapping[str, np.ndarray], config: Config) -> Variables:
    """Makes our variables of their arrays."""
    return gat_weights.import_torch(arrays, config.levels)


def export_torch(variables: Variables, config: Config) -> dict[str, np.ndarray]:
    """Makes their arrays of our variables.

    The embedding of a generator's input, which that code multiplies by 0, is 0.
    """
    judge = None if "synthesis" in variables["params"] else config.discriminator
    part = judge or config
    state = gat_weights.export_torch(variables, part.patch)
    side = config.size // part.patch
    table = np.asarray(sinusoidal_positions(side, side, part.width))
    if judge is None:
        sides = (config.patch, config.patch)
        kernel = np.zeros((config.width, config.channels, *sides), np.float32)
        unused = (kernel, kernel[:, 0, 0, 0])
        state |= dict(zip(gat_weights.UNUSED, unused))
    return {**state, POSITIONS: table[None]}
