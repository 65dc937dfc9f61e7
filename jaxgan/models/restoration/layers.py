"""What the networks of super-resolution share: ranges, first kernels, equal blocks."""

from collections.abc import Callable
from typing import Any

import jax
from flax import linen as nn

from jaxgan.nn import repeat
from jaxgan.nn.conv import Initializer

torch_init = nn.initializers.variance_scaling(1 / 3, "fan_in", "uniform")
"""U(±1 / √fan_in): PyTorch's own, of convolutions that BasicSR does not initialise.
Biases start at 0, where PyTorch draws them alike."""


def he_init(scale: float) -> Initializer:
    """He's normal kernels for ReLUs, times a scale: BasicSR's `default_init_weights`.

    He et al. 2015 (arXiv 1502.01852); the scale .1 is ESRGAN's (arXiv 1809.00219,
    section 3.1: smaller initialisation).
    """
    return nn.initializers.variance_scaling(2.0 * scale**2, "fan_in", "normal")


def to_unit(x: jax.Array) -> jax.Array:
    """Maps [-1, 1], in which we have images, to [0, 1], in which BasicSR has them."""
    return 0.5 * x + 0.5


def from_unit(x: jax.Array) -> jax.Array:
    """Maps [0, 1] to [-1, 1]; values beyond stay beyond."""
    return 2.0 * x - 1.0


def doubled(x: jax.Array, conv: nn.Module) -> jax.Array:
    """Repeats every pixel four times, convolves, and rectifies with slope .2."""
    return nn.leaky_relu(conv(repeat(x)), 0.2)


def repeated(
    block: type[nn.Module],
    count: int,
    rematerialize: bool = False,
    *,
    name: str,
    **attributes: Any,
) -> Callable[..., jax.Array]:
    """Makes equal blocks one after the other, which are compiled once.

    It is a `lax.scan` over the blocks' variables, whose leaves have the number of
    blocks as their first axis. The numbers are those of blocks written out, and so is
    the time of a step; but ESRGAN's 23 blocks and their gradient compile in as little
    time as one of them, where each one written out took half as long again.

    Args:
      block: maps (x, *others) to (x, None), with x of one shape.
      count: of the blocks; without any, the input is the output.
      rematerialize: keep only the blocks' inputs for the gradient, and compute the
        blocks once more there: less memory, up to a third more time.
      name: of the blocks in the tree of variables.
      **attributes: of every block.
    """
    if not count:
        return lambda x, *others: x
    scan = nn.scan(
        nn.remat(block, prevent_cse=False) if rematerialize else block,
        variable_axes={True: 0},
        split_rngs={"params": True},
        in_axes=nn.broadcast,  # pyright: ignore[reportArgumentType]
        length=count,
    )
    return lambda x, *others: scan(**attributes, name=name)(x, *others)[0]
