"""Which devices a run uses, and how its batch and state lie on them."""

from typing import Any, NamedTuple

import jax
from jax.sharding import AxisType, NamedSharding, PartitionSpec, SingleDeviceSharding

from jaxgan.run.errors import RunError


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
    if batch_size % (count * microbatches):
        raise RunError(
            f"--devices: saw {count}, which with microbatches={microbatches} does not "
            f"divide the batch of {batch_size} examples"
        )
    if count == 1:
        single = SingleDeviceSharding(local[0])
        return Placement(1, single, single, None)
    mesh = jax.make_mesh(
        (count,), ("data",), axis_types=(AxisType.Auto,), devices=local[:count]
    )
    batch = NamedSharding(mesh, PartitionSpec("data"))
    return Placement(count, batch, NamedSharding(mesh, PartitionSpec()), batch)


def with_sharding(shapes: Any, sharding: jax.sharding.Sharding) -> Any:
    """The tree of shapes, all to lie as `sharding` says: a target to restore into."""
    return jax.tree.map(
        lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype, sharding=sharding), shapes
    )
