"""Functions of a batch under a mesh with Explicit axes, where types say how arrays lie.

Of few reshapes and gathers JAX tells how the result lies. The functions here are left
to the compiler's propagation, but for the batch: results lie as it does. Without such
axes nothing changes.
"""

from collections.abc import Callable
from typing import Any

import jax
from jax.sharding import AxisType, NamedSharding
from jax.sharding import PartitionSpec as P


def explicit_axes(*types: Any) -> tuple[str, ...]:
    """Finds the Explicit axes of the meshes that arrays of some types lie on."""
    meshes = (x.sharding.mesh for x in types)
    axes = (pair for mesh in meshes for pair in zip(mesh.axis_names, mesh.axis_types))
    return tuple({axis: None for axis, kind in axes if kind == AxisType.Explicit})


def along_batch(function: Callable[..., Any], x: jax.Array, *others: jax.Array) -> Any:
    """Calls a function whose results [B, ...] lie as its first operand [B, ...] does."""
    sharding = jax.typeof(x).sharding
    axes = explicit_axes(jax.typeof(x))
    if not axes:
        return function(x, *others)
    lying = NamedSharding(sharding.mesh, P(*sharding.spec[:1]))
    return jax.sharding.auto_axes(function, axes=axes, out_sharding=lying)(x, *others)
