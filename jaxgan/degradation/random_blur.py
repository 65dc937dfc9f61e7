"""Real-ESRGAN's random kernels of blur, from numbers in [0, 1)."""

import dataclasses
import math
from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.ranges import check_number
from jaxgan.degradation.blur_kernels import gaussian_kernel, plateau_kernel, sinc_kernel
from jaxgan.degradation.checks import Range, check_range, check_shares


@dataclasses.dataclass(frozen=True)
class KernelShares:
    """How often a kernel is of each kind; only the ratios count."""

    isotropic: float = 0.45
    anisotropic: float = 0.25
    generalized_isotropic: float = 0.12
    generalized_anisotropic: float = 0.03
    plateau_isotropic: float = 0.12
    plateau_anisotropic: float = 0.03

    def __post_init__(self) -> None:
        """Checks the shares.

        Raises:
          ValueError: naming the share, if one is negative, or none is positive.
        """
        check_shares(dataclasses.asdict(self))


@dataclasses.dataclass(frozen=True)
class Blur:
    """The ranges of a random kernel: those of Real-ESRGAN's first stage."""

    sizes: tuple[int, ...] = (7, 9, 11, 13, 15, 17, 19, 21)
    """Odd sides of a kernel, all as likely."""
    sinc: float = 0.1
    """How often the kernel is a low-pass filter that rings."""
    shares: KernelShares = KernelShares()
    """How often the others are of each kind."""
    sigma: Range = (0.2, 3.0)
    """Deviations, in pixels."""
    angle: Range = (-math.pi, math.pi)
    """Of anisotropic kernels, in radians."""
    generalized_beta: Range = (0.5, 4.0)
    """Exponents of generalized Gaussians, half of which are below 1."""
    plateau_beta: Range = (1.0, 2.0)
    """Exponents of plateaus, half of which are below 1, or 1 if none can be."""
    small_cutoff: Range = (math.pi / 3, math.pi)
    """Of low-pass filters of sides below 13, in radians per pixel."""
    large_cutoff: Range = (math.pi / 5, math.pi)
    """Of the others."""

    def __post_init__(self) -> None:
        """Checks the ranges.

        Raises:
          ValueError: naming the field, if one cannot be.
        """
        if not self.sizes or any(size < 1 or size % 2 == 0 for size in self.sizes):
            raise ValueError(f"sizes: saw {self.sizes}, wanted odd numbers")
        check_number("sinc", self.sinc, least=0, most=1)
        for name in ("sigma", "generalized_beta", "plateau_beta"):
            check_range(name, getattr(self, name), above=0)
        for name in ("small_cutoff", "large_cutoff"):
            check_range(name, getattr(self, name), above=0, most=math.pi)
        check_range("angle", self.angle)


SMALL = 13
"""The least side of a low-pass filter that may cut off more."""


def random_kernel(numbers: Iterator[jax.Array], blur: Blur) -> jax.Array:
    """Makes a kernel [K, K], K the largest size, from nine uniform numbers."""
    width = max(blur.sizes)
    sizes = jnp.asarray(np.array(blur.sizes, np.int32))
    size = sizes[chosen(next(numbers), np.ones(len(blur.sizes)))]
    ringing = next(numbers) < blur.sinc
    unit = next(numbers)
    cutoff = jnp.where(
        size < SMALL, between(unit, blur.small_cutoff), between(unit, blur.large_cutoff)
    )
    kind = chosen(next(numbers), np.array(dataclasses.astuple(blur.shares)))
    kernel = mixed_kernel(numbers, kind, size, blur)
    return jnp.where(ringing, sinc_kernel(size, cutoff, width=width), kernel)


def mixed_kernel(
    numbers: Iterator[jax.Array], kind: jax.Array, size: jax.Array | int, blur: Blur
) -> jax.Array:
    """Makes a kernel that has no ring, from five numbers.

    They say the deviations along both axes, the angle, whether the exponent is below 1,
    and the exponent; not all are of use for each kind.

    Args:
      numbers: in [0, 1).
      kind: the place of the kind in `KernelShares`; may be traced.
      size: odd.
      blur: the ranges; the kernel is as wide as its largest size.
    """
    width = max(blur.sizes)
    first, second = between(next(numbers), blur.sigma), next(numbers)
    anisotropic = kind % 2 == 1
    second = jnp.where(anisotropic, between(second, blur.sigma), first)
    angle = jnp.where(anisotropic, between(next(numbers), blur.angle), 0.0)
    low, unit = next(numbers) < 0.5, next(numbers)
    beta = jnp.where(
        kind < 4,
        _exponent(low, unit, blur.generalized_beta),
        _exponent(low, unit, blur.plateau_beta),
    )
    beta = jnp.where(kind < 2, 1.0, beta)
    options = size, (first, second), angle, beta
    flat = plateau_kernel(*options, width=width)
    return jnp.where(kind < 4, gaussian_kernel(*options, width=width), flat)


def between(unit: jax.Array, bounds: Range) -> jax.Array:
    """Brings a number in [0, 1) to a range."""
    return bounds[0] + (bounds[1] - bounds[0]) * unit


def chosen(unit: jax.Array, shares: np.ndarray) -> jax.Array:
    """Finds the place of a share that a number in [0, 1) falls on, an int32."""
    ends = np.cumsum(shares)[:-1] / np.sum(shares)
    return jnp.sum(unit >= jnp.asarray(ends, unit.dtype), dtype=jnp.int32)


def _exponent(low: jax.Array, unit: jax.Array, bounds: Range) -> jax.Array:
    below, above = between(unit, (bounds[0], 1.0)), between(unit, (1.0, bounds[1]))
    return jnp.where(low, below, above)
