"""Digits in latents: means of 2×2 pixels, which a frozen number makes pictures of."""

import dataclasses
import hashlib
import pathlib

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan import data, recipes
from jaxgan.games.latent import LatentGame
from jaxgan.games.posterior import drawn
from jaxgan.models import mlp
from jaxgan.run import launch
from jaxgan.run.experiment import Decoder, Experiment, Frozen


@dataclasses.dataclass(frozen=True)
class Config:
    """Next to nothing."""

    seed: int = 0
    """Of the run."""
    batch_size: int = 8
    """Images per step."""
    file: str = "gain.npy"
    """Of the frozen number."""


VARIANTS = {"default": Config()}
OPTIONS = launch.Options(steps=4, log_every=2, sample_every=4, save_every=2)


@dataclasses.dataclass
class Coder:
    """Latents are a gain times means over 2×2 pixels, and deviations of 0.1."""

    path: str
    scale, at_once = 2.0, 16

    @property
    def gain(self):
        return np.load(self.path)

    @property
    def fingerprint(self):
        return hashlib.sha256(pathlib.Path(self.path).read_bytes()).hexdigest()

    def latent_shape(self, picture):
        height, width, channels = picture
        return height // 2, width // 2, channels

    def encode(self, pictures):
        n, height, width, channels = pictures.shape
        shape = (n, height // 2, 2, width // 2, 2, channels)
        mean = self.gain * pictures.reshape(shape).mean((2, 4))
        return mean, np.full_like(mean, 0.1)


def decode(variables, latents):
    """Every latent becomes 2×2 pixels."""
    x = latents / (2.0 * variables["gain"])
    return jnp.clip(jnp.repeat(jnp.repeat(x, 2, axis=1), 2, axis=2), -1.0, 1.0)


def build(config):
    """Builds the experiment."""
    coder, digits = Coder(config.file), data.digits()

    def encoded(start, stop):
        part = data.subset(digits, np.arange(start, stop))
        latents = data.encoded(part, coder, posterior=True)
        return data.batches(latents, config.batch_size, config.seed)

    return Experiment(
        game=LatentGame(
            mlp.Generator((4, 4, 1), widths=(4,)),
            mlp.Discriminator(widths=(4,)),
            *(4,),
            shown=drawn,
        ),
        recipe=recipes.nonsaturating(),
        data=encoded(0, 64),
        held_out=encoded(64, 96),
        frozen={
            "decoder": Frozen(
                load=lambda: {"gain": coder.gain},
                source="gain.npy",
                shapes=lambda: {"gain": jax.ShapeDtypeStruct((), jnp.float32)},
            )
        },
        decoder=Decoder("decoder", decode),
    )


def tiny(config):
    """It is."""
    return config


if __name__ == "__main__":
    launch.main(__file__)
