"""A state on disk: with `checkpoints`, the only modules that know orbax."""

import collections
import contextlib
import logging
import math
import pathlib
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import jax
import numpy as np
import orbax.checkpoint as ocp

from jaxgan.core.types import State
from jaxgan.run import progress
from jaxgan.run.devices import processes
from jaxgan.run.devices.placement import with_sharding
from jaxgan.run.files import full_disk
from jaxgan.run.files.fingerprint import fingerprint
from jaxgan.weights.file_kind import memory_size

STATE = "state"
PARTS = ("step", "variables", "ema")
"""Fields of a state that can be read alone: they have fingerprints of their own."""
Stored: Any = collections.namedtuple(
    "Stored", [name for name in State._fields if name != "frozen"]
)
"""What of a state is on disk: all but the frozen networks."""


class Damaged(Exception):
    """Tells that a checkpoint cannot be read, or holds something else."""


def manager(folder: pathlib.Path, keep: int | None) -> ocp.CheckpointManager:
    """Opens a folder of checkpoints.

    Args:
      folder: an absolute path.
      keep: how many of the newest; None to read.
    """
    reading = keep is None
    with _quiet():
        options = ocp.CheckpointManagerOptions(
            max_to_keep=keep, create=not reading, read_only=reading
        )
        return ocp.CheckpointManager(
            folder, item_names=(STATE, "facts"), options=options
        )


def to_save(state: State) -> ocp.args.Composite:
    """Makes what a checkpoint is: the state, its fingerprint and those of its parts."""
    local = _stored(processes.local(state))
    facts = {
        "fingerprint": fingerprint(local),
        "parts": {name: fingerprint(getattr(local, name)) for name in PARTS},
    }
    return ocp.args.Composite(
        state=ocp.args.StandardSave(_stored(state)), facts=ocp.args.JsonSave(facts)
    )


def facts(manager: ocp.CheckpointManager, step: int) -> dict[str, Any]:
    """Reads what a checkpoint says of its state, and not the state."""
    with _quiet():
        wanted = ocp.args.Composite(facts=ocp.args.JsonRestore())
        restored: Any = manager.restore(step, args=wanted)
    return restored.facts if isinstance(restored.facts, dict) else {}


def read(
    manager: ocp.CheckpointManager,
    step: int,
    target: State | None = None,
    parts: Sequence[str] = (),
) -> Any:
    """Reads a state, and checks that it has the fingerprint that was saved.

    Args:
      manager: of the folder.
      step: of the checkpoint.
      target: shapes, dtypes and shardings; without it the state comes as dicts.
      parts: of `PARTS`, those that are enough, without a target. Checkpoints of before
        they had fingerprints are read whole.

    Raises:
      Damaged: if it cannot be read, or is another.
    """
    waited = progress.lasting(f"restoring step {step} of {manager.directory.parent}")
    try:
        with waited, _quiet():
            said = facts(manager, step)
            of_parts = said.get("parts") if parts else None
            state: Any = None
            if of_parts:
                state = _read_parts(manager, step, parts)
            else:
                shapes = _stored(target) if target else _shapes(manager, step)
                wanted = ocp.args.Composite(state=ocp.args.StandardRestore(shapes))
                restored: Any = manager.restore(step, args=wanted)
                state = restored.state
    except Exception as error:
        # Orbax has no error class for damage: anything may come out of a broken file.
        raise Damaged(full_disk.first_line(error)) from None
    if of_parts:
        same = all(fingerprint(state[name]) == of_parts.get(name) for name in parts)
    else:
        same = fingerprint(processes.local(state)) == said.get("fingerprint")
    if not same:
        raise Damaged("its contents do not have the fingerprint that was saved")
    return State(**state._asdict()) if isinstance(state, Stored) else state


def _stored(state: State) -> Any:
    return Stored(*(getattr(state, name) for name in Stored._fields))


def _read_parts(
    manager: ocp.CheckpointManager, step: int, parts: Sequence[str]
) -> dict[str, Any]:
    """Reads some fields of a state as numpy arrays."""
    shapes = _shapes(manager, step)
    wanted = {name: shapes[name] for name in parts}
    kinds = jax.tree.map(lambda _: ocp.RestoreArgs(restore_type=np.ndarray), wanted)
    with ocp.Checkpointer(ocp.PyTreeCheckpointHandler()) as reader:
        return reader.restore(
            manager.directory / str(step) / STATE,
            ocp.args.PyTreeRestore(wanted, restore_args=kinds, partial_restore=True),
        )


def _shapes(manager: ocp.CheckpointManager, step: int) -> Any:
    """Finds what was saved, to lie on a CPU: the devices of then may not be there."""
    with contextlib.closing(ocp.StandardCheckpointHandler()) as handler:
        stored: Any = handler.metadata(manager.directory / str(step) / STATE)
    try:
        device = jax.local_devices(backend="cpu")[0]
    except RuntimeError:  # JAX_PLATFORMS leaves it out
        device = jax.local_devices()[0]
    single = jax.sharding.SingleDeviceSharding(device)
    tree = getattr(stored, "tree", stored)
    claimed = sum(
        math.prod(leaf.shape) * leaf.dtype.itemsize for leaf in jax.tree.leaves(tree)
    )
    # What is not there is filled in: a small file may say that it has terabytes.
    if (memory := memory_size()) and claimed > memory:
        raise ValueError(
            f"it claims {claimed / 2**30:.1f} GiB, and the memory here is "
            f"{memory / 2**30:.1f}"
        )
    return with_sharding(tree, single)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Hides orbax's warnings, and the traces of its threads when a restore fails."""
    hook, level = sys.unraisablehook, logging.root.manager.disable
    sys.unraisablehook = lambda unraisable: None
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        sys.unraisablehook = hook
        logging.disable(level)
