"""Halving the size of images behind a blur, which sees them mirrored at their edge.

Zhang 2019 (arXiv 1904.11486), as in CUT's code. Its other half, which doubles, is
`jaxgan.nn.double`.
"""

import jax

from jaxgan.nn.padding import reflect
from jaxgan.nn.upfirdn import resample_filter, upfirdn2d

TAPS = 1.0, 2.0, 1.0
_FILTER = resample_filter(TAPS)


def blur_halve(x: jax.Array) -> jax.Array:
    """Every second pixel of the image filtered by [1, 2, 1] / 4, mirrored at its edge.

    The `Downsample` of CUT's code: [B, H, W, C] to [B, ⌈H / 2⌉, ⌈W / 2⌉, C].

    Raises:
      ValueError: if a side is a single pixel.
    """
    return upfirdn2d(reflect(x, 1), _FILTER, down=2)
