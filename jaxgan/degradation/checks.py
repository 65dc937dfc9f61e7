"""What pictures and ranges must be."""

import jax

from jaxgan.core.ranges import check_number

Range = tuple[float, float]
"""The least and the largest value of a uniform number."""


def check_target(target: jax.Array, scale: int, channels: int | None = None) -> None:
    """Checks that pictures are [B, H, W, C], of sides that a scale divides.

    Raises:
      ValueError: naming the shape that was seen and what is wanted, if they are not.
    """
    shape = target.shape
    fits = len(shape) == 4 and not (shape[1] % scale or shape[2] % scale)
    if not fits or (channels and shape[3] != channels):
        raise ValueError(
            f"target: saw shape {shape}, wanted [B, H, W, {channels or 'C'}], "
            f"H and W multiples of {scale} (crop, or resize)"
        )


def check_range(name: str, bounds: Range, **limits: float) -> None:
    """Checks that a range has two numbers within limits, the smaller first.

    Raises:
      ValueError: naming it and what is wanted, if it has not.
    """
    if len(bounds) != 2 or bounds[0] > bounds[1]:
        raise ValueError(f"{name}: saw {bounds}, wanted (least, largest)")
    for bound in bounds:
        check_number(name, bound, **limits)


def check_shares(shares: dict[str, float]) -> None:
    """Checks that shares are not negative, and not all 0.

    Raises:
      ValueError: naming the share, if one is.
    """
    for name, share in shares.items():
        check_number(name, share, least=0)
    if not sum(shares.values()):
        raise ValueError(f"{', '.join(shares)}: saw only 0, wanted a positive number")
