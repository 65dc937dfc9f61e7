"""Halving and doubling the size of images behind a blur, with margins that go on.

Zhang 2019 (arXiv 1904.11486), as in the authors' code and CUT's. Filters are those of
`jaxgan.nn.upfirdn`, but beyond its edge an image is mirrored or repeated.
"""

import jax

from jaxgan.nn.padding import reflect, replicate
from jaxgan.nn.upfirdn import resample_filter, upfirdn2d

DOWN = resample_filter([1.0, 2.0, 1.0])
UP = resample_filter([1.0, 3.0, 3.0, 1.0])


def blur_halve(x: jax.Array) -> jax.Array:
    """Every second pixel of the image filtered by [1, 2, 1], mirrored at its edge.

    The `Downsample` of CUT's code: [B, H, W, C] to [B, ⌈H / 2⌉, ⌈W / 2⌉, C].

    Raises:
      ValueError: if a side is a single pixel.
    """
    return upfirdn2d(reflect(x, 1), DOWN, down=2)


def blur_double(x: jax.Array) -> jax.Array:
    """Zeros between the pixels, filtered by [1, 3, 3, 1]; its edge is repeated.

    The `Upsample` of CUT's code: [B, H, W, C] to [B, 2H, 2W, C].
    """
    crop = ((0, -1), (0, -1))
    return upfirdn2d(replicate(x, 1), UP, up=2, pads=crop, gain=4.0)
