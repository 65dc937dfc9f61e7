"""Signals of what a game makes of pictures, in every direction that it knows."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.context import Context, example_keys
from jaxgan.core.scene import real_examples
from jaxgan.core.types import Sample, State, Tree
from jaxgan.diagnosis import names, translation
from jaxgan.run.diagnosis.chunks import chunk_size
from jaxgan.run.experiment import Experiment, examples
from jaxgan.run.kinds.way import has_partners, ways

EXAMPLES = 16
"""How many pictures are translated, at least: there, back, and back with noise."""


class TranslationSignals:
    """Measures a state. The same pictures and the same draws every time.

    What is drawn beside the source, as dropout is, is drawn alike for all of them: what
    differs between outputs comes from their sources.
    """

    def __init__(self, experiment: Experiment):
        """Prepares; nothing is computed or read before the first call."""
        self._experiment = experiment
        self._size = chunk_size(experiment.data.batch_size, EXAMPLES)
        self._real = jax.jit(functools.partial(_real, experiment.game))
        self._read = jax.jit(translation.read)
        self._shaken = jax.jit(translation.shaken)
        self._through: dict[str, Any] = {}

    def __call__(self, state: State) -> dict[str, float]:
        """Computes the signals of a state of one run, on this process's devices."""
        found: dict[str, list[translation.Passage]] = {}
        enlargements: dict[str, float] = {}
        for place in range(-(-EXAMPLES // self._size)):
            for direction, passage, enlargement in self._passages(state, place):
                found.setdefault(direction, []).append(jax.device_get(passage))
                enlargements[direction] = enlargement
        partners = has_partners(self._experiment.data.source)
        signals = {}
        for direction, parts in found.items():
            fields: list[Any] = [np.concatenate(each) for each in zip(*parts)]
            labels = translation.signals(
                translation.Passage(*fields), enlargements[direction], partners
            )
            signals |= {
                names.of_way(direction, label): value for label, value in labels.items()
            }
        return signals

    def _passages(self, state: State, place: int):
        """Goes all ways through a chunk of examples."""
        variables, step = state.variables.generator, state.step
        index = np.arange(place * self._size, (place + 1) * self._size)
        batch = examples(self._experiment.data, index)
        real = self._real(variables, step, place, batch)
        for way in ways(self._experiment.game, self._experiment.kind, batch, real):
            route = way.route
            if not translation.are_pictures(route.source, route.target):
                continue
            source, target = jnp.asarray(route.source), jnp.asarray(route.target)
            output = self._go(way.there, route.direction, variables, step, source)
            back = []
            if way.back is not None:
                noisy = self._shaken(output, jax.random.key(place))
                back = [
                    self._go(way.back, route.back, variables, step, x)
                    for x in (output, noisy)
                ]
            passage = self._read(source, output, target, back)
            yield route.direction, passage, target.shape[1] / source.shape[1]

    def _go(
        self, game: Any, direction: str, variables: Tree, step: Any, given: jax.Array
    ) -> jax.Array:
        """Maps pictures; every direction is compiled once."""
        if direction not in self._through:
            self._through[direction] = jax.jit(functools.partial(_applied, game))
        return self._through[direction](variables, step, given)


def _real(game: Any, variables: Tree, step: Any, place: Any, batch: Tree) -> Sample:
    size = len(jax.tree.leaves(batch)[0])
    keys = example_keys(jax.random.fold_in(jax.random.key(0), place), size)
    context = Context(keys, batch, step, train=True).fork("generator")
    return real_examples(game, variables, context)


def _applied(game: Any, variables: Tree, step: Any, given: jax.Array) -> jax.Array:
    keys = jnp.broadcast_to(jax.random.key(0), len(given))
    return game.apply(variables, given, Context(keys, step=step, train=True)).value
