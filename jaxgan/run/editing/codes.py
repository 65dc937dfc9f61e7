"""Codes of a run: its game's, drawn, and what many of them are like."""

import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.abilities import conditioned, is_labelled
from jaxgan.core.context import Context
from jaxgan.core.latent_abilities import Editable
from jaxgan.core.types import Tree, Variables
from jaxgan.run.errors import RunError
from jaxgan.run.sampling.labels import class_names, label_numbers
from jaxgan.run.sampling.sampler import Sampler
from jaxgan.run.sampling.stored_run import StoredRun

DRAWS = 10_000
"""Codes that are drawn to see how they lie."""
AT_ONCE = 1_000


class Spread(NamedTuple):
    """Tells how codes lie.

    Attributes:
      mean: [L, N].
      deviation: how far they are from it: √(mean of |code - mean|²), of a layer.
      codes: [D, N], the first layer's.
    """

    mean: np.ndarray
    deviation: float
    codes: np.ndarray


class Codes:
    """The generator of a run as a function of codes.

    Attributes:
      game: which has the ability.
      variables: of the generator.
      step: of the state.
      label: the number [1] of the class that all is of, or None.
    """

    def __init__(
        self, stored: StoredRun, *, current: bool = False, label: Any = None
    ) -> None:
        """Prepares; nothing is computed.

        Args:
          stored: the run.
          current: take the current generator, not its running average.
          label: name or number of the class that all is of; wanted where samples are
            conditioned on labels.

        Raises:
          RunError: if latents of this run cannot be edited, or there is no such class.
        """
        self.game: Any = stored.experiment.game
        if not isinstance(self.game, Editable):
            raise RunError(
                f"{stored.name}: a {type(self.game).__name__} has no latent to edit"
            )
        if stored.experiment.decoder is not None:
            raise RunError(
                f"{stored.name}: its samples are decoded of what is generated, and "
                "cannot be edited"
            )
        self._experiment, self._state = stored.experiment, stored.state
        self._current, self.step = current, stored.state.step
        state = stored.state
        self.variables: Variables = state.variables.generator if current else state.ema
        self.label = None
        if label is not None:
            self.label = label_numbers(stored.experiment, label)
        elif is_labelled(stored.experiment.game):
            raise RunError(
                "--label: saw none, wanted a class: this generator is conditioned on "
                "labels"
            )
        self.render = jax.jit(self.generate)
        self._sampler = functools.lru_cache(self._new_sampler)

    def generate(
        self, variables: Variables, latent: Tree, keys: jax.Array
    ) -> jax.Array:
        """Makes the values of latents with keys [B]; it may be traced."""
        made, _ = self.game.generate(variables, latent, Context(keys, step=self.step))
        return made.value

    def drawn(self, seed: int, indices: np.ndarray) -> tuple[jax.Array, Any]:
        """Draws keys and latents [B] of examples of a seed, as `jaxgan sample` does.

        Raises:
          RunError: if the seed is none.
        """
        labels = None if self.label is None else np.resize(self.label, len(indices))
        draw = self._sampler(len(indices))
        return draw.latents(self._state, seed, indices, labels)

    def like(self, code: Any) -> Any:
        """Makes a latent of a code [B, L, N]."""
        _, latent = self._shapes(len(code))
        zeros = jax.tree.map(lambda x: jnp.zeros(x.shape, x.dtype), latent)
        if self.label is not None:
            zeros = zeros._replace(given=jnp.full(len(code), self.label[0], jnp.int32))
        return self.game.with_code(zeros, code)

    @property
    def layers(self) -> int:
        """Counts the layers that a code has numbers for."""
        _, latent = self._shapes(1)
        return jax.eval_shape(self.game.code, latent).shape[1]

    @functools.cached_property
    def spread(self) -> Spread:
        """Draws many codes, and sees how they lie."""
        code = jax.jit(self.game.code)
        total, count, first = np.zeros(()), 0, []
        for start in range(0, DRAWS, AT_ONCE):
            indices = np.arange(start, start + AT_ONCE)
            _, latent = self.drawn(0, indices)
            some = np.asarray(code(latent), np.float64)
            total, count = total + some.sum(0), count + len(some)
            first.append(some[:, 0])
        mean, codes = total / count, np.concatenate(first)
        squares = np.sum(np.square(codes - mean[0]), axis=1)
        return Spread(
            mean.astype(np.float32),
            float(np.sqrt(np.mean(squares))),
            codes.astype(np.float32),
        )

    def _new_sampler(self, size: int) -> Sampler:
        return Sampler(self._experiment, size=size, ema=not self._current)

    def _shapes(self, count: int) -> Any:
        def latent(variables: Variables, keys: jax.Array) -> Any:
            classes = len(class_names(self._experiment))
            game = conditioned(self.game, None, classes)
            return keys, game.latent(variables, Context(keys, step=self.step))[0]

        keys = jax.eval_shape(lambda: jax.random.split(jax.random.key(0), count))
        return jax.eval_shape(latent, self.variables, keys)
