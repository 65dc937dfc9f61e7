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


def along_batch(
    function: Callable[..., Any], x: jax.Array, *others: jax.Array, axis: int = 0
) -> Any:
    """Calls a function whose results lie as its first operand's first axis does.

    Args:
      function: f(x, *others) -> a tree of arrays.
      x: [B, ...].
      others: how they lie does not matter.
      axis: of the results that lies so; 0 if they are [B, ...].
    """
    axes = explicit_axes(jax.typeof(x))
    if not axes:
        return function(x, *others)
    lying = _sharding(x, axis)
    return jax.sharding.auto_axes(function, axes=axes, out_sharding=lying)(x, *others)


def lying_alike(tree: Any, x: jax.Array) -> Any:
    """Lays a tree of [B, ...] over the Explicit axes that an array [B, ...] is on."""
    return jax.sharding.reshard(tree, _sharding(x, 0)) if is_split(x) else tree


def whole(x: jax.Array) -> jax.Array:
    """Lays an array [B, ...] over no Explicit axis: every device has all examples."""
    if not is_split(x):
        return x
    sharding = jax.typeof(x).sharding
    return jax.sharding.reshard(x, sharding.update(spec=P(None, *sharding.spec[1:])))


def is_split(x: jax.Array) -> bool:
    """Tells whether the examples of an array [B, ...] lie over Explicit axes."""
    return any(jax.typeof(x).sharding.spec[:1])


def _sharding(x: jax.Array, axis: int) -> NamedSharding:
    """Of arrays whose `axis` lies as the first of x does."""
    sharding = jax.typeof(x).sharding
    return NamedSharding(sharding.mesh, P(*[None] * axis, *sharding.spec[:1]))
