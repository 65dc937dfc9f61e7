"""Adversarial flow models, with weights of the official PyTorch code.

Lin et al. 2025 (arXiv 2511.22475): published generators, and what that code saves of a
run: ema.pth, gen.pth and dis.pth, a state dict each. Names and shapes tell the sizes
and which times a generator is told, but not: `heads` of attention (as published at
widths of 768, 1024 and 1152, else width / 64), and `discriminator_heads`; of a
generator that is told one time, whether that is of a `chain` of so many steps, or of a
single step in so many `repetitions` of its blocks (56 layers: 2; 112 layers: 4); and
whether it tells a velocity, `residual`, as those of chains do unless it says no. Their
values are latents of 4 channels, or pictures.
"""

import dataclasses
from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.games.chain import ChainGame
from jaxgan.games.latent import LatentGame, as_data
from jaxgan.models import dit
from jaxgan.models.dit import weights as dit_weights
from jaxgan.run.bounds import Bounds
from jaxgan.run.experiment import Experiment
from jaxgan.run.importable import latents
from jaxgan.run.importable.attributes import MODULES, Facts
from jaxgan.run.importable.named_arrays import Named, Seen, yes_or_no
from jaxgan.run.no_data import NoDiscriminator, without_data

PATCHES, CLASSES = "x_embedder.proj.weight", "y_embedder.embedding_table.weight"
GENERATOR = ("final_layer.linear.weight", CLASSES, PATCHES)
DISCRIMINATOR = ("dis_embed", CLASSES, PATCHES)
PASSING = ()
SOURCE, TARGET = "t_embedder.mlp.0.weight", "t_tgt_embedder.mlp.0.weight"
"""Of the embeddings of both times."""
SETTINGS = {
    "heads": int,
    "discriminator_heads": int,
    "chain": int,
    "repetitions": int,
    "residual": yes_or_no,
    **latents.SETTINGS,
}
ATTRIBUTES = MODULES
"""Files of this code hold arrays only."""
PUBLISHED = {size.width: size.heads for size in dit.PUBLISHED.values()}
HEAD = 64
"""Features of a head, at other widths than those published."""


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
    expansion: int = 4
    """Hidden features of a block per feature."""
    times: int = 0
    """Whether it is told the time of what it judges."""


@dataclasses.dataclass(frozen=True)
class Config:
    """The networks."""

    size: int = 32
    """Numbers along a side of a value."""
    channels: int = 4
    """Of a value: 4 of latents."""
    classes: int = 1000
    """Of the labels."""
    width: int = 768
    """Features of a token."""
    depth: int = 12
    """Blocks."""
    heads: int = 12
    """Of every attention."""
    patch: int = 2
    """Numbers per side of a token."""
    expansion: int = 4
    """Hidden features of a block per feature."""
    times: int = 0
    """That the generator is told: none, from which it steps, or also to which."""
    chain: Annotated[int, Bounds(least=0)] = 1
    """Steps from noise to a sample that it was trained for; 0: any number."""
    repetitions: int = 1
    """How often it goes through its blocks."""
    residual: bool = False
    """Whether it tells a velocity."""
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
    generator = dit.Generator(
        **_blocks(config),
        classes=config.classes,
        times=config.times,
        shape=shape,
        residual=config.residual,
        repetitions=config.repetitions,
    )
    judge = NoDiscriminator()
    if config.discriminator is not None:
        judge = dit.Discriminator(
            **_blocks(config.discriminator),
            classes=config.classes,
            times=config.discriminator.times,
        )
    wired: Any = (generator, judge, generator.latent_size, as_data)
    game = LatentGame(*wired)
    if config.times:
        game = ChainGame(*wired, steps=config.chain)
    kind = latents.kind_of(config.channels, config.autoencoder)
    made = without_data(game, shape, config.classes, config.current, kind=kind)
    return latents.decoded(made, config.autoencoder, config.autoencoder_widths)


def _blocks(network: Config | Judge) -> dict[str, Any]:
    names = ("width", "depth", "heads", "patch", "expansion")
    return {name: getattr(network, name) for name in names}


