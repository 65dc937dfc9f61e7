"""Images as tokens: square patches in rows, and where they lie."""

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.explicit_mesh import along_batch


def patches(x: jax.Array, size: int) -> jax.Array:
    """Cuts images [B, H, W, C] into tokens [B, H/size · W/size, size² · C].

    Tokens come row by row, and so do the pixels of each: [row, column, channel].

    Raises:
      ValueError: if the size divides a side not.
    """
    _, height, width, channels = x.shape
    rows, columns = grid(height, width, size)

    def cut(x):
        x = x.reshape(-1, rows, size, columns, size, channels)
        x = x.transpose(0, 1, 3, 2, 4, 5)
        return x.reshape(-1, rows * columns, size * size * channels)

    return along_batch(cut, x)


def from_patches(tokens: jax.Array, height: int, width: int, size: int) -> jax.Array:
    """The inverse of `patches`: images [B, height, width, C] of their tokens.

    Raises:
      ValueError: if there are not as many tokens as such an image has.
    """
    rows, columns = grid(height, width, size)
    channels = tokens.shape[2] // size**2
    if tokens.shape[1:] != (rows * columns, size**2 * channels):
        raise ValueError(
            f"tokens: saw {list(tokens.shape[1:])}, wanted {rows * columns} of "
            f"{size}² pixels"
        )

    def join(tokens):
        x = tokens.reshape(-1, rows, columns, size, size, channels)
        return x.transpose(0, 1, 3, 2, 4, 5).reshape(-1, height, width, channels)

    return along_batch(join, tokens)


def grid(height: int, width: int, size: int) -> tuple[int, int]:
    """Rows and columns of the patches of an image.

    Raises:
      ValueError: if the size divides a side not.
    """
    if size < 1 or height % size or width % size:
        raise ValueError(
            f"patch: saw {size}, wanted a divisor of the sides {height} and {width}"
        )
    return height // size, width // size


def sinusoidal_positions(rows: int, columns: int, features: int) -> jax.Array:
    """Vectors [rows · columns, features] that tell where a token is, never trained.

    Half of the features tell the column and half the row, each by sin(p ωᵢ) and then
    cos(p ωᵢ) with ωᵢ = 10000^(-4i / features): Dosovitskiy et al. 2021 (arXiv
    2010.11929), appendix D.4, as DiT (arXiv 2212.09748) has them.

    Raises:
      ValueError: if features are not a multiple of 4.
    """
    if features < 4 or features % 4:
        raise ValueError(f"features: saw {features}, wanted a multiple of 4")
    count = features // 4
    frequencies = 10_000.0 ** (-np.arange(count) / count)

    def along(places):
        angles = places.reshape(-1, 1) * frequencies
        return [np.sin(angles), np.cos(angles)]

    row, column = np.indices((rows, columns), np.float64)
    return jnp.asarray(
        np.concatenate([*along(column), *along(row)], axis=1), jnp.float32
    )
