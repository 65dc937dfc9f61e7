"""A number that is not finite, told with what is still good."""

import json
import pathlib
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.types import State
from jaxgan.run import hosts, run_directory
from jaxgan.run.checkpoint import Checkpoints
from jaxgan.run.errors import RunError
from jaxgan.run.fingerprint import leaf_name

RECORD = "not_finite.json"

ADVICE = (
    "the same command meets the same numbers again; in a new --run-dir try a lower "
    "learning rate, a gradient penalty (r1), or a larger batch"
)


def told(step: int, names: Sequence[str], state: State, saves: Checkpoints) -> RunError:
    """The error that ends a run; what it tells is kept in the run's folder too.

    Args:
      step: at which it was found.
      names: of the metrics that are not finite; none if only the state is not.
      state: on this process's devices.
      saves: the run's checkpoints.
    """
    leaves = jax.tree_util.tree_leaves_with_path(state)
    bad = (leaf_name(path) for path, leaf in leaves if not _finite(leaf))
    first, last = next(bad, "none"), saves.last
    if hosts.is_chief():
        record = {"step": step, "not_finite": list(names), "leaf": first}
        path = saves.folder.parent / RECORD
        run_directory.write_text(path, json.dumps(record) + "\n")
    return RunError(
        f"step {step}: not finite: {', '.join(names) or 'the state'}\n"
        f"  first such leaf of the state: {first}\n"
        + (
            f"  last good checkpoint: step {last} ({saves.folder / str(last)})"
            if last is not None
            else "  there is no checkpoint yet"
        ),
        ADVICE,
        code=1,
    )


def recorded(run: pathlib.Path, step: int) -> list[dict[str, Any]]:
    """The record of a run that ended so, as a row of metrics; none if it went on.

    Args:
      run: the run's folder.
      step: of its last row.
    """
    path = run / RECORD
    if not path.is_file():
        return []
    record = json.loads(path.read_text())
    return [record] if record["step"] >= step else []


def _finite(leaf: jax.Array) -> bool:
    return not jnp.issubdtype(leaf.dtype, jnp.inexact) or bool(
        np.isfinite(np.asarray(leaf, np.float32)).all()
    )
