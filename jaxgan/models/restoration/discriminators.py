"""Discriminators of SRGAN, ESRGAN and Real-ESRGAN; they see the output alone."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.core.types import Verdict
from jaxgan.models.attributes import check_attributes
from jaxgan.models.restoration.layers import to_unit
from jaxgan.nn import BatchNorm, Conv, Dense, Network, PowerIteration, double
from jaxgan.nn.conv import torch_init

SLOPE = 0.2
AROUND = ((1, 1), (1, 1))
POWER = PowerIteration(both=True)
"""As PyTorch keeps spectral vectors, so that evaluation divides by the same σ."""


class VGGDiscriminator(Network):
    """ESRGAN's: pairs of convolutions, each of which halves the size, down to 4×4.

    Wang et al. 2018 (arXiv 1809.00219) as in BasicSR's VGGStyleDiscriminator, for
    images of one size: 128 is published. Widths double up to 8 times the first. Images
    are brought to [0, 1] at its entry.

    Attributes:
      size: of the images, along either side: 4 times a power of two, from 8 on.
      width: features of the first convolution.
      hidden: features of the dense layer before the logit.
      dtype: of the computation.
    """

    size: int = 128
    width: int = 64
    hidden: int = 100
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> Verdict:
        """Maps images [B, size, size, C] to logits [B].

        Raises:
          ValueError: if the size or an attribute is not as wanted.
        """
        del given
        check_attributes(self)
        stages = (self.size // 4).bit_length() - 1
        if self.size < 8 or self.size != 4 * 2**stages:
            raise ValueError(f"size: saw {self.size}, wanted 8, 16, 32, ...")
        check_square(value, self.size)
        conv = functools.partial(Conv, kernel_init=torch_init, dtype=self.dtype)
        x = to_unit(value.astype(self.dtype))
        for stage in range(stages):
            width = self.width * min(2**stage, 8)
            first = conv(width, use_bias=not stage, name=f"conv{stage}_0")
            x = first(x)
            if stage:
                x = BatchNorm(dtype=self.dtype, name=f"norm{stage}_0")(x, context)
            x = nn.leaky_relu(x, SLOPE)
            halve = functools.partial(conv, size=4, stride=2, padding=AROUND)
            x = halve(width, use_bias=False, name=f"conv{stage}_1")(x)
            x = BatchNorm(dtype=self.dtype, name=f"norm{stage}_1")(x, context)
            x = nn.leaky_relu(x, SLOPE)
        dense = functools.partial(Dense, kernel_init=torch_init, dtype=self.dtype)
        x = x.reshape(x.shape[0], -1)
        x = nn.leaky_relu(dense(self.hidden, name="linear1")(x), SLOPE)
        return Verdict(dense(1, name="linear2")(x)[:, 0], x)


class SRGANDiscriminator(Network):
    """SRGAN's: eight 3×3 convolutions, every second of which halves the size.

    Ledig et al. 2017 (arXiv 1609.04802), figure 4; the paper's images have 96 pixels.
    Logits are before the sigmoid. Images stay in [-1, 1].

    Attributes:
      size: of the images, along either side.
      width: features of the first convolution.
      hidden: features of the dense layer before the logit.
      dtype: of the computation.
    """

    size: int = 96
    width: int = 64
    hidden: int = 1024
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> Verdict:
        """Maps images [B, size, size, C] to logits [B].

        Raises:
          ValueError: if the size or an attribute is not as wanted.
        """
        del given
        check_attributes(self)
        check_square(value, self.size)
        x = value.astype(self.dtype)
        for place in range(8):
            conv = Conv(
                *(self.width * 2 ** (place // 2), not place, False, torch_init),
                dtype=self.dtype,
                stride=1 + place % 2,
                padding=AROUND,
                name=f"conv{place}",
            )
            x = conv(x)
            if place:
                x = BatchNorm(dtype=self.dtype, name=f"norm{place}")(x, context)
            x = nn.leaky_relu(x, SLOPE)
        dense = functools.partial(Dense, kernel_init=torch_init, dtype=self.dtype)
        x = x.reshape(x.shape[0], -1)
        x = nn.leaky_relu(dense(self.hidden, name="linear1")(x), SLOPE)
        return Verdict(dense(1, name="linear2")(x)[:, 0], x)


class UNetDiscriminator(Network):
    """Real-ESRGAN's: a U-Net with spectral normalisation, and a logit per pixel.

    Wang et al. 2021 (arXiv 2107.10833), section 3.4, as in BasicSR's
    UNetDiscriminatorSN: maps are enlarged bilinearly, and skips are added. Kernels are
    normalised but those of the first and the last convolution. Images are brought to
    [0, 1] at its entry.

    Attributes:
      width: features of the first convolution.
      skips: whether maps on the way down are added on the way up.
      dtype: of the computation.
    """

    width: int = 64
    skips: bool = True
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> Verdict:
        """Maps images [B, H, W, C] to logits [B, H, W].

        Raises:
          ValueError: if the sides are no multiples of 8, or the width is not as wanted.
        """
        del given
        check_attributes(self)
        h, w = value.shape[1:3]
        if h % 8 or w % 8:
            raise ValueError(f"size: saw {h}×{w}, wanted sides that 8 divides")
        shared = {"kernel_init": torch_init, "dtype": self.dtype}

        def rectified(x, width, place, **options):
            conv = Conv(width, False, POWER, **shared, **options, name=f"conv{place}")
            return nn.leaky_relu(conv(x, context.train), SLOPE)

        x = to_unit(value.astype(self.dtype))
        x = nn.leaky_relu(Conv(self.width, **shared, name="conv0")(x), SLOPE)
        down = [x]
        for place in (1, 2, 3):
            halving = {"size": 4, "stride": 2, "padding": AROUND}
            x = rectified(x, self.width * 2**place, place, **halving)
            down.append(x)
        for place in (4, 5, 6):
            skip = down[6 - place]
            x = rectified(double(x), skip.shape[-1], place)
            x = x + skip if self.skips else x
        for place in (7, 8):
            x = rectified(x, self.width, place)
        return Verdict(Conv(1, **shared, name="conv9")(x)[..., 0])


def check_square(value: jax.Array, size: int) -> None:
    """Checks that images are of the one size that a dense layer is made for.

    Raises:
      ValueError: if they are not.
    """
    h, w = value.shape[1:3]
    if (h, w) != (size, size):
        raise ValueError(f"size: saw {h}×{w}, wanted {size}×{size}")
