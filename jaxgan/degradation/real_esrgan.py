"""Real-ESRGAN's degradation of pictures: random, of second order, from keys."""

import math
from collections.abc import Callable

import jax
import jax.numpy as jnp

from jaxgan.core.explicit_mesh import along_batch
from jaxgan.degradation.bicubic import Degrade
from jaxgan.degradation.checks import check_target
from jaxgan.degradation.correlation import correlate
from jaxgan.degradation.jpeg import MACROBLOCK, jpeg
from jaxgan.degradation.noise import gaussian_noise, normal_numbers, poisson_noise
from jaxgan.degradation.resize import Mode, multiply
from jaxgan.degradation.second_order import Draws, SecondOrder, StageDraws, draws
from jaxgan.degradation.unsharp_mask import unsharp_mask

Size = tuple[jax.Array, ...]
"""The traced height and width of what of a canvas is a picture."""

Noise = Callable[[jax.Array, StageDraws, jax.Array], jax.Array]
"""noise(picture, draws, valid [H, W, 1]) -> the picture with its noise, in [0, 1]."""


def real_esrgan_degradation(ranges: SecondOrder | None = None) -> Degrade:
    """Makes a function that degrades pictures as Real-ESRGAN's training does.

    f(keys [B], target [B, H, W, 3]) -> [B, H / scale, W / scale, 3], in [-1, 1]: what
    happens to a picture depends on its key alone. It is compiled once per shape: a
    picture of random size lies in the corner of a canvas that has room for the largest;
    resizing is a product with matrices made from traced sizes; filters reflect, JPEG
    fills, and noise counts at the edges of the picture, not of the canvas.

    Of each picture the distribution is that of the official code, but that

    - that draws scale, mode, the kind of noise, whether the second blur happens, and
      when JPEG comes, for all pictures of a batch, and has a queue of 180 pairs for it;
      here all of it is drawn for each picture, and there is no queue;
    - there the pictures of a batch share one field of gray noise;
    - there 400 pixels are degraded, of which 256 are cut out afterwards, as `with_crop`
      does; without it edges of the target are edges, too, when filters reflect it;
    - pictures may be small: filters reflect to and fro, where official code fails;
    - sizes are rounded down from float32.

    Pixels and features of Real-ESRGAN are compared with targets that `sharpen` made.

    Args:
      ranges: of all that is drawn; the published ones, if None.

    Raises:
      ValueError: of f, if sides are not multiples of the scale, or C is not 3.
    """
    ranges = ranges or SecondOrder()

    def one(target: jax.Array, key: jax.Array) -> jax.Array:
        drawn = draws(key, ranges, canvases(target.shape[:2], ranges))
        return 2.0 * degraded(0.5 * (target + 1.0), drawn, ranges) - 1.0

    @jax.jit
    def degrade(keys: jax.Array, target: jax.Array) -> jax.Array:
        check_target(target, ranges.scale, channels=3)
        target = target.astype(jnp.float32)
        return along_batch(jax.vmap(one), target, keys)

    return degrade


def canvases(
    size: tuple[int, ...], ranges: SecondOrder
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Computes (rows, columns) that the largest picture of each stage needs.

    They are whole blocks of JPEG.
    """

    def canvas(scale: float) -> tuple[int, int]:
        rows, columns = (
            MACROBLOCK * math.ceil(max(1, math.floor(side * scale)) / MACROBLOCK)
            for side in size
        )
        return rows, columns

    last = ranges.second.resize[1] / ranges.scale
    return canvas(ranges.first.resize[1]), canvas(last)


def random_noise(picture: jax.Array, drawn: StageDraws, valid: jax.Array) -> jax.Array:
    """Adds Gaussian or Poisson's noise, whichever was drawn, from the same bits."""
    scale, gray = drawn.poisson_scale, drawn.gray
    photons = poisson_noise(picture, drawn.bits, scale, gray, valid)
    normal = normal_numbers(jnp.where(gray, drawn.bits[..., :1], drawn.bits))
    grains = gaussian_noise(picture, normal, drawn.sigma)
    return jnp.where(drawn.gaussian, grains, photons)


def degraded(
    picture: jax.Array, drawn: Draws, ranges: SecondOrder, noise: Noise = random_noise
) -> jax.Array:
    """Degrades one picture [H, W, 3] in [0, 1] by what was drawn for it.

    Returns:
      [H // scale, W // scale, 3], rounded to the 256 values of a byte.
    """
    height, width = picture.shape[:2]
    final = height // ranges.scale, width // ranges.scale
    large, small = canvases((height, width), ranges)
    if ranges.sharpening:
        picture = unsharp_mask(picture, ranges.sharpening)
    picture = correlate(picture, drawn.first.kernel)
    scale = drawn.first.scale
    size = _side(height * scale), _side(width * scale)
    steps = 1.0 / scale, 1.0 / scale
    whole = jnp.int32(height), jnp.int32(width)
    picture = _resized(
        picture, ranges.modes, drawn.first.mode, whole, size, steps, large
    )
    picture = _masked(noise(picture, drawn.first, _valid(size, large)), size)
    picture = jpeg(picture, drawn.first.quality)

    picture = correlate(picture, drawn.second.kernel, size)
    last, scale = size, drawn.second.scale
    size = tuple(_side(side / ranges.scale * scale) for side in (height, width))
    picture = _fitted(picture, ranges.modes, drawn.second.mode, last, size, small)
    picture = _masked(noise(picture, drawn.second, _valid(size, small)), size)

    quality, last = drawn.second.quality, size
    early = jnp.where(drawn.jpeg_last, picture, jpeg(picture, quality))
    size = jnp.int32(final[0]), jnp.int32(final[1])
    picture = _fitted(early, ranges.modes, drawn.mode, last, size, final)
    picture = correlate(picture, drawn.filter)
    late = jpeg(jnp.clip(picture, 0.0, 1.0), quality)
    picture = jnp.where(drawn.jpeg_last, late, picture)
    return jnp.clip(jnp.round(255.0 * picture), 0.0, 255.0) / 255.0


def _side(length: jax.Array) -> jax.Array:
    return jnp.maximum(jnp.floor(length).astype(jnp.int32), 1)


def _fitted(picture, modes: tuple[Mode, ...], mode, last: Size, size, canvas):
    """Resizes to a size, whose pixels lie as far apart as both sizes say."""
    steps = [a.astype(jnp.float32) / b.astype(jnp.float32) for a, b in zip(last, size)]
    return _resized(picture, modes, mode, last, size, steps, canvas)


def _resized(picture, modes: tuple[Mode, ...], mode, last, size, steps, canvas):
    """Resizes what is in a corner of one canvas to a corner of another: 0 around it."""
    matrices = []
    for axis in range(2):
        options = last[axis], size[axis], steps[axis]
        shape = picture.shape[axis], canvas[axis]
        choices = [weights(*options, *shape) for weights in modes]
        matrices.append(
            jax.lax.select_n(mode, *choices) if len(modes) > 1 else choices[0]
        )
    return multiply(picture, *matrices)


def _valid(size: Size, canvas: tuple[int, ...]) -> jax.Array:
    rows, columns = (jnp.arange(n) < side for n, side in zip(canvas, size))
    return (rows[:, None] & columns[None])[..., None]


def _masked(picture: jax.Array, size: Size) -> jax.Array:
    """A picture that is black beyond its size, as JPEG fills it."""
    return jnp.where(_valid(size, picture.shape[:2]), picture, 0.0)
