"""Real-ESRGAN's small generator, which computes at the source's size."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.core.ranges import check_count
from jaxgan.models.attributes import check_attributes
from jaxgan.models.restoration.layers import from_unit, he_init, to_unit
from jaxgan.models.restoration.srresnet import check_channels
from jaxgan.nn import Conv, Network, PReLU, pixel_shuffle, repeat, repeated


def rectified(x: jax.Array, slope: float | None, name: str) -> jax.Array:
    """Rectifies with a slope, or with learned ones; within a compact module."""
    if slope is None:
        return PReLU(x.dtype, name=name)(x)
    return nn.leaky_relu(x, slope)


class Rectified(nn.Module):
    """A convolution and a rectifier.

    Attributes:
      slope: see `SRVGGNetCompact`.
      dtype: of the computation.
    """

    slope: float | None
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array) -> tuple[jax.Array, None]:
        """Maps [B, H, W, C]."""
        conv = Conv(
            x.shape[-1], kernel_init=he_init(1.0), dtype=self.dtype, name="conv"
        )
        return rectified(conv(x), self.slope, "prelu"), None


class SRVGGNetCompact(Network):
    """Convolutions in a row, one pixel shuffle, and the source with repeated pixels.

    Of Wang et al. 2021 (arXiv 2107.10833), published with its code:
    realesr-general-x4v3 has 32 blocks, realesr-animevideov3 has 16. It computes within
    [0, 1], to which images are brought at its entry, and back at its exit; nothing is
    clipped. Kernels begin as He's, the last ones a tenth of it, so that the repeated
    source comes first; BasicSR has PyTorch's, of which every layer keeps two fifths of
    what varies in a picture, and twelve nothing: 3,000 steps then taught as good as
    nothing.

    Attributes:
      scale: by which sides grow, a whole number.
      channels: of the output; a source has as many, or one.
      width: features.
      blocks: convolutions of features.
      slope: of the rectifiers: learned per channel if None; BasicSR's relu has 0, its
        leakyrelu .1.
      dtype: of the computation.
    """

    scale: int = 4
    channels: int = 3
    width: int = 64
    blocks: int = 16
    slope: float | None = None
    dtype: Any = jnp.float32

    multiple = 1
    """Of which sides of sources must be multiples."""

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps images [B, H, W, C] to [B, scale · H, scale · W, channels].

        Raises:
          ValueError: if an attribute or the number of channels is not as wanted.
        """
        del given, context
        check_attributes(self)
        check_count("scale", self.scale)
        check_channels(value, self.channels)
        conv = functools.partial(Conv, dtype=self.dtype)
        source = x = to_unit(value.astype(self.dtype))
        x = conv(self.width, kernel_init=he_init(1.0), name="conv_first")(x)
        x = rectified(x, self.slope, "prelu_first")
        body = repeated(
            *(Rectified, self.blocks),
            **{"name": "body", "slope": self.slope, "dtype": self.dtype},
        )
        x = body(x)
        last = {"kernel_init": he_init(0.1), "name": "conv_last"}
        x = conv(self.channels * self.scale**2, **last)(x)
        x = pixel_shuffle(x, self.scale) + repeat(source, self.scale)
        return from_unit(x)
