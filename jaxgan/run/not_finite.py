"""A number that is not finite, told with what is still good."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.types import State
from jaxgan.run.checkpoint import Checkpoints
from jaxgan.run.errors import RunError
from jaxgan.run.fingerprint import leaf_name

ADVICE = (
    "the same command meets the same numbers again; in a new --run-dir try a lower "
    "learning rate, a gradient penalty (r1), or a larger batch"
)


def told(step: int, names: Sequence[str], state: State, saves: Checkpoints) -> RunError:
    """The error that ends a run.

    Args:
      step: at which it was found.
      names: of the metrics that are not finite; none if only the state is not.
      state: on this process's devices.
      saves: the run's checkpoints.
    """
    leaves = jax.tree_util.tree_leaves_with_path(state)
    bad = (leaf_name(path) for path, leaf in leaves if not _finite(leaf))
    last = saves.last
    return RunError(
        f"step {step}: not finite: {', '.join(names) or 'the state'}\n"
        f"  first such leaf of the state: {next(bad, 'none')}\n"
        + (
            f"  last good checkpoint: step {last} ({saves.folder / str(last)})"
            if last is not None
            else "  there is no checkpoint yet"
        ),
        ADVICE,
        code=1,
    )


def _finite(leaf: jax.Array) -> bool:
    return not jnp.issubdtype(leaf.dtype, jnp.inexact) or bool(
        np.isfinite(np.asarray(leaf, np.float32)).all()
    )
