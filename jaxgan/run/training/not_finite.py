"""The end of a run at a number that is not finite, told with what is still good."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.types import State
from jaxgan.run.devices import processes, seed_axis
from jaxgan.run.errors import RunError
from jaxgan.run.files import not_finite_record
from jaxgan.run.files.checkpoints import Checkpoints
from jaxgan.run.files.fingerprint import leaf_name
from jaxgan.run.training.finite_flags import NotFinite
from jaxgan.run.training.program import Totals

ADVICE = (
    "the same command meets the same numbers again; in a new --run-dir try a lower "
    "learning rate, a gradient penalty (r1), or a larger batch"
)


OTHERS = (
    "; each of the others is the run that it would be alone: train it with --seed in "
    "a new --run-dir"
)


def error(
    found: NotFinite,
    state: State,
    totals: Totals,
    seeds: Sequence[int],
    saves: Checkpoints,
) -> RunError:
    """Makes the error that ends a run; what it tells is kept in the run's folder too.

    Args:
      found: what the flags say.
      state: of all runs side by side, on this process's devices.
      totals: of their metrics, the bad ones among them; there too.
      seeds: of the runs.
      saves: the run's checkpoints.
    """
    step, names = found.step, found.names
    leaves = jax.tree_util.tree_leaves_with_path(state)
    bad = (leaf_name(path) for path, leaf in leaves if not _finite(leaf))
    first, last = next(bad, "none"), saves.last
    ill = _ill_seeds(state, totals, seeds) if len(seeds) > 1 else None
    if processes.is_chief():
        not_finite_record.write(saves.run, step, names, first, ill)
    return RunError(
        f"step {step}: not finite: {', '.join(names) or 'the state'}\n"
        + (_of_seeds(ill, len(seeds)) if ill else "")
        + f"  first such leaf of the state: {first}\n"
        + (
            f"  last good checkpoint: step {last} ({saves.folder / str(last)})"
            if last is not None
            else "  there is no checkpoint yet"
        ),
        ADVICE + (OTHERS if ill and len(ill) < len(seeds) else ""),
        code=1,
    )


def _ill_seeds(state: State, totals: Totals, seeds: Sequence[int]) -> list[int]:
    """Finds the runs of which a number is not finite."""
    ill = []
    for place, seed in enumerate(seeds):
        member = seed_axis.member(state, place, len(seeds))
        sums = [mean.total[place] for mean in totals.values()]
        if not all(map(_finite, [*jax.tree.leaves(member), *sums])):
            ill.append(seed)
    return ill


def _of_seeds(ill: Sequence[int], count: int) -> str:
    listed = f"  of seed {', '.join(map(str, ill))}"
    return listed + ("; of the others all are finite\n" if len(ill) < count else "\n")


def _finite(leaf: jax.Array) -> bool:
    return not jnp.issubdtype(leaf.dtype, jnp.inexact) or bool(
        np.isfinite(np.asarray(leaf, np.float32)).all()
    )
