"""Several processes that train one run: joining, sharing the work, agreeing.

Every function here also does what is right for a process that is alone.
"""

import contextlib
import dataclasses
import os
import sys
import traceback
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental import multihost_utils
from jax.sharding import NamedSharding, Sharding

from jaxgan.core.types import Tree
from jaxgan.run.devices.seed_axis import Together
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Batches, pace_of
from jaxgan.run.options import Options, alike

MEETING = 300
"""Seconds that a process waits for the others to start."""


def join(options: Options, facts: dict[str, Any]) -> None:
    """Waits for the other processes. Nothing may have been computed before.

    Args:
      options: say where the others are.
      facts: must be the same on all, beside the options that all act upon together.

    Raises:
      RunError: if they cannot be found, or were started differently.
    """
    if not (options.distributed or options.coordinator):
        return
    # What may go wrong is said before: JAX aborts a process that waits in vain, or that
    # hears of another's end, and nothing can be said then.
    _tell(f"waiting up to {MEETING} seconds for the other processes")
    # It would swallow a SIGTERM that comes before the loop listens.
    jax.config.update("jax_enable_preemption_service", False)
    try:
        jax.distributed.initialize(
            options.coordinator,
            options.processes,
            options.process,
            initialization_timeout=MEETING,
            heartbeat_timeout_seconds=options.heartbeat,
            # One that failed waits so long for the others at its end.
            shutdown_timeout_seconds=options.heartbeat,
        )
    except (RuntimeError, ValueError) as error:
        raise RunError(
            f"this process cannot join the others: {str(error).splitlines()[0]}",
            "say where process 0 is: --coordinator HOST:PORT --processes N --process I",
        ) from error
    _tell(
        f"process {jax.process_index()} of {jax.process_count()} has joined; if one "
        f"ends early, all end within {options.heartbeat} seconds, and the same "
        "commands resume the run"
    )
    count = {"number of devices": jax.local_device_count()}
    check_alike({**alike(options), **count, **facts})


def _tell(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def several() -> bool:
    """Tells whether this run has more than one process."""
    return jax.process_count() > 1


def is_chief() -> bool:
    """Tells whether this is process 0, the one that writes and reports."""
    return jax.process_index() == 0


def everyone(condition: bool) -> bool:
    """Tells whether a condition holds on all processes; each waits for all."""
    if not several():
        return condition
    return bool(multihost_utils.process_allgather(np.array(condition)).all())


def check_alike(facts: dict[str, Any]) -> None:
    """Checks that every process was given the same facts.

    Raises:
      RunError: on all of them, naming those that differ.
    """
    if not several():
        return
    mine = [zlib.crc32(repr(fact).encode()) for fact in facts.values()]
    all_ = multihost_utils.process_allgather(np.array(mine, np.uint32))
    different = [name for name, row in zip(facts, all_.T) if len(set(row)) > 1]
    if different:
        raise RunError(
            f"the processes do not have the same {', '.join(different)}",
            "start all with the same command, except for --process",
        )


@contextlib.contextmanager
def together() -> Iterator[None]:
    """Makes what fails here on one process fail on all: nobody waits in vain."""
    failure: Exception | None = None
    try:
        yield
    except Exception as error:
        failure = error
    if not everyone(failure is None):
        raise failure or RunError("another process could not go on: see what it said")


@contextlib.contextmanager
def watched() -> Iterator[None]:
    """Ends this process at once, with a plain message, if it has lost the others."""
    try:
        yield
    except jax.errors.JaxRuntimeError as error:
        if not several():
            raise
        if "JAXGAN_TRACEBACK" in os.environ:
            traceback.print_exc()
        failure = RunError(
            f"computing with the other processes failed: {str(error).splitlines()[0]}",
            "see what the others said; the same commands resume the run",
        )
        _tell(str(failure))
        sys.stdout.flush()
        os._exit(1)  # all else would wait for those who have ended


def own_batches(data: Batches, process: int, processes: int) -> Callable[[int], Tree]:
    """Takes one process's slice of the global batch of every step.

    Data with the fields `process_index` and `process_count`, as `jaxgan.data.batches`
    makes, read no more than the slice; of others the slice is taken.
    """
    if processes == 1:
        return data
    if isinstance(data, Together):
        parts = [own_batches(part, process, processes) for part in data.members]
        return dataclasses.replace(data, members=tuple(parts))
    if dataclasses.is_dataclass(data) and {"process_index", "process_count"} <= {
        field.name for field in dataclasses.fields(data)
    }:
        view: Any = data
        return dataclasses.replace(view, process_index=process, process_count=processes)
    pace = pace_of(data)

    def own(step: int) -> Tree:
        size = pace.size(step) // processes
        span = slice(process * size, (process + 1) * size)
        return jax.tree.map(lambda x: x[span], data(step))

    return own


def put(batch: Tree, sharding: Sharding) -> Tree:
    """Makes the global batch on the devices of all, of each process's own slice."""
    if not several():
        return jax.device_put(batch, sharding)
    return jax.tree.map(
        lambda x: jax.make_array_from_process_local_data(sharding, x), batch
    )


def local(tree: Tree) -> Tree:
    """Takes the tree on this process's devices alone; nothing is copied.

    Process 0 may compute with it (pictures, measures) while the others do not. All
    that is split lies within a process.
    """

    def of_leaf(leaf: Any) -> Any:
        if leaf.is_fully_addressable:
            return leaf
        sharding = NamedSharding(leaf.sharding.mesh.local_mesh, leaf.sharding.spec)
        return jax.make_array_from_single_device_arrays(
            leaf.shape, sharding, [shard.data for shard in leaf.addressable_shards]
        )

    return jax.tree.map(of_leaf, tree) if several() else tree


class Agreement:
    """Finds what all processes agree to do: the largest number that any proposes.

    Alone, a process agrees with itself at once. Among several, a call returns what was
    proposed by the call before it: that is computed by then, so nobody waits.
    """

    def __init__(self, batch: Sharding, whole: Sharding):
        """Prepares to agree.

        Args:
          batch: split over the devices of all processes.
          whole: on every one of them.
        """
        self._batch, self._size = batch, batch.num_devices // jax.process_count()
        self._largest = jax.jit(jnp.max, out_shardings=whole)
        self._answer: jax.Array | None = None

    def __call__(self, proposal: int) -> int:
        """Proposes a number, 0 for nothing; returns the largest."""
        if not several():
            return proposal
        part = np.full(self._size, proposal, np.int32)
        answer, self._answer = self._answer, self._largest(put(part, self._batch))
        return 0 if answer is None else int(answer)
