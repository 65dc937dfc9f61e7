"""The sizes of frames that MoCoGAN's networks can have."""

import math

BASE = 4
"""Pixels per side of the smallest maps; and frames that a kernel sees."""


def halvings(height: int, width: int) -> int:
    """How often the sides of a frame are halved until `BASE` pixels are left.

    Raises:
      ValueError: if the frame is no square of a power of two, from 8 on.
    """
    count = int(math.log2(height / BASE)) if height >= BASE else 0
    if height != width or count < 1 or height != BASE * 2**count:
        raise ValueError(
            f"size: saw {height}x{width}, wanted a square of a power of two from "
            f"{2 * BASE} on"
        )
    return count
