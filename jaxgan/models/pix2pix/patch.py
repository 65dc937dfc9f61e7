"""The discriminator that judges patches of pictures.

Isola et al. 2017 (arXiv 1611.07004), sections 3.2.2 and 6.1.2, as in the authors'
PyTorch code. By `halvings`, its `n_layers`, a logit sees so many pixels squared:

    0   1    `PixelDiscriminator`
    1   16
    2   34
    3   70   the published default
    4   142
    5   286
"""

from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.core.types import Verdict
from jaxgan.models.attributes import check_attributes
from jaxgan.models.pix2pix.layers import ONE, Norm, leaky, normalised
from jaxgan.models.pix2pix.unet import WIDEST
from jaxgan.nn import Conv, Network, blur_halve, normal_init
from jaxgan.nn.conv import Initializer


class Discriminator(Network):
    """[Conv 4×4/2, norm, LeakyReLU 0.2]*, the same without a stride, conv 4×4: logits.

    The first convolution has no norm. What is given is joined in front of the value, as
    channels. Without halvings, three convolutions 1×1 judge every pixel by itself, as
    in the authors' first code (n_layers 0 of their PyTorch code sees 16 pixels).

    Attributes:
      width: channels of the first map; they double, up to 8 times as many.
      halvings: convolutions that halve the size; see the table above.
      norm: see `Norm`.
      antialiased: convolve without a stride, then `blur_halve`: CUT's.
      kernel_init: of all kernels.
      dtype: of the computation; logits are float32.
    """

    width: int = 64
    halvings: int = 3
    norm: Norm = Norm.BATCH
    antialiased: bool = False
    kernel_init: Initializer = normal_init
    dtype: Any = jnp.float32

    @property
    def receptive_field(self) -> int:
        """The side of the square that a logit sees, in pixels, without blurs."""
        if not self.halvings:
            return 1
        side = 1
        for stride in (1, 1, *(2,) * self.halvings):
            side = (side - 1) * stride + 4
        return side

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> Verdict:
        """Maps pictures [B, H, W, C], and those given, to logits [B, H', W'].

        Raises:
          ValueError: if an attribute, a size or what is given is not as wanted.
        """
        check_attributes(self)
        x = _joined(value, given)
        least = 3 * 2**self.halvings if self.halvings else 1
        if min(x.shape[1:3]) < least:
            raise ValueError(
                f"size: saw {x.shape[1]}x{x.shape[2]}, wanted at least {least} along "
                f"each side, of which {self.halvings} halvings leave a logit"
            )
        shared = {"kernel_init": self.kernel_init, "dtype": self.dtype}

        def block(x: jax.Array, width: int, place: int, halve: bool) -> jax.Array:
            stride = 2 if halve and not self.antialiased else 1
            biased = not place or self.norm.biased
            layer = {"size": 4, "stride": stride, "padding": ONE}
            if not self.halvings:
                layer = {"size": 1}
            conv = Conv(width, use_bias=biased, **layer, **shared, name=f"conv_{place}")
            x = conv(x)
            if place:
                name = f"norm_{place}"
                x = normalised(self.norm, x, context, name, dtype=self.dtype)
            x = leaky(x)
            return blur_halve(x) if halve and self.antialiased else x

        for place in range(self.halvings):
            x = block(x, self.width * min(2**place, WIDEST), place, True)
        if self.halvings:
            width = self.width * min(2**self.halvings, WIDEST)
            x = block(x, width, self.halvings, False)
            last = {"size": 4, "padding": ONE}
        else:
            x = block(block(x, self.width, 0, False), 2 * self.width, 1, False)
            last = {"size": 1, "use_bias": self.norm.biased}
        logits = Conv(1, **last, **shared, name="logits")(x)
        return Verdict(logits[..., 0].astype(jnp.float32))


def _joined(value: jax.Array, given: Any) -> jax.Array:
    """What is judged, as one picture."""
    if isinstance(given, tuple) and not given:
        return value
    shape = getattr(given, "shape", None)
    if shape is None or shape[:-1] != value.shape[:-1]:
        seen = type(given).__name__ if shape is None else list(shape)
        raise ValueError(
            f"given: saw {seen}, wanted pictures of the size of those judged, "
            f"{list(value.shape)}, or ()"
        )
    return jnp.concatenate([jnp.asarray(given, value.dtype), value], axis=-1)
