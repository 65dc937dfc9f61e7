"""The residual networks of mimicry's PyTorch code, with their weights.

SNGAN (Miyato et al. 2018, arXiv 1802.05957), WGAN-GP (Gulrajani et al. 2017, arXiv
1704.00028), cGAN-PD (Miyato and Koyama 2018, arXiv 1802.05637), SAGAN (Zhang et al.
2018, arXiv 1805.08318), and DCGAN and the generators of SSGAN and InfoMax-GAN, which
are made of the same blocks. Shapes do not tell two things about a discriminator. How it
pools, if it has no spectral normalisation: `pooling` is mean in WGAN-GP and sum in
DCGAN. And how many blocks halve the size (`halvings`), which is what fits the
generator's size unless it is given. Values are in [-1, 1].
"""

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.games.latent import LatentGame, unconditional, uniform_labels
from jaxgan.models.resnet import Discriminator, Generator
from jaxgan.models.resnet import weights as resnet_weights
from jaxgan.run.experiment import Experiment
from jaxgan.run.importable.attributes import MODULES, Facts
from jaxgan.run.importable.named_arrays import Named, Seen, only
from jaxgan.run.no_data import NoDiscriminator, without_data

GENERATOR = ("block2.c1.bias", "l1.bias")
DISCRIMINATOR = ("block1.c1.bias", "block2.c1.bias")
PASSING = ("num_batches_tracked", "sn_sigma")
SETTINGS = {"pooling": str, "halvings": int}
ATTRIBUTES = MODULES
"""Files of this code hold arrays only."""
SPECTRAL = re.compile(r"(.+)\.(weight_u|sn_u)")


@dataclasses.dataclass(frozen=True)
class Judge:
    """The discriminator."""

    widths: tuple[int, ...] = (128, 128, 128, 128)
    """Channels after every block."""
    halvings: int = 2
    """So many of the first blocks halve the size."""
    spectral: bool = True
    """Whether kernels' spectra are normalised."""
    mean: bool = False
    """Whether places are averaged instead of summed."""
    attention: tuple[int, ...] = ()
    """Blocks that attention follows."""
    last: int = 5
    """The number in the name of the last layer."""
    own: tuple[str, ...] = ()
    """Layers with mimicry's own spectral normalisation."""


@dataclasses.dataclass(frozen=True)
class Config:
    """The networks."""

    size: int = 32
    """Pixels along a side."""
    channels: int = 3
    """Of the image."""
    classes: int = 0
    """Of the labels; 0 without."""
    latent_size: int = 128
    """Numbers of a latent."""
    widths: tuple[int, ...] = (256, 256, 256, 256)
    """Channels of the base map and after every block."""
    spectral: bool = False
    """Whether the generator's kernels' spectra are normalised."""
    attention: tuple[int, ...] = ()
    """Blocks of the generator that attention follows."""
    own: tuple[str, ...] = ()
    """Layers of it with mimicry's own spectral normalisation."""
    discriminator: Judge | None = None
    """If there is one."""
    current: bool = True
    """Whether there is a current generator beside the average."""


VARIANTS = {"imported": Config()}


def build(config: Config) -> Experiment:
    """Builds the game, without data."""
    shape = (config.size, config.size, config.channels)
    generator = Generator(
        shape, config.widths, config.classes, config.spectral, config.attention
    )
    discriminator = NoDiscriminator()
    judge = config.discriminator
    if judge is not None:
        discriminator = Discriminator(
            judge.widths,
            judge.halvings,
            judge.spectral,
            judge.mean,
            config.classes,
            judge.attention,
            wide=False,
        )
    condition = uniform_labels(config.classes) if config.classes else unconditional
    game = LatentGame(generator, discriminator, config.latent_size, condition)
    return without_data(game, shape, config.classes, config.current)