def configure(seen: Seen) -> Config:
    """Finds the config whose networks have arrays of these names and shapes.

    Raises:
      ValueError: if there is none, or shapes do not tell which of several.
    """
    arrays, judge, settings, current = seen
    if (classes := arrays.size(CLASSES, 0)) < 2:
        raise ValueError(f"{CLASSES}: saw {classes} classes, wanted at least 2")
    sizes = _sizes(arrays, settings.get("heads"), "heads")
    told = _told(arrays, settings)
    side = round(arrays.size("pos_embed", 1) ** 0.5)
    return Config(
        size=side * sizes["patch"],
        channels=arrays.size(PATCHES, 1),
        classes=classes,
        discriminator=None if judge is None else _judge(judge, settings, told),
        current=current,
        **sizes,
        **told,
        **latents.of_settings(settings),
    )


def _sizes(arrays: Named, heads: int | None, name: str) -> dict[str, Any]:
    width = arrays.size(PATCHES, 0)
    usual = PUBLISHED.get(width, width // HEAD if width % HEAD == 0 else None)
    if (heads := heads or usual) is None:
        raise ValueError(
            f"{name}: saw none, wanted --set {name}=N: a width of {width} is not a "
            f"published one, nor a multiple of {HEAD}"
        )
    if heads < 1 or width % heads:
        raise ValueError(f"{name}: saw {heads}, wanted a divisor of the width {width}")
    return {
        "width": width,
        "depth": arrays.count(r"blocks\.(\d+)\."),
        "heads": heads,
        "patch": arrays.size(PATCHES, 2),
        "expansion": arrays.size("blocks.0.mlp.fc1.weight", 0) // width,
    }


def _told(arrays: Named, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Finds times, the chain, repetitions, and whether a velocity is told.

    Raises:
      ValueError: if settings do not go with the times that there are, or lack.
    """
    times = (SOURCE in arrays) + (TARGET in arrays)
    if TARGET in arrays and SOURCE not in arrays:
        raise ValueError(f"{TARGET}: saw it without {SOURCE}, wanted both")
    given = {n: settings[n] for n in ("chain", "repetitions") if n in settings}
    if times == 1 and len(given) != 1:
        raise ValueError(
            f"chain, repetitions: saw {' and '.join(given) or 'neither'}, wanted one: "
            "--set chain=N of a generator for N steps, --set repetitions=N of one that "
            "goes N times through its blocks (56 layers: 2, 112: 4)"
        )
    if times != 1 and given:
        (name, number), *_ = given.items()
        raise ValueError(
            f"{name}: saw {number}, wanted none: this generator is told "
            f"{'no time' if not times else 'both times, and takes any steps'}"
        )
    for name, least in (("chain", 1), ("repetitions", 2)):
        if given.get(name, least) < least:
            raise ValueError(f"{name}: saw {given[name]}, wanted at least {least}")
    times = 0 if "repetitions" in given else times
    return {
        "times": times,
        "chain": given.get("chain", 0 if times == 2 else 1),
        "repetitions": given.get("repetitions", 1),
        "residual": settings.get("residual", times > 0),
    }


def _judge(arrays: Named, settings: Mapping[str, Any], told: dict[str, Any]) -> Judge:
    times = int(SOURCE in arrays)
    if times > told["times"]:
        raise ValueError(
            f"D: saw {SOURCE}, wanted none: this generator is told no time"
        )
    heads = settings.get("discriminator_heads", settings.get("heads"))
    return Judge(**_sizes(arrays, heads, "discriminator_heads"), times=times)


def settings(facts: Mapping[str, Facts]) -> dict[str, Any]:
    """Reads nothing: files of this code hold arrays only."""
    del facts
    return {}


def import_torch(arrays: Mapping[str, np.ndarray], config: Config) -> Variables:
    """Makes our variables of their arrays."""
    del config
    return dit_weights.import_torch(arrays)


def export_torch(variables: Variables, config: Config) -> dict[str, np.ndarray]:
    """Makes their arrays of our variables."""
    judge = config.discriminator if "token" in variables["params"] else None
    patch = (judge or config).patch
    side = config.size // patch
    return dit_weights.export_torch(variables, side, side, patch)
