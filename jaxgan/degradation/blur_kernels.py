"""Kernels of blur: Gaussians, flat and pointed; plateaus; low-pass filters."""

import jax
import jax.numpy as jnp
import numpy as np

POINTS = 96
"""Of the sum that is Bessel's function: exact in float32 for numbers up to 60."""


def gaussian_kernel(
    size: jax.Array | int,
    sigma: tuple[jax.Array | float, jax.Array | float],
    angle: jax.Array | float = 0.0,
    beta: jax.Array | float = 1.0,
    *,
    width: int | None = None,
) -> jax.Array:
    """Computes exp(-qᵝ / 2) with q = dᵀ Σ⁻¹ d: a Gaussian, or a generalized one.

    Σ has the deviations `sigma` (x, y) along axes turned by the angle. Real-ESRGAN:
    Wang et al. 2021 (arXiv 2107.10833), section 3.1.

    Args:
      size: odd; beyond it weights are 0. May be traced if the width is given.
      sigma: in pixels, along x, which runs over columns, and y; equal ones are
        isotropic.
      angle: in radians.
      beta: 1 is a Gaussian; less has a peak, more a flat top.
      width: of the kernel; the size, if None.

    Returns:
      [width, width], of sum 1.
    """
    return _normal(jnp.exp(-0.5 * _distance(size, sigma, angle, beta, width)), size)


def plateau_kernel(
    size: jax.Array | int,
    sigma: tuple[jax.Array | float, jax.Array | float],
    angle: jax.Array | float = 0.0,
    beta: jax.Array | float = 1.0,
    *,
    width: int | None = None,
) -> jax.Array:
    """Computes 1 / (1 + qᵝ), else as `gaussian_kernel`: [width, width], of sum 1."""
    return _normal(1.0 / (1.0 + _distance(size, sigma, angle, beta, width)), size)


def sinc_kernel(
    size: jax.Array | int, cutoff: jax.Array | float, *, width: int | None = None
) -> jax.Array:
    """Computes the circular low-pass filter ω J₁(ω r) / (2π r), which rings.

    Real-ESRGAN (arXiv 2107.10833), equation 6.

    Args:
      size: odd; beyond it weights are 0. May be traced if the width is given.
      cutoff: ω, in radians per pixel, up to π.
      width: of the kernel; the size, if None.

    Returns:
      [width, width], of sum 1.
    """
    offsets = _offsets(_width(size, width))
    distance = np.hypot(offsets[:, None], offsets[None, :])
    radii, places = np.unique(distance, return_inverse=True)
    radii = jnp.asarray(radii[1:], jnp.float32)
    cutoff = jnp.asarray(cutoff, jnp.float32)
    beside = cutoff * bessel_j1(cutoff * radii) / (2.0 * jnp.pi * radii)
    values = jnp.concatenate([(cutoff**2 / (4.0 * jnp.pi))[None], beside])
    return _normal(values[places.reshape(distance.shape)], size)


def bessel_j1(x: jax.Array) -> jax.Array:
    """Computes Bessel's J₁ of numbers [N] up to 60, to 1e-6.

    (1 / N) Σ cos(t - x sin t) over N points t of a circle: the sum is Bessel's integral
    but for functions of order N - 1 and more, which are 0 here.
    """
    angles = 2.0 * np.pi * np.arange(POINTS // 2 + 1) / POINTS
    shares = np.full(angles.shape, 2.0 / POINTS)  # t and -t have equal terms
    shares[[0, -1]] = 1.0 / POINTS
    sines, angles, shares = (
        jnp.asarray(a[None], x.dtype) for a in (np.sin(angles), angles, shares)
    )
    return jnp.sum(jnp.cos(angles - x[:, None] * sines) * shares, axis=-1)


def _width(size, width: int | None) -> int:
    if width is None:
        width = int(size)
    if width % 2 == 0 or (isinstance(size, int) and (size % 2 == 0 or size > width)):
        raise ValueError(
            f"size: saw {size} in a width of {width}, wanted odd numbers, the size at "
            "most the width"
        )
    return width


def _offsets(width: int) -> np.ndarray:
    return np.arange(width) - width // 2


def _distance(size, sigma, angle, beta, width) -> jax.Array:
    """qᵝ at every place, [width, width]."""
    offsets = jnp.asarray(_offsets(_width(size, width)), jnp.float32)
    x, y = offsets[None, :], offsets[:, None]
    angle = jnp.asarray(angle, jnp.float32)
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    along, across = (cos * x + sin * y) / sigma[0], (cos * y - sin * x) / sigma[1]
    square = along**2 + across**2
    return square ** jnp.asarray(beta, jnp.float32)


def _normal(kernel: jax.Array, size) -> jax.Array:
    """Weights within the size, over their sum."""
    offsets = _offsets(kernel.shape[0])
    reach = np.maximum(np.abs(offsets)[:, None], np.abs(offsets)[None, :])
    kernel = jnp.where(2 * reach < size, kernel, 0.0)
    return kernel / jnp.sum(kernel)
