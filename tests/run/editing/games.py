"""Stored runs without training: of styles, and of a linear map of noise."""

import functools
import types
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn

from jaxgan.core import Context, Sample, State, example_keys
from jaxgan.core.types import Players
from jaxgan.games.latent import LatentGame
from jaxgan.games.style import StyleGame
from jaxgan.models import stylegan2
from jaxgan.nn import Dense
from jaxgan.run import kinds
from jaxgan.run.sampling.stored_run import StoredRun
from tests.games.test_latent import Judge

SIDE = 8


class Linear(nn.Module):
    """x = A z + b, as images of 8 x 8."""

    @nn.compact
    def __call__(self, value, given, context):
        del given, context
        flat = Dense(SIDE * SIDE, name="dense")(value)
        return flat.reshape(-1, SIDE, SIDE, 1)


def stored(game: Any, seed: int = 0) -> StoredRun:
    """A run of a game at its first step."""
    batch = Sample(jnp.zeros((2, SIDE, SIDE, 1)))
    z = jnp.zeros((2, game.latent_size))
    context = Context(example_keys(jax.random.key(1), 2), batch)
    made = jax.jit(game.generator.init)(jax.random.key(seed), z, (), context)
    source = types.SimpleNamespace(classes=())
    data = types.SimpleNamespace(source=source, batch_size=8)
    experiment: Any = types.SimpleNamespace(
        decoder=None, game=game, data=data, held_out=None, kind=kinds.images
    )
    state = State(np.int32(0), jax.random.key(0), Players(made, {}), (), made, (), ())
    return StoredRun(experiment, state, 0, None, "tiny", None)  # type: ignore


@functools.cache
def linear() -> StoredRun:
    """A run whose generator is linear in 6 numbers."""
    run = stored(LatentGame(Linear(), Judge(), 6))
    params = {"dense": dict(run.state.ema["params"]["dense"])}
    kernel = np.random.default_rng(3).standard_normal((6, SIDE * SIDE)) / 4.0
    params["dense"]["kernel"] = jnp.asarray(kernel, jnp.float32)
    changed = {**run.state.ema, "params": params}
    return run._replace(state=run.state._replace(ema=changed))


@functools.cache
def styles() -> StoredRun:
    """A run of StyleGAN2, with noise that counts."""
    generator = stylegan2.Generator(
        (SIDE, SIDE, 1),
        style_size=8,
        mapping_layers=2,
        channel_base=64,
        channel_max=8,
        learning_rate_multiplier=1.0,
    )
    run = stored(StyleGame(generator, Judge(), 8))

    def strong(path, leaf):
        return leaf + 0.1 if path[-1].key == "noise_strength" else leaf

    params = jax.tree_util.tree_map_with_path(strong, run.state.ema["params"])
    changed = {**run.state.ema, "params": params}
    return run._replace(state=run.state._replace(ema=changed))
