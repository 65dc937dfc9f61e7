"""What one pass knows of its surroundings: batch, keys, step and devices."""

import dataclasses
import zlib
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from jaxgan.core.explicit_mesh import whole
from jaxgan.core.frozen import FrozenNetworks


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class Context:
    """The surroundings of one pass through a network, a game or a term.

    Attributes:
      keys: [B] typed PRNG keys, one per example. They depend on the run's seed, the
        step, the turn and the example's place in the *global* batch, and so not on the
        number of devices, hosts or microbatches.
      batch: the batch as the data gave it (a tree of [B, ...] leaves), or `()`.
      step: int32 scalar.
      axis_name: the mapped device axis under `pmap` and `shard_map`, else None.
      train: False when sampling or evaluating.
      frozen: variables of frozen networks by name, to be read: see `State.frozen`.
    """

    keys: jax.Array
    batch: Any = ()
    step: jax.Array | int = 0
    axis_name: str | None = dataclasses.field(default=None, metadata={"static": True})
    train: bool = dataclasses.field(default=False, metadata={"static": True})
    frozen: FrozenNetworks = dataclasses.field(default_factory=FrozenNetworks)

    def draw(self, stream: str) -> jax.Array:
        """Keys [B] of one named stream; different names are independent."""
        return jax.vmap(jax.random.fold_in, in_axes=(0, None))(
            self.keys, stream_number(stream)
        )

    def fork(self, stream: str) -> "Context":
        """The same surroundings with independent keys."""
        return dataclasses.replace(self, keys=self.draw(stream))

    def thinned(self, count: int) -> "Context":
        """The surroundings of `count` examples, equally far apart, of the first on.

        Which they are does not depend on the number of devices, unless a device holds
        less than one.

        Raises:
          ValueError: if the number of examples is not a multiple of `count`.
        """
        size = self.keys.shape[0]
        if size == count:
            return self
        if count < 1 or size % count:
            raise ValueError(
                f"examples: saw {count}, wanted a divisor of {size} (per device and "
                "microbatch)"
            )
        keys, batch = jax.tree.map(
            lambda x: x[:: size // count], (self.keys, self.batch)
        )
        return dataclasses.replace(self, keys=keys, batch=batch)

    def mean(self, tree: Any) -> Any:
        """Mean over the leading axis and all devices.

        With `gather` the only collectives that a term may use.
        """
        return self.across_devices(jax.tree.map(lambda x: jnp.mean(x, axis=0), tree))

    def gather(self, numbers: jax.Array) -> jax.Array:
        """All devices' rows: [B, ...] to [devices · B, ...], in order.

        Gradients flow back to every device's own rows.
        """
        if self.axis_name is None:
            return whole(numbers)
        return lax.all_gather(numbers, self.axis_name, tiled=True)

    def all_rows(self, tree: Any) -> Any:
        """All devices' rows as constants: what kept memory is made of.

        Leaves [B, ...], keys too, become [devices · B, ...], in order, of which every
        device knows that all have the same: no bit changes, and no gradient flows.
        """

        def rows(x):
            if jnp.issubdtype(x.dtype, jax.dtypes.prng_key):
                data = rows(jax.random.key_data(x))
                return jax.random.wrap_key_data(data, impl=jax.random.key_impl(x))
            x = self.gather(lax.stop_gradient(x))
            # The largest of equals: `shard_map` cannot know that they are.
            return x if self.axis_name is None else lax.pmax(x, self.axis_name)

        return jax.tree.map(rows, tree)

    def value_and_grad(
        self, function: Callable[[Any], tuple[jax.Array, Any]]
    ) -> Callable[[Any], tuple[tuple[jax.Array, Any], Any]]:
        """`jax.value_and_grad(function, has_aux=True)` that is right on many devices.

        `function` must return a loss averaged by `Context.mean`. The gradient of that
        average is averaged once more: under `shard_map(check_vma=True)` that changes
        nothing, because the transposed mean has summed over devices already; under
        `pmap` and `check_vma=False` each device still holds its own part.
        """

        def value_and_grad(params):
            value, gradient = jax.value_and_grad(function, has_aux=True)(params)
            return value, self.across_devices(gradient)

        return value_and_grad

    def across_devices(self, tree: Any) -> Any:
        """Mean of replicated-to-be values over devices; other dtypes must agree."""
        if self.axis_name is None:
            return tree

        def average(x):
            if jnp.issubdtype(x.dtype, jnp.inexact):
                return lax.pmean(x, self.axis_name)
            return lax.pmax(x, self.axis_name)

        return jax.tree.map(average, tree)


def stream_number(name: str) -> int:
    """A stable 31-bit number for a name (Python's `hash` changes per process)."""
    return zlib.crc32(name.encode()) & 0x7FFFFFFF


def example_keys(key: jax.Array, count: int, axis_name: str | None = None) -> jax.Array:
    """Keys [count] by place in the global batch: `fold_in(key, index)`."""
    index = jnp.arange(count)
    if axis_name is not None:
        index = index + count * lax.axis_index(axis_name)
    return jax.vmap(jax.random.fold_in, in_axes=(None, 0))(key, index)
