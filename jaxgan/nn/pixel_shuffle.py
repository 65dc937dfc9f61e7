"""Pixels moved between channels and space, in PyTorch's order of channels."""

import jax

from jaxgan.core.explicit_mesh import along_batch
from jaxgan.core.ranges import check_count


def pixel_shuffle(x: jax.Array, factor: int) -> jax.Array:
    """Makes squares of pixels of channels: [B, H, W, C · f²] to [B, f·H, f·W, C].

    Shi et al. 2016 (arXiv 1609.05158), equation 4. Channel c · f² + i · f + j becomes
    channel c of row i and column j within the square, as in PyTorch's PixelShuffle.
    (TensorFlow's depth_to_space has C last.)

    Raises:
      ValueError: if f² does not divide the channels.
    """
    check_count("factor", factor)
    if x.shape[-1] % factor**2:
        raise ValueError(
            f"channels: saw {x.shape[-1]}, wanted a multiple of {factor**2}"
        )
    return x if factor == 1 else along_batch(lambda x: _shuffle(x, factor), x)


def _shuffle(x, factor):
    b, h, w, c = x.shape
    x = x.reshape(b, h, w, c // factor**2, factor, factor)
    return x.transpose(0, 1, 4, 2, 5, 3).reshape(b, h * factor, w * factor, -1)


def pixel_unshuffle(x: jax.Array, factor: int) -> jax.Array:
    """Inverts `pixel_shuffle`: [B, f·H, f·W, C] to [B, H, W, C · f²].

    Raises:
      ValueError: if f does not divide both sides.
    """
    check_count("factor", factor)
    h, w = x.shape[1:3]
    if h % factor or w % factor:
        raise ValueError(f"size: saw {h}×{w}, wanted sides that {factor} divides")
    return x if factor == 1 else along_batch(lambda x: _unshuffle(x, factor), x)


def _unshuffle(x, factor):
    b, h, w, c = x.shape
    x = x.reshape(b, h // factor, factor, w // factor, factor, c)
    return x.transpose(0, 1, 3, 5, 2, 4).reshape(b, h // factor, w // factor, -1)
