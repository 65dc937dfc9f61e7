"""The points of `points.py`, of which a frozen map of a file's says how they lie."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core import Term, Turn
from jaxgan.run import launch
from jaxgan.run.experiment import Frozen
from tests.run import points
from tests.run.points import tiny  # noqa: F401

SHAPE = (2, 512)
"""Of the map: large enough to be seen in a program or a checkpoint."""
OPTIONS = launch.Options(steps=20, log_every=10, sample_every=20, save_every=10)


@dataclasses.dataclass(frozen=True)
class Config(points.Config):
    """Points and a map."""

    map_file: str = "map.npy"
    """Of the map."""


VARIANTS = {"guided": Config()}


def guide():
    """Mean features of fakes, against the real ones', by the frozen map."""

    def apply(state, play):
        kernel = play.context.frozen["map"]["kernel"]
        features = (jnp.tanh(x.value @ kernel) for x in (play.real, play.fake))
        real, fake = (play.context.mean(x) for x in features)
        return jnp.mean(jnp.square(real - fake)), state

    return Term("guide", apply)


def build(config):
    """Builds the experiment; the map is not read yet."""
    plain = points.build(config)
    judge, move = plain.recipe.turns
    turns = (judge, Turn("generator", (*move.terms, guide()), every=2))
    frozen = Frozen(
        load=lambda: {"kernel": np.load(config.map_file)},
        source=config.map_file,
        shapes=lambda: {"kernel": jax.ShapeDtypeStruct(SHAPE, jnp.float32)},
    )
    return dataclasses.replace(
        plain, recipe=plain.recipe._replace(turns=turns), frozen={"map": frozen}
    )


if __name__ == "__main__":
    launch.main(__file__)
