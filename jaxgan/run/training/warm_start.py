"""A warm start: a new run begins with the networks of another, as far as they fit.

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

from jaxgan.core.types import State
from jaxgan.run.devices import processes
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Experiment
from jaxgan.run.files import checkpoints, data_record, run_directory
from jaxgan.run.files.fingerprint import fingerprint, leaf_name
from jaxgan.run.files.origin import Origin, parse, write
from jaxgan.run.training.leaf_match import LeafMatch, Shape, match

PARTS = ("variables", "ema")
"""Of the state, what is copied."""


class Weights(NamedTuple):
    """Holds the networks of a run's checkpoint.

    Attributes:
      origin: the checkpoint.
      fingerprint: of its whole state.
      seeds: of the runs in it; several have a first axis in every leaf.
      leaves: by name: 'variables/generator/params/...', 'ema/params/...'.
      classes: of what it was trained on; 0 if there are none, or it is not known.
    """

    origin: Origin
    fingerprint: str
    seeds: tuple[int, ...]
    leaves: dict[str, np.ndarray]
    classes: int = 0

    def of_seed(self, name: str, seed: int) -> np.ndarray:
        """Takes a leaf of one run: the one of this seed, or the first."""
        leaf = self.leaves[name]
        if len(self.seeds) == 1:
            return leaf
        return leaf[self.seeds.index(self.source(seed))]

    def source(self, seed: int) -> int:
        """Finds the seed of the run that the run of a seed starts from."""
        return seed if seed in self.seeds else self.seeds[0]


def read(start: str) -> Weights:
    """Reads a checkpoint; the code of its experiment is not run.

    Args:
      start: RUN or RUN:STEP.

    Raises:
      RunError: if there is no such run or checkpoint, or it cannot be read.
    """
    origin = parse(start)
    try:
        identity = run_directory.read_identity(origin.run)
        restored = checkpoints.read(origin.run, origin.step)
    except RunError as error:
        raise RunError(
            f"--start-from: {error.args[0]}", error.hint, error.code
        ) from error
    first = identity.config.get("seed", 0)
    record = data_record.read(origin.run)
    return Weights(
        Origin(origin.run, restored.step),
        fingerprint(restored.state),
        tuple(range(first, first + identity.seeds)),
        {n: np.asarray(x) for n, x in _leaves(restored.state).items()},
        len(record.of_run(0).facts.classes) if record else 0,
    )


class WarmStart(NamedTuple):
    """Holds what a new run takes from another.

    Attributes:
      weights: of the other run.
      match: which of them it takes.
    """

    weights: Weights
    match: LeafMatch

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
            return _put(self._values(name, seeds), leaf.sharding)

        return jax.tree_util.tree_map_with_path(of_leaf, state)

    def _values(self, name: str, seeds: Sequence[int]) -> np.ndarray:
        values = [self.weights.of_seed(name, seed) for seed in seeds]
        return values[0] if len(seeds) == 1 else np.stack(values)

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
        origin = self.weights.origin
        start = f"starting from {origin.run}, step {origin.step}"
        return self.match.lines(start)

    def record(self, seeds: Sequence[int]) -> dict[str, Any]:
        """Says the same in full, as JSON."""
        origin = self.weights.origin
        return {
            "run": str(origin.run),
            "step": origin.step,
            "fingerprint": self.weights.fingerprint,
            "seeds": {str(seed): self.weights.source(seed) for seed in seeds},
            **self.match.record(),
        }


def fit(
    weights: Weights,
    target: State,
    seeds: Sequence[int],
    experiment: Experiment | None = None,
) -> WarmStart:
    """Finds what of a run's networks fits those of another; nothing is computed.

    Args:
      weights: of the one.
      target: shapes of the other's state.
      seeds: of the runs in that.
      experiment: that of these runs, whose classes may explain what does not fit.

    Raises:
      RunError: if nothing fits.
    """
    wanted = {n: _shape(x, len(seeds)) for n, x in _leaves(target).items()}
    seen = {n: _shape(x, len(weights.seeds)) for n, x in weights.leaves.items()}
    here = len(data_record.facts_of(experiment).classes) if experiment else 0
    found = match(seen, wanted)._replace(classes=(weights.classes, here))
    if not found.copied:
        lines = found.lines(f"--start-from: nothing of {weights.origin} fits")
        raise RunError("\n".join(lines))
    return WarmStart(weights, found)


def _leaves(state: Any) -> dict[str, Any]:
    """Finds what can be copied of a state, or of the dicts that one was restored as."""
    tree = state if isinstance(state, dict) else state._asdict()
    parts = {name: tree[name] for name in PARTS}
    leaves = jax.tree_util.tree_leaves_with_path(parts)
    return {leaf_name(path): leaf for path, leaf in leaves}


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
