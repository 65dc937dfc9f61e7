"""Which devices a run uses, and how its batch and state lie on them."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
from jax.sharding import (
    AxisType,
    Mesh,
    NamedSharding,
    PartitionSpec,
    Sharding,
    SingleDeviceSharding,
)

from jaxgan.core.types import Players, State
from jaxgan.run.errors import RunError

Device = Any
"""A `jax.Device`, which type checkers do not accept as a type."""

LARGE = 2**16
"""Elements from which on a leaf is split over the devices of the `model` axis."""


class Placement(NamedTuple):
    """Holds the shardings of a run.

    Attributes:
      count: the number of devices, over all processes.
      batch: of a batch: split over the devices, or groups of them.
      whole: of what is whole on every device.
      constraint: what `make_step` wants as `sharding`: None on a single device.
      mesh: of the devices, [data, model]; None on a single device.
      microbatches: parts of the batch, each of which is split over the devices.
    """

    count: int
    batch: Sharding
    whole: Sharding
    constraint: Sharding | None
    mesh: Mesh | None
    microbatches: int = 1

    @property
    def platform(self) -> str:
        """Names the kind of the devices: 'cpu', 'gpu', 'tpu'."""
        return next(iter(self.whole.device_set)).platform

    def batches(self, runs: int, *, stacked: bool = False) -> Sharding:
        """Shards the batch of so many runs: [B, ...], or [runs, B, ...].

        Args:
          runs: how many.
          stacked: of the batches of several steps: with one more axis, the first.
        """
        if self.mesh is None:
            return self.batch
        before = (runs > 1) + stacked
        return NamedSharding(self.mesh, PartitionSpec(*(None,) * before, "data"))

    def state(self, shapes: State) -> State:
        """Shards every leaf of a state."""
        if self.mesh is None:
            return jax.tree.map(lambda _: self.whole, shapes)
        return state_sharding(shapes, self.mesh)


def place(
    count: int | None, batch_size: int, microbatches: int = 1, model_parallel: int = 1
) -> Placement:
    """Lays a run out on the devices of all processes.

    Args:
      count: how many of each process. None: all with several processes or model
        parallelism; else all of an accelerator's if they divide the batch, else one; on
        CPU one.
      batch_size: of the global batch.
      microbatches: parts of it, each of which is split over the devices.
      model_parallel: neighbouring devices that share large leaves of the state.

    Raises:
      RunError: if there are not so many devices, or they do not divide.
    """
    local, processes = jax.local_devices(), jax.process_count()
    if count is None:
        alone = processes == model_parallel == 1
        odd = batch_size % (len(local) * microbatches) > 0
        count = 1 if alone and (local[0].platform == "cpu" or odd) else len(local)
    if count < 1 or count > len(local):
        hint = "simulate devices on CPU with JAX_NUM_CPU_DEVICES=8"
        raise RunError(
            f"--devices: saw {count}, wanted 1 to {len(local)} (local devices)",
            hint if local[0].platform == "cpu" else "",
        )
    if count % model_parallel:
        raise RunError(
            f"--model-parallel: saw {model_parallel}, which does not divide the "
            f"{count} devices" + (" of each process" if processes > 1 else "")
        )
    chosen = _chosen(local, count)
    return place_over(chosen, batch_size, microbatches, model_parallel)


def place_over(
    devices: Sequence[Device],
    batch_size: int,
    microbatches: int = 1,
    model_parallel: int = 1,
) -> Placement:
    """Lays a run out on these devices.

    Args:
      devices: of all processes, or those of a topology to compile for.
      batch_size: of the global batch.
      microbatches: parts of it, each of which is split over the devices.
      model_parallel: neighbouring devices that share large leaves of the state; divides
        their number.

    Raises:
      RunError: if they, or the microbatches, do not divide the batch.
    """
    groups = len(devices) // model_parallel
    among = f" in groups of {model_parallel}" if model_parallel > 1 else ""
    _check_division(f"{len(devices)} devices{among}", groups, batch_size, microbatches)
    if len(devices) == 1:
        single = SingleDeviceSharding(devices[0])
        return Placement(1, single, single, None, None, microbatches)
    mesh = _mesh(devices, (groups, model_parallel))
    batch = NamedSharding(mesh, PartitionSpec("data"))
    whole = NamedSharding(mesh, PartitionSpec())
    return Placement(len(devices), batch, whole, batch, mesh, microbatches)


def _check_division(
    devices: str, groups: int, batch_size: int, microbatches: int
) -> None:
    part = groups * microbatches
    if batch_size % part == 0:
        return
    nearest = max(1, round(batch_size / part)) * part
    if batch_size % groups == 0:
        where = f"each of {devices}" if groups > 1 else "the batch"
        raise RunError(
            f"--microbatches: saw {microbatches}, wanted a divisor of the "
            f"{batch_size // groups} examples of {where}",
            f"the nearest batch that it divides has {nearest}",
        )
    raise RunError(
        f"{devices} do not divide the batch of {batch_size} examples",
        f"the nearest batch that they divide has {nearest}",
    )


def _chosen(local: Sequence[Device], count: int) -> list[Device]:
    """Chooses the first devices of every process, one process after the other."""
    if jax.process_count() == 1:
        return list(local[:count])
    chosen = []
    for process in range(jax.process_count()):
        group = [d for d in jax.devices() if d.process_index == process]
        chosen += sorted(group, key=lambda device: device.id)[:count]
    return chosen


def _mesh(devices: Sequence[Device], shape: tuple[int, int]) -> Mesh:
    axes, auto = ("data", "model"), (AxisType.Auto, AxisType.Auto)
    # `make_mesh` may reorder devices for speed: a process's examples would then be no
    # contiguous slice of the batch, and a group might span two processes. It refuses to
    # order TPU v4, of which, as a target to compile for, a chip is two devices.
    halves = any(getattr(device, "core_on_chip", 0) for device in devices)
    if jax.process_count() > 1 or (halves and devices[0].device_kind == "TPU v4"):
        return Mesh(np.array(devices).reshape(shape), axes, axis_types=auto)
    return jax.make_mesh(shape, axes, axis_types=auto, devices=devices)


def state_sharding(shapes: State, mesh: Mesh) -> State:
    """Shards every leaf of a state over a mesh with the axes `data` and `model`.

    Parameters, optimizer states and the average's parameters that have at least `LARGE`
    elements are split over `model`, along their longest axis that it divides (the first
    of equals). All else is whole on every device.

    Args:
      shapes: the state, or its shapes.
      mesh: of the devices.
    """

    def whole(tree: Any) -> Any:
        return jax.tree.map(lambda _: NamedSharding(mesh, PartitionSpec()), tree)

    def split(tree: Any) -> Any:
        return jax.tree.map(
            lambda x: NamedSharding(mesh, _split(x.shape, mesh.shape["model"])), tree
        )

    def of_player(variables: Any) -> Any:
        return {**whole(variables), "params": split(variables["params"])}

    return whole(shapes)._replace(
        variables=Players(*map(of_player, shapes.variables)),
        opt_state=split(shapes.opt_state),
        ema=of_player(shapes.ema),
    )


def _split(shape: tuple[int, ...], parts: int) -> PartitionSpec:
    sizes = [size if size % parts == 0 else 0 for size in shape]
    if parts == 1 or math.prod(shape) < LARGE or not any(sizes):
        return PartitionSpec()
    axis = int(np.argmax(sizes))
    return PartitionSpec(*(None,) * axis, "model")


def with_sharding(shapes: Any, shardings: Any) -> Any:
    """Adds shardings (a tree, or one for all) to a tree of shapes."""
    if isinstance(shardings, Sharding):
        one = shardings
        shardings = jax.tree.map(lambda _: one, shapes)
    return jax.tree.map(
        lambda x, sharding: jax.ShapeDtypeStruct(x.shape, x.dtype, sharding=sharding),
        shapes,
        shardings,
    )
