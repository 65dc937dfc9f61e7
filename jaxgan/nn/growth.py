"""Networks of which a step computes the part that has grown: one tree for all of it."""

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn
from jax.core import Tracer

from jaxgan.core.context import Context
from jaxgan.core.growth import Growth, level_of, traced_levels
from jaxgan.nn.resample import average_pool, repeat

Branch = Callable[[Any, jax.Array | None], Any]
"""f(module, share) -> result of one level; share as in `Stage`, None for all of it."""


def at_stage(
    module: nn.Module,
    growth: Growth | None,
    step: jax.Array | int,
    branches: Sequence[Branch],
) -> Any:
    """The result of the level that a step is at; no other level is computed.

    Karras et al. 2018 (arXiv 1710.10196), section 2. When the module is initialised
    every second level is computed, so that all have parameters.

    Args:
      module: whose parts the branches compute with: submodules made in `setup`.
      growth: the schedule; None is the last level, grown.
      step: of the context.
      branches: one for each level, whose results are of one shape. With a share they
        compute what the level before has of its own, too.

    Raises:
      ValueError: if the schedule has more levels.
    """
    if module.is_initializing():
        results = [branch(module, jnp.ones(())) for branch in branches[::-2]]
        return results[0]
    if growth is None:
        return branches[-1](module, None)
    last = getattr(growth, "last", len(branches) - 1)
    if last >= len(branches):
        raise ValueError(
            f"growing: saw a last level of {last}, wanted at most "
            f"{len(branches) - 1}: see core.growth.level_of"
        )
    traced = isinstance(step, Tracer)
    with contextlib.nullcontext() if traced else jax.ensure_compile_time_eval():
        stage = growth(jnp.asarray(step, jnp.int32))
    if not isinstance(stage.level, Tracer):  # it is known while this is compiled
        return branches[int(stage.level)](module, stage.share)
    levels = traced_levels(growth, len(branches))
    chosen = branches[levels.start : levels.stop]
    if len(chosen) == 1:
        return chosen[0](module, stage.share)
    return nn.switch(stage.level - levels.start, chosen, module, stage.share)


def faded(
    newer: jax.Array, older: Callable[[], jax.Array], share: jax.Array | None
) -> jax.Array:
    """share · newer + (1 - share) · older(); with a share of 1, or None, the newer."""
    if share is None:
        return newer
    share = share.astype(newer.dtype)
    return share * newer + (1.0 - share) * older()


def as_grown(growth: Growth) -> Callable[[jax.Array, Context], jax.Array]:
    """Shows images as networks at a step's stage could make them: f(value, context).

    They are averaged down to the newest level, faded as its colours are, and enlarged
    again by repeating pixels: real images so see no detail that fakes cannot have (the
    official code of arXiv 1710.10196). For the `shown` of a game, with images [B, H, W,
    C] whose side is a power of two. Outside of training they stay as they are.
    """

    def shown(value, context):
        if not context.train:
            return value
        last = level_of(value.shape[1])

        def branch(level):
            def show(value, share):
                for _ in range(last - level):
                    value = average_pool(value)
                if level:
                    newer = value
                    value = faded(newer, lambda: repeat(average_pool(newer)), share)
                return repeat(value, 2 ** (last - level)) if level < last else value

            return show

        stage = growth(jnp.asarray(context.step, jnp.int32))
        levels = traced_levels(growth, last + 1)
        chosen = [branch(level) for level in levels]
        # Of one branch XLA makes no conditional.
        at = stage.level - levels.start
        return jax.lax.switch(at, chosen, value, stage.share)

    return shown
