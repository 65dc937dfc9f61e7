"""The residual generators of CycleGAN and CUT, with weights of the authors' code.

Zhu et al. 2017 (arXiv 1703.10593) and Park et al. 2020 (arXiv 2007.15651). Files such
as latest_net_G_A.pth, latest_net_G.pth and horse2zebra.pth: one direction each, with
the discriminator of where it leads, latest_net_D_A.pth or latest_net_D.pth. pix2pix has
files of this generator too. Names and shapes tell all but three things about use, which
are those of pix2pix. Pictures are in [-1, 1].
"""

import dataclasses
from collections.abc import Mapping

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.models.cyclegan import Generator
from jaxgan.models.cyclegan import weights as cyclegan_weights
from jaxgan.models.cyclegan.weights import Form
from jaxgan.models.pix2pix import Norm
from jaxgan.models.pix2pix import weights as pix2pix_weights
from jaxgan.run.experiment import Experiment
from jaxgan.run.importable import pix2pix
from jaxgan.run.importable.named_arrays import Seen
from jaxgan.run.importable.pix2pix import (
    ATTRIBUTES,
    DISCRIMINATOR,
    PASSING,
    SETTINGS,
    Judge,
    respelled,
    settings,
)

FIRST = cyclegan_weights.FIRST
GENERATOR = (FIRST, "model.12.conv_block.1.weight")
DROPOUT = 0.5
"""The probability, where names tell that there is dropout."""

__all__ = [
    "ATTRIBUTES",
    "DISCRIMINATOR",
    "PASSING",
    "SETTINGS",
    "respelled",
    "settings",
]


@dataclasses.dataclass(frozen=True)
class Config:
    """The networks."""

    source_channels: int = 3
    """Of the pictures that come in."""
    channels: int = 3
    """Of those that come out."""
    width: int = 64
    """Channels of the first map."""
    blocks: int = 9
    """Between the changes of size."""
    norm: str = "INSTANCE"
    """BATCH, INSTANCE or NONE."""
    antialiased: bool = False
    """Whether it blurs where it halves."""
    antialiased_up: bool = False
    """Whether it blurs where it doubles."""
    dropout: float = 0.0
    """The probability."""
    dropout_at_use: bool = True
    """Whether there is dropout in use."""
    own_at_use: bool = True
    """Whether pictures are normalised by their own statistics in use."""
    discriminator: Judge | None = None
    """If there is one."""
    current: bool = True
    """Whether there is a current generator beside the average."""
    place: bool = False
    """Whether blocks have a place for dropout, which names count."""


VARIANTS = {"imported": Config()}


def build(config: Config) -> Experiment:
    """Builds the game, without data."""
    generator = Generator(
        config.channels,
        config.width,
        config.blocks,
        Norm[config.norm],
        config.dropout,
        config.dropout_at_use,
        config.own_at_use,
        config.antialiased,
        config.antialiased_up,
    )
    return pix2pix.paired(generator, config)


def configure(seen: Seen) -> Config:
    """Finds the config whose networks have arrays of these names and shapes.

    Raises:
      ValueError: if there is none.
    """
    generator, discriminator, settings, current = seen
    form = cyclegan_weights.form_of(generator)
    last = cyclegan_weights.last_of(form)
    channels = generator.size(last, 0)
    options = {"dropout": DROPOUT if form.dropout else 0.0, **settings}
    return Config(
        source_channels=generator.size(FIRST, 1),
        channels=channels,
        width=generator.size(FIRST, 0),
        blocks=form.blocks,
        norm=pix2pix_weights.norm_of(generator).name,
        antialiased=form.antialiased,
        antialiased_up=form.antialiased_up,
        discriminator=pix2pix.judge_of(discriminator, channels),
        current=current,
        place=form.dropout,
        **options,
    )


def import_torch(arrays: Mapping[str, np.ndarray], config: Config) -> Variables:
    """Makes our variables of their arrays."""
    del config
    if FIRST in arrays:
        return cyclegan_weights.import_torch(arrays)
    return pix2pix_weights.import_torch(arrays)


def export_torch(variables: Variables, config: Config) -> dict[str, np.ndarray]:
    """Makes their arrays of our variables."""
    if "enter" in variables["params"]:
        form = Form(
            config.blocks, config.antialiased, config.antialiased_up, config.place
        )
        return cyclegan_weights.export_torch(variables, form)
    judge = config.discriminator
    assert judge is not None
    return pix2pix_weights.export_torch(variables, judge.antialiased)
