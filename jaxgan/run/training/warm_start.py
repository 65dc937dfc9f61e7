"""A warm start: a new run begins with the networks of others, as far as they fit.

What fits has the same name, shape and type. It is copied bit for bit: both players'
parameters and collections, and the generator's running average. All else begins anew:
the step, and with it every schedule; the key; the optimizers' moments, which belong to
another loss and other data; what terms remember; what an augmentation has adapted.
"""

import pathlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np

from jaxgan.core.growth import Growing
from jaxgan.core.types import State
from jaxgan.run.devices import processes
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Experiment
from jaxgan.run.files import data_record
from jaxgan.run.files.fingerprint import leaf_name
from jaxgan.run.files.origin import write
from jaxgan.run.training.leaf_match import LeafMatch, Shape, match
from jaxgan.run.training.stored_networks import DISCRIMINATOR, Weights, leaves


class WarmStart(NamedTuple):
    """Holds what a new run takes from others.

    Attributes:
      weights: of the others.
      match: which of them it takes.
      growing: the schedule by which the new run's networks grow; None if they do not.
    """

    weights: Weights
    match: LeafMatch
    growing: Growing | None = None

    def __call__(self, state: State, seeds: Sequence[int]) -> State:
        """Copies what fits over a first state.

        Args:
          state: of all runs, on the devices.
          seeds: of these runs.
        """
        taken = set(self.match.copied)

        def of_leaf(path: Any, leaf: jax.Array) -> jax.Array:
            name = leaf_name(path)
            if name not in taken:
                return leaf
            values = self.weights.leaves[name].of_seeds(seeds)
            return _put(values, leaf.sharding)

        return jax.tree_util.tree_map_with_path(of_leaf, state)

    def tell(
        self, run: pathlib.Path, seeds: Sequence[int], say: Callable[[str], None]
    ) -> None:
        """Says what was copied and what was not, and records it in the run's folder."""
        for line in self.lines():
            say(line)
        if processes.is_chief():
            write(run, self.record(seeds))

    def lines(self) -> list[str]:
        """Says, for people, what was copied and what was not."""
        lines = self.match.lines(f"starting from {self.weights}")
        if self.growing is not None:
            first, last = (4 << n for n in (self.growing.first, self.growing.last))
            lines.append(
                f"  networks grow from {first} to {last} pixels per side once more; "
                f"where the experiment has it, --first-size {last} begins with all "
                "that those had learned"
            )
        return lines

    def record(self, seeds: Sequence[int]) -> dict[str, Any]:
        """Says the same in full, as JSON."""
        return {**self.weights.record(seeds), **self.match.record()}


def fit(
    weights: Weights,
    target: State,
    seeds: Sequence[int],
    experiment: Experiment | None = None,
) -> WarmStart:
    """Finds what of other runs' networks fits those of a new one; nothing is computed.

    Args:
      weights: of the others.
      target: shapes of the new one's state.
      seeds: of the runs in that.
      experiment: that of these runs, whose classes may explain what does not fit.

    Raises:
      RunError: if nothing fits.
    """
    wanted = {
        name: _shape(leaf, len(seeds))
        for name, leaf in leaves(target).items()
        if weights.start or name.startswith(f"{DISCRIMINATOR}/")
    }
    seen = {
        name: _shape(leaf.values, len(leaf.source.seeds))
        for name, leaf in weights.leaves.items()
    }
    here = len(data_record.facts_of(experiment).classes) if experiment else 0
    found = match(seen, wanted)._replace(classes=(weights.classes, here))
    if not found.copied:
        lines = found.lines(f"{weights.option}: nothing of {weights.origin} fits")
        raise RunError("\n".join(lines))
    return WarmStart(weights, found, experiment and _growing(experiment))


def _growing(experiment: Experiment) -> Growing | None:
    """Finds the schedule by which a generator grows; None of one that is as it is."""
    generator = getattr(experiment.game, "generator", None)
    growing = getattr(generator, "growing", None)
    grows = isinstance(growing, Growing) and growing.first < growing.last
    return growing if grows else None


def _shape(leaf: Any, runs: int) -> Shape:
    """Finds the shape of a leaf in one of so many runs."""
    shape = tuple(leaf.shape[1:] if runs > 1 else leaf.shape)
    return Shape(shape, str(leaf.dtype))


def _put(values: np.ndarray, sharding: jax.sharding.Sharding) -> jax.Array:
    """Puts values on the devices of all processes, each of which has the whole."""
    if not processes.several():
        return jax.device_put(values, sharding)
    return jax.make_array_from_callback(
        values.shape, sharding, lambda index: values[index]
    )
