"""What Real-ESRGAN's degradation draws, and from which ranges."""

import dataclasses
import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.ranges import check_count, check_number
from jaxgan.degradation.blur_kernels import sinc_kernel
from jaxgan.degradation.checks import Range, check_range, check_shares
from jaxgan.degradation.random_blur import Blur, between, chosen, random_kernel
from jaxgan.degradation.resize import Mode, area, bicubic, bilinear


@dataclasses.dataclass(frozen=True)
class Stage:
    """The ranges of one pass of blur, resizing, noise and JPEG: those of the first."""

    blur: Blur = dataclasses.field(default_factory=Blur)
    """The kernel."""
    blur_probability: float = 1.0
    """How often it is used."""
    resize_shares: tuple[float, float, float] = (0.2, 0.7, 0.1)
    """How often pictures are enlarged, shrunk and kept; only the ratios count."""
    resize: Range = (0.15, 1.5)
    """Scales: from the least to 1 when shrunk, from 1 to the largest when enlarged."""
    gaussian: float = 0.5
    """How often the noise is Gaussian, in place of Poisson's."""
    sigma: Range = (1.0, 30.0)
    """Deviations of Gaussian noise, of 255."""
    poisson_scale: Range = (0.05, 3.0)
    """Factors of Poisson's noise."""
    gray: float = 0.4
    """How often the noise is gray."""
    quality: Range = (30.0, 95.0)
    """Qualities of JPEG."""

    def __post_init__(self) -> None:
        """Checks the ranges.

        Raises:
          ValueError: naming the field, if one cannot be.
        """
        for name in ("blur_probability", "gaussian", "gray"):
            check_number(name, getattr(self, name), least=0, most=1)
        names = ("enlarged", "shrunk", "kept")
        check_shares(
            {f"resize_shares {n}": s for n, s in zip(names, self.resize_shares)}
        )
        check_range("resize", self.resize, above=0)
        if not self.resize[0] <= 1 <= self.resize[1]:
            raise ValueError(f"resize: saw {self.resize}, wanted a range around 1")
        check_range("sigma", self.sigma, least=0)
        check_range("poisson_scale", self.poisson_scale, least=0)
        check_range("quality", self.quality, least=1, below=100)


@dataclasses.dataclass(frozen=True)
class SecondOrder:
    """The ranges of Real-ESRGAN's degradation, as published for its x4 networks.

    Wang et al. 2021 (arXiv 2107.10833), section 4.1, and the official options.
    """

    scale: int = 4
    """How many times smaller pictures become."""
    sharpening: float = 0.5
    """The weight of the unsharp mask that comes first; 0 leaves it out."""
    first: Stage = Stage()
    """The first stage, whose scales are of the picture."""
    second: Stage = Stage(
        blur=Blur(sigma=(0.2, 1.5)),
        blur_probability=0.8,
        resize_shares=(0.3, 0.4, 0.3),
        resize=(0.3, 1.2),
        sigma=(1.0, 25.0),
        poisson_scale=(0.05, 2.5),
    )
    """The second, whose scales are of the final size, and whose JPEG comes last or
    before the final resizing."""
    modes: tuple[Mode, ...] = (area, bilinear, bicubic)
    """How pictures are resized, all as likely."""
    final_sinc: float = 0.8
    """How often the last filter is a low-pass filter, in place of none."""
    final_sizes: tuple[int, ...] = (7, 9, 11, 13, 15, 17, 19, 21)
    """Its odd sides, all as likely."""
    final_cutoff: Range = (math.pi / 3, math.pi)
    """Its cut-offs, in radians per pixel."""
    jpeg_last: float = 0.5
    """How often JPEG comes after the final resizing and filter."""

    def __post_init__(self) -> None:
        """Checks the ranges.

        Raises:
          ValueError: naming the field, if one cannot be.
        """
        check_count("scale", self.scale)
        check_number("sharpening", self.sharpening, least=0)
        for name in ("final_sinc", "jpeg_last"):
            check_number(name, getattr(self, name), least=0, most=1)
        Blur(sizes=self.final_sizes, small_cutoff=self.final_cutoff)
        if not self.modes:
            raise ValueError("modes: saw none, wanted area, bilinear or bicubic")


class StageDraws(NamedTuple):
    """What one stage draws for a picture."""

    kernel: jax.Array
    scale: jax.Array
    mode: jax.Array
    gaussian: jax.Array
    sigma: jax.Array
    poisson_scale: jax.Array
    gray: jax.Array
    quality: jax.Array
    bits: jax.Array
    """Of its noise, uint32 [rows, columns, 3] of the canvas."""


class Draws(NamedTuple):
    """What is drawn for a picture."""

    first: StageDraws
    second: StageDraws
    mode: jax.Array
    """Of the final resizing."""
    filter: jax.Array
    """The last kernel."""
    jpeg_last: jax.Array


NUMBERS = 64
"""Uniform numbers of an example, of which fewer are used."""


def draws(
    key: jax.Array, ranges: SecondOrder, canvases: Sequence[tuple[int, int]]
) -> Draws:
    """Draws what happens to one picture, whose noise lies on two canvases.

    All bits are drawn at once: each further draw would take a second to compile.
    """
    areas = [3 * rows * columns for rows, columns in canvases]
    bits = jax.random.bits(key, (NUMBERS + sum(areas),))
    bits, *fields = jnp.split(bits, [NUMBERS, NUMBERS + areas[0]])
    fields = [field.reshape(*size, 3) for field, size in zip(fields, canvases)]
    numbers = iter(jnp.right_shift(bits, 8).astype(jnp.float32) * 2.0**-24)
    count = len(ranges.modes)
    first = _stage(numbers, fields[0], ranges.first, count)
    second = _stage(numbers, fields[1], ranges.second, count)
    mode = chosen(next(numbers), np.ones(count))
    width = max(ranges.final_sizes)
    sizes = jnp.asarray(np.array(ranges.final_sizes, np.int32))
    size = sizes[chosen(next(numbers), np.ones(len(ranges.final_sizes)))]
    cutoff = between(next(numbers), ranges.final_cutoff)
    ringing = next(numbers) < ranges.final_sinc
    kernel = sinc_kernel(size, cutoff, width=width)
    kernel = jnp.where(ringing, kernel, pulse(width))
    return Draws(first, second, mode, kernel, next(numbers) < ranges.jpeg_last)


def pulse(width: int) -> jax.Array:
    """Makes the kernel [width, width] that changes nothing."""
    return jnp.zeros((width, width)).at[width // 2, width // 2].set(1.0)


def _stage(
    numbers: Iterator[jax.Array], bits: jax.Array, stage: Stage, modes: int
) -> StageDraws:
    kernel = random_kernel(numbers, stage.blur)
    blurred = next(numbers) < stage.blur_probability
    way, unit = chosen(next(numbers), np.array(stage.resize_shares)), next(numbers)
    enlarged, shrunk = (
        between(unit, (1.0, stage.resize[1])),
        between(unit, (stage.resize[0], 1.0)),
    )
    return StageDraws(
        kernel=jnp.where(blurred, kernel, pulse(kernel.shape[0])),
        scale=jnp.where(way == 0, enlarged, jnp.where(way == 1, shrunk, 1.0)),
        mode=chosen(next(numbers), np.ones(modes)),
        gaussian=next(numbers) < stage.gaussian,
        sigma=between(next(numbers), stage.sigma),
        poisson_scale=between(next(numbers), stage.poisson_scale),
        gray=next(numbers) < stage.gray,
        quality=between(next(numbers), stage.quality),
        bits=bits,
    )
