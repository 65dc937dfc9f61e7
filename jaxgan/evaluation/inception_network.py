"""The InceptionV3 of the Fréchet inception distance."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn
from jax import lax

from jaxgan.evaluation.extractor import to_levels
from jaxgan.evaluation.inception_blocks import (
    BlockA,
    BlockB,
    BlockC,
    BlockD,
    BlockE,
    Convolution,
    halved,
)
from jaxgan.evaluation.resize import resized

SIZE = 299
"""Pixels per side of what the network sees."""
CLASSES = 1008
"""Of the logits: more than ImageNet's thousand, as the graph was published."""


class Taps(NamedTuple):
    """What is read off the network, each [B, ...] float32.

    Attributes:
      early: [B, 64], tap '64': the mean over places after the first max pool.
      low: [B, 192], tap '192': the same after the second.
      middle: [B, 768], tap '768': before the last reduction.
      pool: [B, 2048], tap '2048': before the classifier; FID's.
      logits_unbiased: [B, 1008], without the classifier's bias; the inception score's.
      logits: [B, 1008], with it.
    """

    early: jax.Array
    low: jax.Array
    middle: jax.Array
    pool: jax.Array
    logits_unbiased: jax.Array
    logits: jax.Array


TAPS = dict(
    zip(("64", "192", "768", "2048", "logits_unbiased", "logits"), Taps._fields)
)
"""Names of the taps, as torch-fidelity has them, to fields of `Taps`."""


class Inception(nn.Module):
    """InceptionV3 as FID uses it. Szegedy et al. 2016 (arXiv 1512.00567).

    TensorFlow's graph of 5 December 2015, which Heusel et al. 2017 (arXiv 1706.08500)
    and all since have used. It differs from the paper and from later InceptionV3s:
    means do not count padding, the last block pools by maxima, there are 1008 logits,
    and images are resized by TensorFlow 1's bilinear rule. Parameters have the names of
    its ports to PyTorch; batch normalisation, now constant, is folded into them. With
    the same weights all taps are within 1e-6 of torch-fidelity's, of the largest value.
    """

    @nn.compact
    def __call__(self, images: jax.Array) -> Taps:
        """Reads off all taps.

        Args:
          images: [B, H, W, 1 or 3], uint8, or floats in [-1, 1], which are rounded to
            the 256 levels of a file first. Grey ones are repeated to three channels.
        """
        levels = to_levels(images)
        if levels.shape[-1] == 1:
            levels = jnp.repeat(levels, 3, axis=-1)
        x = (resized(levels, SIZE, SIZE) - np.float32(128.0)) / np.float32(128.0)
        early, low, middle, last = _maps(x)
        pool = last.mean((1, 2))
        logits_unbiased, logits = Classes(name="fc")(pool)
        early, low, middle = (tap.mean((1, 2)) for tap in (early, low, middle))
        return Taps(early, low, middle, pool, logits_unbiased, logits)


def _maps(x: jax.Array) -> tuple[jax.Array, ...]:
    """Maps [B, 299, 299, 3] to [B, H, W, C] at the four places of the taps."""
    x = Convolution(32, (3, 3), 2, name="Conv2d_1a_3x3")(x)
    x = Convolution(32, (3, 3), name="Conv2d_2a_3x3")(x)
    x = Convolution(64, (3, 3), padding="SAME", name="Conv2d_2b_3x3")(x)
    early = x = halved(x)
    x = Convolution(80, name="Conv2d_3b_1x1")(x)
    x = Convolution(192, (3, 3), name="Conv2d_4a_3x3")(x)
    low = x = halved(x)
    for name, pool_features in (("5b", 32), ("5c", 64), ("5d", 64)):
        x = BlockA(pool_features, name=f"Mixed_{name}")(x)
    x = BlockB(name="Mixed_6a")(x)
    for name, inner in (("6b", 128), ("6c", 160), ("6d", 160), ("6e", 192)):
        x = BlockC(inner, name=f"Mixed_{name}")(x)
    middle = x
    x = BlockD(name="Mixed_7a")(x)
    x = BlockE(name="Mixed_7b")(x)
    return early, low, middle, BlockE(largest=True, name="Mixed_7c")(x)


class Classes(nn.Module):
    """The last layer, without and with its bias."""

    @nn.compact
    def __call__(self, x: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Maps [B, 2048] to two [B, 1008]."""
        shape = (x.shape[-1], CLASSES)
        kernel = self.param("kernel", nn.initializers.lecun_normal(), shape)
        bias = self.param("bias", nn.initializers.zeros_init(), (CLASSES,))
        unbiased = jnp.dot(x, kernel, precision=lax.Precision.HIGHEST)
        return unbiased, unbiased + bias[None]
