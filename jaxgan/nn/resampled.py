"""Convolutions that change the size of their input without aliasing."""

import jax
import numpy as np

from jaxgan.nn import filtered
from jaxgan.nn.conv import conv, conv_transpose
from jaxgan.nn.filtered import Plan
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
from jaxgan.nn.varying import vary_alike


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
    known = _numbers(taps) if isinstance(taps, np.ndarray) and taps.ndim == 1 else ()
    if down > 1:
        around = added_pads(
            pads_below(filter_size(taps), (down, down)), [(edge, edge)] * 2
        )
        if known:
            correlated = known if flip else known[::-1]
            plan = Plan(x.shape[1:3], size, down, correlated, around)
            return filtered.forward(plan, *vary_alike(x, kernel))
        x = upfirdn2d(x, taps, pads=around, flip=flip)
        return conv(x, kernel, down, "VALID")
    # The transposed convolution is larger by the kernel's margins already.
    spare = (edge - (size - 1), edge - (size - up))
    around = added_pads(pads_above(filter_size(taps), (up, up)), [spare] * 2)
    kernel = kernel.swapaxes(2, 3)
    if known:
        margin, sides = len(known) - 1, tuple(up * n for n in x.shape[1:3])
        back = added_pads([(margin, margin)] * 2, [(-a, -b) for a, b in around])
        plan = Plan(sides, size, up, known[::-1] if flip else known, back)
        return filtered.image_gradient(plan, *vary_alike(x, up**2 * kernel))
    x = conv_transpose(x, kernel, up, "VALID")
    return upfirdn2d(x, taps, pads=around, gain=float(up**2), flip=flip)


def _numbers(taps: np.ndarray) -> tuple[float, ...]:
    return tuple(map(float, taps))
