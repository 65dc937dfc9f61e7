"""Samples from a run: any number, the same for the same seed on any batch size."""

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core import growth
from jaxgan.core.abilities import conditioned, is_labelled, observed
from jaxgan.core.context import Context
from jaxgan.core.pace import Span
from jaxgan.core.types import Sample, State, Tree
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Experiment, pace_of
from jaxgan.run.sampling import applied_game
from jaxgan.run.sampling.labels import (
    Label,
    check_numbers,
    class_names,
    label_numbers,
)
from jaxgan.run.sampling.noise_layers import NoiseLayers
from jaxgan.run.sampling.picture_decoder import PictureDecoder
from jaxgan.run.sampling.sampling_options import (
    Standing,
    in_passes,
    seed_key,
    truncated,
)

AT_ONCE = 8
"""Examples that a game is applied to at a time, at most: they may be large."""


class Sampler:
    """The generator of an experiment as two compiled functions of a fixed batch size.

    Sample i depends on (seed, i) only: not on how many are asked for, and on the batch
    size no more than rounding does. No data are read: samples of labels are of those
    asked for, else of classes drawn uniformly.

    Attributes:
      game: that generates, truncated if that was asked for.
      size: examples per compiled call.
      classes: how many the data have; 0 without labels.
    """

    def __init__(
        self,
        experiment: Experiment,
        *,
        size: int = 64,
        truncation: float | None = None,
        truncation_cutoff: int | None = None,
        passes: int | None = None,
        noise_layers: str | None = None,
        standing_statistics: int | None = None,
        ema: bool = True,
        source: Any = None,
        programs: Callable[..., Sample] | None = None,
        frozen: Tree = (),
    ):
        """Prepares to sample.

        Args:
          experiment: whose game generates.
          size: examples per compiled call.
          truncation: less variety, better samples: what the game's method `truncated`
            does with it.
          truncation_cutoff: truncate so many of the first layers only.
          passes: of the generator per sample, of a game that may take more or fewer.
          noise_layers: add noise in these layers only: '0-3', '2' or 'none'.
          standing_statistics: normalise by the statistics of so many batches of fakes:
            see `games.standing_statistics`. They depend on `size`.
          ema: use the running average of the generator, not the current one.
          source: of the examples that a game is applied to, if it is; by default the
            experiment's.
          programs: that were traced before, of the same experiment and options: a
            `kept_programs.KeptPrograms`, which calls of this sampler go through.
          frozen: networks of the experiment by name, if they have been read.

        Raises:
          RunError: if the game cannot be truncated so, or do with so many passes, or
            adds no noise, or a number is out of range.
        """
        game = truncated(experiment.game, truncation, truncation_cutoff)
        self.game = in_passes(game, passes)
        if size < 1:
            raise RunError(f"--batch-size: saw {size}, wanted at least 1")
        self._applied = applied_game.applied(experiment, self.game, source)
        self.size = size if self._applied is None else min(size, AT_ONCE)
        self._ema, self._noise = ema, NoiseLayers(self.game, noise_layers)
        self.classes = len(class_names(experiment))
        self._pace = pace_of(experiment.data)
        self._programs = programs
        self._decoded = PictureDecoder(experiment, frozen)
        self._latents = _grown(functools.partial(_latents, self.game, self.classes))
        self._render = _grown(functools.partial(_render, self.game))
        self._standing = Standing(self.game, self.classes, size, standing_statistics)

    def available(self, count: int) -> int:
        """Tells how many samples there are, of so many that are wanted.

        A game that is applied to examples makes one of each.
        """
        return count if self._applied is None else min(count, self._applied.size)

    @property
    def labelled(self) -> bool:
        """Tells whether samples are conditioned on class labels."""
        return is_labelled(self.game)

    def compile(
        self, state: State, indices: np.ndarray, labels: np.ndarray | None = None
    ) -> None:
        """Compiles what the samples of a call need; nothing is computed.

        Args:
          state: of which only shapes and the step matter.
          indices: [N], of the samples.
          labels: [N], if they are of chosen classes.
        """
        variables = state.ema if self._ema else state.variables.generator
        places = np.resize(np.arange(len(indices)), self.size)
        chosen, key = indices[places], seed_key(0)
        if self._applied is not None:
            keys = _keys(key, jnp.asarray(chosen))
            self._applied.compile(variables, state.step, keys, chosen)
            return
        span = self._span(state)
        latents = self._latents.lower(
            span,
            variables,
            state.step,
            key,
            jnp.asarray(chosen),
            None if labels is None else labels[places],
        )
        latents.compile()
        self._render.lower(span, variables, state.step, *latents.out_info).compile()

    def latents(
        self,
        state: State,
        seed: int,
        indices: np.ndarray,
        labels: np.ndarray | None = None,
    ) -> tuple[jax.Array, Tree]:
        """Draws keys [size] and latents of the examples with these indices [size].

        Raises:
          RunError: if there are labels [size], and the game is conditioned on none, or
            they are no numbers of classes; or the seed is none.
        """
        if self._applied is not None:
            raise RunError(
                f"{type(self.game).__name__} makes its samples of examples: it has no "
                "latents"
            )
        if labels is not None:
            check_numbers(labels, self.classes if self.labelled else 0)
        start = self._span(state), self._variables(state), state.step
        return self._latents(*start, seed_key(seed), jnp.asarray(indices), labels)

    def render(self, state: State, keys: jax.Array, latent: Tree) -> Sample:
        """Makes samples of latents, as numpy arrays."""
        start = self._span(state), self._variables(state), state.step
        return self._decoded(jax.device_get(self._render(*start, keys, latent)))

    def __call__(
        self,
        state: State,
        seed: int,
        indices: np.ndarray,
        labels: np.ndarray | None = None,
    ) -> Sample:
        """Makes samples of any indices [N], as numpy arrays, optionally of labels [N].

        Raises:
          RunError: as `latents`, or if there is no index.
        """
        if not len(indices):
            if self._applied is not None:
                raise RunError(
                    "this run has no pictures to make something of", applied_game.HINT
                )
            raise RunError("indices: saw none, wanted at least one sample")
        parts = []
        for start in range(0, len(indices), self.size):
            # The last call is filled up, so that there is one shape to compile.
            places = np.resize(np.arange(start, len(indices)), self.size)
            chosen = None if labels is None else labels[places]
            sample = self._some(state, seed, indices[places], chosen)
            count = min(self.size, len(indices) - start)
            parts.append(jax.tree.map(lambda x, n=count: x[:n], sample))
        return jax.tree.map(lambda *x: np.concatenate(x), *parts)

    def _some(
        self, state: State, seed: int, indices: np.ndarray, labels: Any
    ) -> Sample:
        if self._applied is None and self._programs is None:
            keys, latent = self.latents(state, seed, indices, labels)
            return self.render(state, keys, latent)
        if labels is not None:
            check_numbers(labels, self.classes if self.labelled else 0)
        if self._applied is None:
            return self._decoded(self._by_programs(state, seed, indices, labels))
        keys = _keys(seed_key(seed), jnp.asarray(indices))
        variables = self._variables(state)
        return self._decoded(self._applied(variables, state.step, keys, indices))

    def _by_programs(
        self, state: State, seed: int, indices: np.ndarray, labels: Any
    ) -> Sample:
        assert self._programs is not None
        span = self._span(state)
        drawn = seed_key(seed), jnp.asarray(indices), labels
        sample = self._programs(
            functools.partial(self._latents, span),
            functools.partial(self._render, span),
            *(self._variables(state), state.step, drawn),
            *(span, self.size),
        )
        return jax.device_get(sample)

    def _variables(self, state: State) -> Tree:
        variables = state.ema if self._ema else state.variables.generator
        return self._standing(self._noise(variables), state.step)

    def _span(self, state: State) -> Span:
        """Finds the steps of a run that its generator has the same layers at."""
        return self._pace.spans[self._pace.place(int(state.step))]


