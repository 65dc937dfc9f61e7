"""An activation at a higher rate than its input and output, between two filters."""

import jax
import numpy as np

from jaxgan.nn.activation import Activation, activate, leaky_relu
from jaxgan.nn.banded import resample
from jaxgan.nn.upfirdn import NO_PADS, Pads


def filtered_activation(
    x: jax.Array,
    bias: jax.Array | None = None,
    activation: Activation = leaky_relu,
    *,
    up_taps: np.ndarray | None = None,
    down_taps: np.ndarray | None = None,
    up: int = 1,
    down: int = 1,
    pads: Pads = NO_PADS,
    gain: float | None = None,
    clamp: float | None = None,
    flip: bool = False,
) -> jax.Array:
    """down(clip(gain · function(up(x + bias)), ±clamp)).

    Karras et al. 2021 (arXiv 2106.12423), section 3.2: between the pixels an activation
    makes frequencies that those cannot hold, which a low-pass filter takes out before
    they are sampled.

    Args:
      x: [B, H, W, C].
      bias: [C], in the dtype of `x`.
      activation: the function and its default gain.
      up_taps: the filter after up-sampling, [N] or [height, width]; None is one tap.
      down_taps: the filter before down-sampling, likewise.
      up: factor of both axes; brightness is kept.
      down: likewise.
      pads: zeros around the up-sampled image; negative numbers crop.
      gain: in place of the activation's default.
      clamp: bound of what is down-sampled, or None.
      flip: correlate with both filters.

    Returns:
      [B, (H · up + pads - taps + 2) // down, likewise, C], taps those of both filters,
      rounded up, in the dtype of `x`.

    Raises:
      ValueError: if the bias does not fit, or nothing is left of the image.
    """
    if bias is not None and bias.shape != (x.shape[-1],):
        raise ValueError(f"bias: saw {bias.shape}, wanted ({x.shape[-1]},)")
    x = x if bias is None else x + bias.reshape(1, 1, 1, -1)
    x = resample(x, up_taps, up=up, pads=pads, gain=float(up**2), flip=flip)
    x = activate(x, None, activation, gain=gain, clamp=clamp)
    return resample(x, down_taps, down=down, flip=flip)
