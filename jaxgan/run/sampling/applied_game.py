"""Samples that a game makes of examples: pictures of pictures."""

import functools
from typing import Any

import jax
import numpy as np

from jaxgan.core.abilities import Applicable
from jaxgan.core.context import Context
from jaxgan.core.scene import real_examples
from jaxgan.core.types import Game, Sample, Tree
from jaxgan.data.source import DataError
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Experiment
from jaxgan.run.kinds import Kind
from jaxgan.run.kinds.route import Translation, as_sample
from jaxgan.run.kinds.way import has_partners, ways

HINT = "jaxgan apply RUN PICTURES makes something of any pictures"


class AppliedGame:
    """Makes samples of the examples of a source, in its order.

    Attributes:
      source: of the examples.
    """

    def __init__(self, game: Game, kind: Kind, source: Any):
        """Compiles nothing yet.

        Args:
          game: that can be applied.
          kind: of the data, which knows what is made of what.
          source: of examples.
        """
        self.source = source
        self._apply = jax.jit(functools.partial(_apply, game, kind))
        self._read = functools.lru_cache(maxsize=2)(self._examples)

    @property
    def size(self) -> int:
        """Counts the examples."""
        return self.source.size

    def __call__(
        self, variables: Tree, step: jax.Array, keys: jax.Array, indices: np.ndarray
    ) -> Sample:
        """Makes the samples of examples by index [B], as numpy arrays.

        Raises:
          RunError: if the examples cannot be read.
        """
        examples, aligned = self._read(tuple(map(int, indices)))
        sample = jax.device_get(self._apply(variables, step, keys, examples))
        return sample if aligned else _without_targets(sample)

    def compile(
        self, variables: Tree, step: jax.Array, keys: jax.Array, indices: np.ndarray
    ) -> None:
        """Compiles what a call with these arguments needs.

        Raises:
          RunError: if the examples cannot be read.
        """
        examples, _ = self._read(tuple(map(int, indices)))
        self._apply.lower(variables, step, keys, examples).compile()

    def _examples(self, indices: tuple[int, ...]) -> tuple[Sample, bool]:
        try:
            examples = self.source.examples(np.array(indices))
        except (DataError, OSError) as error:
            raise RunError(str(error), HINT) from error
        return examples, has_partners(self.source)


def applied(
    experiment: Experiment, game: Game, source: Any = None
) -> AppliedGame | None:
    """Finds how samples are made of examples; None where they are made of latents.

    Args:
      experiment: whose kind of data tells what is made of what.
      game: of the experiment.
      source: of the examples; by default held-out ones if there are any, else those
        trained on.

    Raises:
      RunError: if samples are made of something that this kind of data knows nothing
        of.
    """
    if not isinstance(game, Applicable):
        return None
    kind = experiment.kind
    if type(kind).routes is Kind.routes:
        raise RunError(
            f"kind: saw {kind.unit}, but {type(game).__name__} makes its samples of "
            "examples, wanted jaxgan.run.kinds.pairs, domains, or another with `routes`"
        )
    if source is None:
        held_out = experiment.held_out
        source = (experiment.data if held_out is None else held_out).source
    return AppliedGame(game, kind, source)


def _apply(
    game: Any, kind: Kind, variables: Tree, step: Any, keys: Any, examples: Sample
) -> Sample:
    """Goes all routes that the game knows, and back where there is a way."""
    translations = {}
    real = real_examples(game, variables, Context(keys, examples, step))
    for route, there, back in ways(game, kind, examples, real):
        context = Context(keys, step=step).fork(f"apply {route.direction}")
        output = there.apply(variables, route.source, context).value
        returned = None
        if back is not None:
            returned = back.apply(variables, output, context.fork("back")).value
        translations[route.key] = Translation(
            route.source, output, route.target, returned
        )
    if not translations:
        raise RunError(
            f"{type(game).__name__} goes none of the ways that {kind.unit} have"
        )
    return as_sample(translations)


def _without_targets(sample: Sample) -> Sample:
    kept = {name: x for name, x in sample.features.items() if name != "target"}
    return sample._replace(features=kept or ())