def _keys(key, indices):
    return jax.vmap(jax.random.fold_in, in_axes=(None, 0))(key, indices)


def _grown(function: Callable) -> jax.stages.Wrapped:
    """Compiles f(span, ...) for each span: what grows later, or has grown, is no part.

    A program of all levels would be slow to trace and to compile.
    """

    def grown(span, *arguments):
        with growth.only(span):
            return function(*arguments)

    return jax.jit(grown, static_argnums=0)


def _latents(game, classes, variables, step, key, indices, labels=None):
    keys = _keys(key, indices)
    game = conditioned(game, labels, classes)
    return keys, game.latent(variables, Context(keys, step=step))[0]


def _render(game, variables, step, keys, latent):
    sample, _ = game.generate(variables, latent, Context(keys, step=step))
    return observed(game, sample)


def generate(
    experiment: Experiment,
    state: State,
    num: int,
    seed: int = 0,
    *,
    label: Label | None = None,
    batch_size: int = 64,
    **options: Any,
) -> Sample:
    """Generates samples as numpy arrays [num, ...].

    Args:
      experiment: whose game generates.
      state: with the generator's variables.
      num: how many, of a game that is applied to examples at most one of each.
      seed: of the samples; the run's own seed plays no part.
      label: the name or number of one class for all, or those of each [num].
      batch_size: examples per compiled call.
      options: of `Sampler`.

    Raises:
      RunError: if an argument does not fit the game.
    """
    if num < 1:
        raise RunError(f"--num: saw {num}, wanted at least 1")
    labels = None
    if label is not None:
        labels = label_numbers(experiment, label, num)
    draw = Sampler(experiment, size=batch_size, **options)
    return draw(state, seed, np.arange(draw.available(num)), labels)
