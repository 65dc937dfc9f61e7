"""Samples and the discriminator's logits in the plane, checkpoint by checkpoint."""

import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.abilities import Observable
from jaxgan.core.context import Context, example_keys
from jaxgan.core.types import Game, Sample, Variables
from jaxgan.run.errors import RunError
from jaxgan.run.kinds.kind import Subject

SIDE, SAMPLES = 64, 600


class Landscape(NamedTuple):
    """One checkpoint, seen from above.

    Attributes:
      step: of the checkpoint.
      line: [SIDE] coordinates, of both axes.
      logits: [SIDE, SIDE], less their median; None if there is not one logit per point
        that depends on the point only.
      fake: generated points [SAMPLES, 2].
      heights: [SAMPLES] of those.
      real: real points [SAMPLES, 2].
      real_heights: [SAMPLES] of those.
    """

    step: int
    line: np.ndarray
    logits: np.ndarray | None
    fake: np.ndarray
    heights: np.ndarray
    real: np.ndarray
    real_heights: np.ndarray


class _Observer:
    """Looks at the checkpoints of a run; compiles once."""

    def __init__(self, subject: Subject):
        self._subject, real = subject, subject.examples(SAMPLES)
        self._real = real.value
        # With labels, or with codes, a logit depends on more than the point.
        self._flat = bool(jax.tree.leaves(real.given))
        self._flat |= isinstance(subject.game, Observable)
        reach = 1.3 * float(np.abs(real.value).max())
        self._line = np.linspace(-reach, reach, SIDE, dtype=np.float32)
        self._judge = jax.jit(functools.partial(judge, subject.game))

    def look(self, step: int) -> Landscape:
        """Samples and judges by one checkpoint."""
        state = self._subject.state(step)
        fake = self._subject.samples(SAMPLES, step).value
        if self._flat:
            heights = np.zeros(SAMPLES, np.float32)
            return Landscape(step, self._line, None, fake, heights, self._real, heights)
        lattice = np.stack(np.meshgrid(self._line, self._line), axis=-1)
        points = np.concatenate([lattice.reshape(-1, 2), fake, self._real])
        logits = np.asarray(
            self._judge(state.variables.discriminator, state.step, points)
        )
        logits = logits - np.median(logits[: SIDE**2])
        around, *heights = np.split(logits, [SIDE**2, SIDE**2 + SAMPLES])
        around = around.reshape(SIDE, SIDE)
        return Landscape(
            step, self._line, around, fake, heights[0], self._real, heights[1]
        )


def landscapes(subject: Subject, steps: Sequence[int]) -> list[Landscape]:
    """Looks at checkpoints, but for those that it knows or that cannot be read."""
    known: dict[int, Landscape] = subject.memory.setdefault("landscapes", {})
    observer = _Observer(subject)
    for step in steps:
        if step not in known:
            try:
                known[step] = observer.look(step)
            except RunError:  # training may just have deleted it
                continue
    return [known[step] for step in steps if step in known]


def judge(game: Game, variables: Variables, step: jax.Array, points: Any) -> Any:
    """Computes the discriminator’s logits [N] at points [N, 2].

    One that judges packs (PacGAN) sees every point as a pack of itself.

    Raises:
      ValueError: if it gives anything but one number per point or pack.
    """

    def logits(value):
        context = Context(example_keys(jax.random.key(1), len(value)), step=step)
        verdict, _ = game.discriminate(variables, Sample(value), context)
        return jax.tree.leaves(verdict.logits)

    # 840 divides by any likely size of a pack.
    shape = jax.eval_shape(logits, jnp.zeros((840, 2)))[0].shape
    if len(shape) != 1 or 840 % shape[0]:
        raise ValueError(f"logits: saw {list(shape)}, wanted [840] of 840 points")
    return logits(jnp.repeat(jnp.asarray(points), 840 // shape[0], axis=0))[0]
