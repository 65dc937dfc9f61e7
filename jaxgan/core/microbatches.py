"""Splitting a batch into parts, and averaging over them."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import lax

from jaxgan.core.explicit_mesh import along_batch
from jaxgan.core.types import Tree


def batch_size(batch: Tree, microbatches: int = 1) -> int:
    """The size of the leading axis.

    Raises:
      ValueError: if leaves disagree, there is no example, or the parts would not be
        equal.
    """
    sizes = {x.shape[:1] for x in jax.tree.leaves(batch)}
    if len(sizes) != 1 or () in sizes:
        raise ValueError(f"batch: saw leading axes {sizes}, wanted one size for all")
    ((size,),) = sizes
    if not size:
        raise ValueError("batch: saw 0 examples, wanted at least 1")
    if size % microbatches:
        raise ValueError(
            f"batch: saw {size} examples (per device), wanted a multiple of "
            f"microbatches={microbatches}"
        )
    return size


def mean_over_parts(
    function: Callable[[Tree, Tree], tuple[Tree, Tree]],
    kept: Tree,
    tree: Tree,
    parts: int,
) -> tuple[Tree, Tree]:
    """Mean of f over equal contiguous parts of the leading axis, one part at a time.

    Always a loop: written out, XLA computes the parts in any order, and holds the
    intermediate values of all of them at once.

    Args:
      function: f(kept, part) -> (kept, values to average). Of what is not a float the
        last part's is taken.
      kept: what the first part gets; every further one gets what the last one left.
      tree: of [B, ...] leaves.
      parts: how many; it divides B.
    """

    def divide(x):
        return x.reshape(parts, -1, *x.shape[1:])

    split = jax.tree.map(lambda x: along_batch(divide, x, axis=1), tree)
    first = jax.tree.map(lambda x: x[0], split)
    zeros = jax.tree.map(
        lambda x: jnp.zeros(x.shape, x.dtype), jax.eval_shape(function, kept, first)[1]
    )

    def add(carry, part):
        kept, total = carry
        kept, values = function(kept, part)
        return (
            kept,
            jax.tree.map(
                lambda a, b: (
                    a + b / parts if jnp.issubdtype(b.dtype, jnp.inexact) else b
                ),
                total,
                values,
            ),
        ), None

    return lax.scan(add, (kept, zeros), split)[0]
