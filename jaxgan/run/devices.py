"""Which devices a run uses, and how its batch and state lie on them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
from jax.sharding import (
    AxisType,
    Mesh,
    NamedSharding,
    PartitionSpec,
    SingleDeviceSharding,
)

from jaxgan.run.errors import RunError

Device = Any
"""A `jax.Device`, which type checkers do not accept as a type."""


class Placement(NamedTuple):
    """Shardings of a run.

    Attributes:
      count: the number of devices.
      batch: of a batch: split over the devices.
      state: of everything else: whole on every device.
      constraint: what `make_step` wants as `sharding`: None on a single device.
    """

    count: int
    batch: jax.sharding.Sharding
    state: jax.sharding.Sharding
    constraint: jax.sharding.Sharding | None


def place(count: int | None, batch_size: int, microbatches: int = 1) -> Placement:
    """Lays a run out on local devices.

    Args:
      count: how many devices. None: all of an accelerator's if they divide the batch,
        else one; on CPU one.
      batch_size: of the global batch.
      microbatches: parts of it, each of which is split over the devices.

    Raises:
      RunError: if there are not so many devices, or they do not divide the batch.
    """
    local = jax.local_devices()
    if count is None:
        everything = local[0].platform != "cpu"
        count = len(local) if everything else 1
        count = 1 if batch_size % (count * microbatches) else count
    if count < 1 or count > len(local):
        hint = "simulate devices on CPU with JAX_NUM_CPU_DEVICES=8"
        raise RunError(
            f"--devices: saw {count}, wanted 1 to {len(local)} (local devices)",
            hint if local[0].platform == "cpu" else "",
        )
    return place_over(local[:count], batch_size, microbatches)


def place_over(
    devices: Sequence[Device], batch_size: int, microbatches: int = 1
) -> Placement:
    """Lays a run out on these devices.

    Args:
      devices: local ones, or those of a topology to compile for.
      batch_size: of the global batch.
      microbatches: parts of it, each of which is split over the devices.

    Raises:
      RunError: if they do not divide the batch.
    """
    count = len(devices)
    part = count * microbatches
    if batch_size % part:
        among = f" with microbatches={microbatches}" if microbatches > 1 else ""
        nearest = max(1, round(batch_size / part)) * part
        raise RunError(
            f"{count} devices{among} do not divide the batch of {batch_size} examples",
            f"the nearest batch that they divide has {nearest}",
        )
    if count == 1:
        single = SingleDeviceSharding(devices[0])
        return Placement(1, single, single, None)
    mesh = _mesh(devices)
    batch = NamedSharding(mesh, PartitionSpec("data"))
    return Placement(count, batch, NamedSharding(mesh, PartitionSpec()), batch)


def _mesh(devices: Sequence[Device]) -> Mesh:
    names, types = ("data",), (AxisType.Auto,)
    first = devices[0].device_kind
    if first == "TPU v4" and any(getattr(d, "core_on_chip", 0) for d in devices):
        # As a target a v4 chip is two devices, which `make_mesh` refuses to order.
        return Mesh(np.asarray(devices), names, axis_types=types)
    return jax.make_mesh((len(devices),), names, axis_types=types, devices=devices)


def with_sharding(shapes: Any, sharding: jax.sharding.Sharding) -> Any:
    """The tree of shapes, all to lie as `sharding` says: a target to restore into."""
    return jax.tree.map(
        lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype, sharding=sharding), shapes
    )
