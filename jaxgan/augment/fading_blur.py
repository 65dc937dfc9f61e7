"""A blur in front of the discriminator that fades out as training goes on."""

import functools
import math

import jax
import jax.numpy as jnp
from jax import lax

from jaxgan.core.context import Context
from jaxgan.core.ranges import check_count, check_number
from jaxgan.core.types import Augment, Sample, Tree

LEAST = 1 / 3
"""The deviation from which on a filter has more than one tap."""


def fading_blur(deviation: float = 10.0, steps: int = 6250) -> Augment:
    """Blurs what the discriminator sees by σ max(1 - t / steps, 0) pixels at step t.

    The filter has taps exp2(-(x / σ)²), |x| ≤ ⌊3σ⌋, brought to sum 1; zeros are around
    the image. StyleGAN3-R (Karras et al. 2021, arXiv 2106.12423, appendix D.2, and its
    code): without it, training may collapse at its beginning, when the discriminator
    sees high frequencies that the generator cannot yet make. The official code fades it
    over 200,000 images where batches are 32, and as many steps for any other batch.

    Args:
      deviation: σ of the first step.
      steps: after which there is none; it costs nothing then.

    Raises:
      ValueError: if a number is out of range.
    """
    check_number("deviation", deviation, least=0)
    check_count("steps", steps)
    reach = math.floor(3 * deviation)

    def apply(state: Tree, sample: Sample, context: Context) -> Sample:
        del state
        step = jnp.asarray(context.step, jnp.float32)
        now = deviation * jnp.maximum(1.0 - step / steps, 0.0)

        def blur(value):
            return jax.tree.map(lambda x: blurred(x, now, reach), value)

        value = lax.cond(now >= LEAST, blur, lambda value: value, sample.value)
        return sample._replace(value=value)

    return Augment(apply=apply)


def blurred(x: jax.Array, deviation: jax.Array, reach: int) -> jax.Array:
    """Images [B, H, W, C] after the filter of a deviation of `LEAST` or more.

    Args:
      x: the images.
      deviation: in pixels.
      reach: taps to either side, at most.
    """
    deviation = jnp.maximum(deviation, LEAST)
    size = jnp.floor(3 * deviation)

    def taps(offsets):
        weight = jnp.exp2(-jnp.square(offsets / deviation))
        return jnp.where(jnp.abs(offsets) <= size, weight, 0.0)

    total = jnp.sum(taps(jnp.arange(-reach, reach + 1, dtype=jnp.float32)))

    def along(side):
        place = jnp.arange(side, dtype=jnp.float32)
        # A product with what an axis becomes: the number of taps changes with time.
        return (taps(place[:, None] - place[None]) / total).astype(x.dtype)

    exact = functools.partial(jnp.einsum, precision=lax.Precision.HIGHEST)
    rows, columns = map(along, x.shape[1:3])
    return exact("wx,bhxc->bhwc", columns, exact("hy,byxc->bhxc", rows, x))