def configure(seen: Seen) -> Config:
    """Finds the config whose networks have arrays of these names and shapes.

    Raises:
      ValueError: if there is none, or arrays do not tell.
    """
    generator, discriminator, settings, current = seen
    places = range(2, 2 + generator.count(r"block(\d+)\.c1\.bias", 2))
    outs = [generator.size(f"block{n}.c2.bias", 0) for n in places]
    name = _weight(generator, "block2.c1")
    widths = (generator.size(name, 1), *outs)
    base = round((generator.size("l1.bias", 0) / widths[0]) ** 0.5)
    size = base * 2 ** len(places)
    table = "block2.b1.embed.weight"
    colours = generator.numbers(r"c(\d+)\.bias")
    spectral, own = _spectral(generator)
    return Config(
        size=size,
        channels=generator.size(f"c{only(set(colours), 'c*.bias')}.bias", 0),
        classes=generator.size(table, 0) if table in generator else 0,
        latent_size=generator.size(_weight(generator, "l1"), 1),
        widths=widths,
        spectral=spectral,
        attention=_attention(generator, widths[1:]),
        own=own,
        discriminator=None
        if discriminator is None
        else _judge(discriminator, settings, size),
        current=current,
    )


def _judge(arrays: Named, settings: Mapping[str, Any], size: int) -> Judge:
    if "l_y.bias" in arrays:
        raise ValueError(
            "l_y.bias: saw the head for rotations of SSGAN's discriminator, which is "
            "not known; import its generator alone"
        )
    count = arrays.count(r"block(\d+)\.c1\.bias", 1)
    widths = tuple(arrays.size(f"block{n}.c2.bias", 0) for n in range(1, count + 1))
    spectral, own = _spectral(arrays)
    last = only(set(arrays.numbers(r"l(\d+)\.bias")), "l*.bias")
    pooling = settings.get("pooling", "sum" if spectral else None)
    if pooling not in ("mean", "sum"):
        raise ValueError(
            f"pooling: saw {pooling!r}, wanted mean, as in WGAN-GP, or sum, as in "
            "DCGAN: arrays do not tell; --set pooling=mean"
        )
    halvings = settings.get("halvings", _halvings(arrays, count, size))
    if not 0 <= halvings <= count or size % 2**halvings:
        raise ValueError(
            f"halvings: saw {halvings}, wanted at most the {count} blocks, and as many "
            f"as halve {size} pixels evenly"
        )
    return Judge(
        widths,
        halvings,
        spectral,
        pooling == "mean",
        _attention(arrays, widths),
        last,
        own,
    )


def _halvings(arrays: Named, count: int, size: int) -> int:
    """Counts the first blocks with a convolution around them, if sizes stay even.

    In blocks that do not halve there is one only where channels change.
    """
    around = arrays.numbers(r"block(\d+)\.c_sc\.bias")
    halvings = 0
    while halvings < count and halvings + 1 in around and not size % 2:
        halvings, size = halvings + 1, size // 2
    return halvings


def _weight(arrays: Named, layer: str) -> str:
    original = f"{layer}.weight_orig"
    return original if original in arrays else f"{layer}.weight"


def _spectral(arrays: Named) -> tuple[bool, tuple[str, ...]]:
    """Whether spectra are normalised, and in which layers by mimicry's own code."""
    found = [match for match in map(SPECTRAL.fullmatch, arrays) if match]
    return bool(found), tuple(m[1] for m in found if m[2] == "sn_u")


def _attention(arrays: Named, widths: tuple[int, ...]) -> tuple[int, ...]:
    """Finds the block of as many channels that attention follows: SAGAN's second."""
    if "attn_block.gamma" not in arrays:
        return ()
    channels = arrays.size(_weight(arrays, "attn_block.theta"), 1)
    places = [place for place, width in enumerate(widths) if width == channels]
    if not places:
        raise ValueError(f"attn_block: saw {channels} channels, wanted one of {widths}")
    return (1,) if 1 in places else (places[0],)


def settings(facts: Mapping[str, Facts]) -> dict[str, Any]:
    """Reads nothing: files of mimicry hold arrays only."""
    del facts
    return {}


def import_torch(arrays: Mapping[str, np.ndarray], config: Config) -> Variables:
    """Makes our variables of their arrays."""
    del config
    return resnet_weights.import_torch(arrays)


def export_torch(variables: Variables, config: Config) -> dict[str, np.ndarray]:
    """Makes their arrays of our variables."""
    if "GeneratorBlock_0" in variables["params"]:
        return resnet_weights.export_torch(variables, own=config.own)
    judge = config.discriminator
    assert judge is not None
    return resnet_weights.export_torch(variables, judge.last, judge.own)
