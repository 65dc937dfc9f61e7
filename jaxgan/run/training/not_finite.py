"""The end of a run at a number that is not finite, told with what is still good."""

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.types import State
from jaxgan.run.devices import processes
from jaxgan.run.errors import RunError
from jaxgan.run.files import not_finite_record
from jaxgan.run.files.checkpoints import Checkpoints
from jaxgan.run.files.fingerprint import leaf_name
from jaxgan.run.training.finite_flags import NotFinite

ADVICE = (
    "the same command meets the same numbers again; in a new --run-dir try a lower "
    "learning rate, a gradient penalty (r1), or a larger batch"
)


def error(found: NotFinite, state: State, saves: Checkpoints) -> RunError:
    """Makes the error that ends a run; what it tells is kept in the run's folder too.

    Args:
      found: what the flags say.
      state: on this process's devices.
      saves: the run's checkpoints.
    """
    step, names = found.step, found.names
    leaves = jax.tree_util.tree_leaves_with_path(state)
    bad = (leaf_name(path) for path, leaf in leaves if not _finite(leaf))
    first, last = next(bad, "none"), saves.last
    if processes.is_chief():
        not_finite_record.write(saves.run, step, names, first)
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


def _finite(leaf: jax.Array) -> bool:
    return not jnp.issubdtype(leaf.dtype, jnp.inexact) or bool(
        np.isfinite(np.asarray(leaf, np.float32)).all()
    )
