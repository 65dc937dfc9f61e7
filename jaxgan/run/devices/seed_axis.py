"""Several runs of one experiment in one program: consecutive seeds, side by side.

The state of all has a leading axis, over seeds, on every leaf but the step.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any, TypeVar

import jax
import numpy as np

from jaxgan.core import metrics
from jaxgan.core.types import State, Tree
from jaxgan.run.bounds import SEED
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Batches

C = TypeVar("C")


def configs(config: C, count: int) -> list[C]:
    """Makes the configs of `count` runs: that of the first, and its next seeds.

    Raises:
      RunError: if several are wanted of an experiment without a seed, or beyond the
        last one that there is.
    """
    if count == 1:
        return [config]
    fields: Any = config
    if not hasattr(fields, "seed"):
        raise RunError("--seeds: the Config of this experiment has no field 'seed'")
    last = fields.seed + count - 1
    if not SEED.hold(last):
        raise RunError(
            f"--seeds: saw {count} from seed {fields.seed} on, wanted the last to be "
            f"{SEED}"
        )
    return [
        dataclasses.replace(fields, seed=fields.seed + place) for place in range(count)
    ]


@dataclasses.dataclass(frozen=True)
class Together:
    """Joins the data of several runs: batches [seeds, B, ...]."""

    members: tuple[Batches, ...]

    @property
    def source(self) -> Any:
        """Shows the first run's."""
        return self.members[0].source

    @property
    def batch_size(self) -> int:
        """Counts the examples per step of each run."""
        return self.members[0].batch_size

    def __call__(self, step: int) -> Tree:
        """Stacks the batches of one step."""
        return stack([member(step) for member in self.members])


def stack(trees: Sequence[Tree]) -> Tree:
    """Stacks trees of numpy arrays along a new first axis."""
    return jax.tree.map(lambda *x: np.stack(x), *trees)


def together(data: Sequence[Batches]) -> Batches:
    """Joins the data of all runs; those of a single run stay as they are."""
    return data[0] if len(data) == 1 else Together(tuple(data))


def member(state: State, place: int, count: int) -> State:
    """Takes the state of one of `count` runs."""
    if count == 1:
        return state
    apart = state._replace(step=(), frozen=())  # type: ignore[arg-type]
    of_one = jax.tree.map(lambda x: x[place], apart)
    return of_one._replace(step=state.step, frozen=state.frozen)


def results(totals: dict[str, metrics.Mean], count: int) -> list[dict[str, float]]:
    """Fetches the metrics of each run."""
    if count == 1:
        return [metrics.result(totals)]
    fetched = jax.device_get(totals)
    return [
        metrics.result(jax.tree.map(lambda x, i=place: x[i], fetched))
        for place in range(count)
    ]


def mean_and_spread(
    parts: Sequence[dict[str, float]],
) -> tuple[dict[str, float], dict[str, float]]:
    """Finds each number's mean over runs, and the standard deviation between them."""
    names = parts[0].keys()
    table = {name: [part[name] for part in parts] for name in names}
    spreads = {name: float(np.std(x, ddof=1)) for name, x in table.items()}
    return {name: float(np.mean(x)) for name, x in table.items()}, spreads
