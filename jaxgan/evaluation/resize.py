"""TensorFlow 1's bilinear resizing, which FID is defined with."""

import jax
import jax.numpy as jnp
import numpy as np


def resized(images: jax.Array, height: int, width: int) -> jax.Array:
    """TensorFlow 1's `resize_bilinear` without `align_corners`: [B, height, width, C].

    Row i of the result lies at i · H / height of the image, in float32, between the row
    above and the row below, of which the last is repeated. Neither half a pixel nor the
    scale of a reduction is taken into account: reduced images are aliased, as they have
    been in every published FID.
    """
    images = _between(images, width, axis=2)
    return _between(images, height, axis=1)


def _between(images: jax.Array, size: int, axis: int) -> jax.Array:
    """Linear interpolation along one axis."""
    last = images.shape[axis] - 1
    scale = np.float32(images.shape[axis] / size)
    places = np.arange(size, dtype=np.float32) * scale
    lower = places.astype(np.int32)
    upper = np.minimum(lower + 1, last)
    share = (places - lower.astype(np.float32)).reshape(-1, *[1] * (3 - axis))
    low, high = (jnp.take(images, rows, axis=axis) for rows in (lower, upper))
    return low + (high - low) * share[(None,) * axis]
