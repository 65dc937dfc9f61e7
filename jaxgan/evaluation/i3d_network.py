"""The I3D of the Fréchet video distance."""

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn
from jax import lax

from jaxgan.evaluation.extractor import to_levels
from jaxgan.evaluation.resize import resized

SIZE = 224
"""Pixels per side of what the network sees."""
CLASSES = 400
"""Of Kinetics."""
LEAST_FRAMES = 9
"""Of a clip: fewer are one step where the network averages over two."""
MIXED = {
    "3b": (64, 96, 128, 16, 32, 32),
    "3c": (128, 128, 192, 32, 96, 64),
    "4b": (192, 96, 208, 16, 48, 64),
    "4c": (160, 112, 224, 24, 64, 64),
    "4d": (128, 128, 256, 24, 64, 64),
    "4e": (112, 144, 288, 32, 64, 64),
    "4f": (256, 160, 320, 32, 128, 128),
    "5b": (256, 160, 320, 32, 128, 128),
    "5c": (384, 192, 384, 48, 128, 128),
}
"""Features of the six convolutions of a block: b0, b1a, b1b, b2a, b2b, b3b."""
HALVED = {"4b": (3, 3, 3), "5b": (2, 2, 2)}
"""Windows of the maxima before a block, at every other place of time and space."""


class Inflated(nn.Module):
    """A convolution over time and space, normalised by what is folded in, and a ReLU.

    Attributes:
      features: how many come out.
      size: of its cube of frames and pixels.
      stride: in time and space. TensorFlow's `SAME`: of an odd number of zeros the
        greater half comes behind.
      rectified: whether a ReLU follows.
    """

    features: int
    size: int = 1
    stride: int = 1
    rectified: bool = True

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps [B, T, H, W, C] to [B, T', H', W', features]."""
        shape = (*[self.size] * 3, x.shape[-1], self.features)
        kernel = self.param("kernel", nn.initializers.he_normal(), shape)
        bias = self.param("bias", nn.initializers.zeros_init(), (self.features,))
        y = lax.conv_general_dilated(
            x,
            kernel,
            [self.stride] * 3,
            "SAME",
            dimension_numbers=("NTHWC", "THWIO", "NTHWC"),
            # Else GPUs and TPUs round the factors to fewer bits, and distances move.
            precision=lax.Precision.HIGHEST,
        )
        y = y + bias.reshape(1, 1, 1, 1, -1)
        return nn.relu(y) if self.rectified else y


def largest(
    x: jax.Array, window: tuple[int, int, int], stride: tuple[int, int, int]
) -> jax.Array:
    """Maxima over time and space, of what is in the clip: `SAME`."""
    return nn.max_pool(x, window, stride, "SAME")


class Mixed(nn.Module):
    """An inception block: 1, 3 and 3 pixels and frames wide, and maxima of 3.

    Attributes:
      features: of its six convolutions.
    """

    features: tuple[int, ...]

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps [B, T, H, W, C] to [B, T, H, W, b0 + b1b + b2b + b3b]."""
        b0, b1a, b1b, b2a, b2b, b3b = self.features
        one = Inflated(b1a, name="b1a")(x)
        two = Inflated(b2a, name="b2a")(x)
        pooled = largest(x, (3, 3, 3), (1, 1, 1))
        parts = [
            Inflated(b0, name="b0")(x),
            Inflated(b1b, 3, name="b1b")(one),
            Inflated(b2b, 3, name="b2b")(two),
            Inflated(b3b, name="b3b")(pooled),
        ]
        return jnp.concatenate(parts, axis=-1)


class I3D(nn.Module):
    """InceptionV1 inflated in time. Carreira & Zisserman 2017 (arXiv 1705.07750).

    As FVD uses it (Unterthiner et al. 2018, arXiv 1812.01717): the logits of 400
    actions, mean over time, of frames resized to 224 × 224 by TensorFlow 1's bilinear
    rule, in [-1, 1]. Parameters have the names of its ports to PyTorch; batch
    normalisation, now constant, is folded into them.
    """

    @nn.compact
    def __call__(self, clips: jax.Array) -> jax.Array:
        """Logits [B, 400] of clips.

        Args:
          clips: [B, T, H, W, 1 or 3], uint8, or floats in [-1, 1], which are rounded
            to the 256 levels of a file first. Grey ones are repeated to three channels.
        """
        count, frames, *frame = clips.shape
        levels = to_levels(clips).reshape(count * frames, *frame)
        x = resized(levels, SIZE, SIZE) / np.float32(127.5) - np.float32(1.0)
        if x.shape[-1] == 1:
            x = jnp.repeat(x, 3, axis=-1)
        x = x.reshape(count, frames, SIZE, SIZE, 3)
        x = Inflated(64, 7, 2, name="Conv3d_1a_7x7")(x)
        x = largest(x, (1, 3, 3), (1, 2, 2))
        x = Inflated(64, name="Conv3d_2b_1x1")(x)
        x = Inflated(192, 3, name="Conv3d_2c_3x3")(x)
        x = largest(x, (1, 3, 3), (1, 2, 2))
        for name, features in MIXED.items():
            if name in HALVED:
                x = largest(x, HALVED[name], (2, 2, 2))
            x = Mixed(features, name=f"Mixed_{name}")(x)
        x = x.mean((2, 3), keepdims=True)
        x = (x[:, 1:] + x[:, :-1]) * np.float32(0.5)
        logits = Inflated(CLASSES, rectified=False, name="logits")(x)
        return logits.mean((1, 2, 3))
