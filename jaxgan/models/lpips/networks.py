"""The distance, and the part of AlexNet that it may look through."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.models.attributes import check_widths
from jaxgan.models.vgg import CONFIGURATIONS, VGG
from jaxgan.models.vgg.networks import DEVIATION, MEAN, check_size, standardized
from jaxgan.nn import Conv, Network

EPSILON = 1e-10
"""That is added to the lengths that features are divided by."""
SMALLEST = 31
"""Pixels per side below which nothing is left for AlexNet's last layers."""


class AlexNet(Network):
    """Five convolutions with ReLUs, as torchvision has them: 'One weird trick'.

    Krizhevsky 2014 (arXiv 1404.5997). Maps are called relu1 to relu5; 3×3 maxima at
    every other place follow the first two.

    Attributes:
      layers: the names of the maps to return, all five, in this order.
      widths: channels of every convolution.
      dtype: of the computation.
    """

    layers: Sequence[str] = ("relu1", "relu2", "relu3", "relu4", "relu5")
    widths: Sequence[int] = (64, 192, 384, 256, 256)
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(
        self, value: jax.Array, given: Any = (), context: Any = None
    ) -> dict[str, jax.Array]:
        """Maps images [B, H, W, 1 or 3] in [-1, 1] to float32 [B, H', W', C] by layer.

        Raises:
          ValueError: if the images have less than 31 pixels per side.
        """
        del given, context
        check_widths(self.widths)
        check_size(value, SMALLEST)
        x = standardized(value, MEAN, DEVIATION).astype(self.dtype)
        maps = []
        for place, width in enumerate(self.widths):
            size, stride, pad = ((11, 4, 2), (5, 1, 2), *[(3, 1, 1)] * 3)[place]
            if place in (1, 2):
                x = nn.max_pool(x, (3, 3), (2, 2))
            x = Conv(
                width,
                kernel_init=nn.initializers.he_normal(),
                dtype=self.dtype,
                size=size,
                stride=stride,
                padding=((pad, pad), (pad, pad)),
                name=f"conv{place + 1}",
            )(x)
            x = nn.relu(x)
            maps.append(x.astype(jnp.float32))
        return dict(zip(self.layers, maps))


class LPIPS(Network):
    """Learned perceptual image patch similarity: a distance between two images.

    d = Σ_l mean_hw Σ_c w_lc (f̂_lhwc - f̂'_lhwc)², where features f̂ are divided by their
    length over channels. Zhang et al. 2018 (arXiv 1801.03924), equation 1, but for the
    weights, which are outside of the square in version 0.1 of the official code. Its
    heads have dropout while they are trained, which here they never are.

    Attributes:
      trunk: makes the features; its parameters lie under 'trunk'.
      linear: whether there are heads w; without them all are 1, the official code's
        baseline.
      spatial: whether the distance is a map as large as the images, each layer's scaled
        up bilinearly, instead of the mean over places.
    """

    trunk: VGG | AlexNet
    linear: bool = True
    spatial: bool = False

    def __call__(
        self, value: jax.Array, given: jax.Array, context: Any = None
    ) -> jax.Array:
        """Distances of two sets of images, each of one to its partner.

        Nothing is random: `network.apply(variables, first, second)` is all.

        Args:
          value: [B, H, W, 1 or 3] in [-1, 1], float32. At least 16 pixels per side for
            VGG-16, and 31 for AlexNet.
          given: of the same shape.
          context: not looked at.

        Returns:
          [B], or [B, H, W] if spatial.

        Raises:
          ValueError: if shapes do not fit.
        """
        del context
        parts = list(self.per_layer(value, given).values())
        return sum(parts[1:], parts[0])

    @nn.compact
    def per_layer(self, value: jax.Array, given: jax.Array) -> dict[str, jax.Array]:
        """The summands of the distance, by layer."""
        if value.shape != given.shape:
            raise ValueError(
                f"given: saw shape {given.shape}, wanted {value.shape} as `value` has"
            )
        first, second = self.trunk(value), self.trunk(given)
        parts = {}
        for place, layer in enumerate(self.trunk.layers):
            squares = jnp.square(_directions(first[layer]) - _directions(second[layer]))
            if self.linear:
                ones = nn.initializers.constant(1.0 / squares.shape[-1])
                head = self.param(f"head{place}", ones, squares.shape[-1:], jnp.float32)
                squares = squares * head.reshape(1, 1, 1, -1)
            distances = jnp.sum(squares, axis=-1)
            if self.spatial:
                parts[layer] = jax.image.resize(distances, value.shape[:3], "bilinear")
            else:
                parts[layer] = jnp.mean(distances, axis=(1, 2))
        return parts


def _directions(features: jax.Array) -> jax.Array:
    """Features [B, H, W, C] over their lengths; constant where all are 0."""
    squares = jnp.sum(jnp.square(features), axis=-1, keepdims=True)
    some = squares > 0.0
    length = jnp.where(some, jnp.sqrt(jnp.where(some, squares, 1.0)), 0.0)
    return features / (length + EPSILON)


VGG16_LAYERS = ("relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3")


def vgg16(**options: Any) -> LPIPS:
    """LPIPS through VGG-16: what losses usually look through.

    Args:
      options: of `LPIPS`.
    """
    depths, widths = CONFIGURATIONS["vgg16"]
    return LPIPS(VGG(VGG16_LAYERS, depths, widths), **options)


def alexnet(**options: Any) -> LPIPS:
    """LPIPS through AlexNet: what publications usually report.

    Args:
      options: of `LPIPS`.
    """
    return LPIPS(AlexNet(), **options)
