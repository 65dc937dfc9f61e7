"""StyleGAN2 and StyleGAN3, small and alike in all but the generator: for `sticking.py`.

Both have as many channels at every size, the same discriminator, StyleGAN3's recipe and
no mixing of styles.
"""

import dataclasses
from typing import Any

from jaxgan import data, recipes
from jaxgan.games.style import StyleGame
from jaxgan.models import stylegan2, stylegan3
from jaxgan.run import launch
from jaxgan.run.experiment import Experiment
from jaxgan.run.options import Options


@dataclasses.dataclass(frozen=True)
class Config:
    """What identifies a run."""

    network: str = "stylegan3"
    """stylegan2 or stylegan3."""
    path: str = "images"
    """The folder or zip of images."""
    size: int = 32
    """Pixels per side: a power of two."""
    channels: int = 1
    """1 for grey, 3 for colour."""
    seed: int = 0
    """Of everything that is drawn."""
    batch_size: int = 8
    """Images per step."""
    latent_size: int = 64
    """Numbers per latent, and per style."""
    channel_base: int = 256
    """A map of n pixels per side has channel_base / n channels,"""
    channel_max: int = 16
    """or so many, if that is less."""
    gamma: float = 1.0
    """Weight of R1."""


VARIANTS = {name: Config(name) for name in ("stylegan3", "stylegan2")}
OPTIONS = Options(steps=1_000)


def build(config: Config) -> Experiment:
    """Builds the experiment that a config describes."""
    source = data.folder(config.path, config.size, config.channels, labels="none")
    widths: Any = {
        "channel_base": config.channel_base,
        "channel_max": config.channel_max,
    }
    style = {"style_size": config.latent_size, "mapping_layers": 2}
    if config.network == "stylegan3":
        decay = 0.5 ** (config.batch_size / 20_000)
        sizes = {"synthesis_layers": 4, "margin": 4, "magnitude_decay": decay}
        generator = stylegan3.Generator(source.shape, **style, **widths, **sizes)
    else:
        generator = stylegan2.Generator(source.shape, **style, **widths, clamp=256.0)
    discriminator = stylegan2.Discriminator(clamp=256.0, **widths)
    half_life = config.batch_size * 10_000 / 32
    return Experiment(
        game=StyleGame(generator, discriminator, config.latent_size, mixing=0.0),
        recipe=recipes.stylegan3(config.gamma, 0.0025, 0.002, half_life=half_life),
        data=data.batches(source, config.batch_size, config.seed),
    )


if __name__ == "__main__":
    launch.main(__file__)
