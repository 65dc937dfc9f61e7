"""Convolutions that change the size of their input without aliasing."""

import jax

from jaxgan.nn.conv import conv, conv_transpose
from jaxgan.nn.upfirdn import (
    Filter,
    added_pads,
    downsample2d,
    filter_size,
    pads_above,
    pads_below,
    upfirdn2d,
    upsample2d,
)


def resampled_conv(
    x: jax.Array,
    kernel: jax.Array,
    taps: Filter | None = None,
    *,
    up: int = 1,
    down: int = 1,
    flip: bool = False,
) -> jax.Array:
    """A convolution at, above or below the size of its input, without aliasing.

    Up: zeros in between, then the *turned* kernel (the transposed convolution), then
    the filter. Down: the filter, then the kernel with a stride. No convolution runs
    over zeros, or makes pixels that are then left out.

    Args:
      x: [B, H, W, C].
      kernel: [size, size, C, features], of odd size.
      taps: the filter, when the size changes.
      up: factor, or `down`; one of them is 1.
      down: likewise.
      flip: correlate with the filter.

    Raises:
      ValueError: for another kernel, a missing filter, or both factors.
    """
    size = kernel.shape[0]
    if not size % 2 or kernel.shape[1] != size:
        raise ValueError(f"kernel: saw {kernel.shape[:2]}, wanted an odd square")
    if up > 1 and down > 1:
        raise ValueError(f"up, down: saw {up} and {down}, wanted one of them to be 1")
    if up == down == 1:
        return conv(x, kernel)
    if taps is None:
        raise ValueError("taps: saw None, wanted the filter to change the size with")
    if size == 1:
        if down > 1:
            return conv(downsample2d(x, taps, down, flip=flip), kernel)
        return upsample2d(conv(x, kernel), taps, up, flip=flip)
    edge = size // 2
    if down > 1:
        around = added_pads(
            pads_below(filter_size(taps), (down, down)), [(edge, edge)] * 2
        )
        x = upfirdn2d(x, taps, pads=around, flip=flip)
        return conv(x, kernel, down, "VALID")
    # The transposed convolution is larger by the kernel's margins already.
    spare = (edge - (size - 1), edge - (size - up))
    around = added_pads(pads_above(filter_size(taps), (up, up)), [spare] * 2)
    x = conv_transpose(x, kernel.swapaxes(2, 3), up, "VALID")
    return upfirdn2d(x, taps, pads=around, gain=float(up**2), flip=flip)
