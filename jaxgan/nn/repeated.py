"""Equal blocks one after the other."""

from collections.abc import Callable
from typing import Any

import jax
from flax import linen as nn

FEW = 4
"""So many blocks of tokens are written out: on one core, a step of an adversarial flow
model of four took 0.65 s of the processor so, 0.84 as a loop, and 7 of 30 s more to
compile. A loop collects what the gradient needs of each turn in one array for all."""


def repeated(
    block: type[nn.Module],
    count: int,
    rematerialize: bool = False,
    *,
    name: str,
    along: int | None = None,
    written_out: int = 1,
    **attributes: Any,
) -> Callable[..., jax.Array]:
    """Makes equal blocks one after the other, which are compiled once.

    It is a `lax.scan` over the blocks' variables, whose leaves have the number of
    blocks as their first axis. The numbers are those of blocks written out, and so, of
    convolutions, is the time of a step; but ESRGAN's 23 blocks and their gradient
    compile in as little time as one of them, where each one written out took half as
    long again.

    What is returned can be called several times, with the same variables.

    Args:
      block: maps (x, *others) to (x, None), with x of one shape.
      count: of the blocks; without any, the input is the output.
      rematerialize: keep only the blocks' inputs for the gradient, and compute the
        blocks once more there: less memory, up to a third more time.
      name: of the blocks in the tree of variables.
      along: an axis of the others, as long as there are blocks, of which each has its
        own part; None gives them whole to all.
      written_out: up to so many blocks are no loop: see `FEW`. Those that are
        rematerialised are one always, or the compiler would share what is computed
        twice.
      **attributes: of every block.
    """
    if not count:
        return lambda x, *others: x
    scan = nn.scan(
        nn.remat(block, prevent_cse=False) if rematerialize else block,
        variable_axes={True: 0},
        split_rngs={"params": True},
        in_axes=(  # pyright: ignore[reportArgumentType]
            nn.broadcast if along is None else along
        ),
        length=count,
        unroll=count if count <= written_out and not rematerialize else 1,
    )
    blocks = scan(**attributes, name=name)
    return lambda x, *others: blocks(x, *others)[0]
