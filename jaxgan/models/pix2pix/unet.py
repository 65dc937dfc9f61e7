"""The U-Net that maps pictures to pictures.

Isola et al. 2017 (arXiv 1611.07004), section 6.1.1, as in the authors' PyTorch code:
`halvings` of 8 and 7 are its unet_256 and unet_128.
"""

from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.models.attributes import check_attributes
from jaxgan.models.pix2pix.layers import ONE, Norm, check_sides, leaky, normalised
from jaxgan.nn import Conv, ConvTranspose, Dropout, Network, normal_init
from jaxgan.nn.conv import Initializer

WIDEST = 8
"""The most times `width` that a map has channels."""
PLAIN = 4
"""So many of the outer levels, and the innermost, drop nothing out."""


class Generator(Network):
    """[Conv 4×4/2, norm, LeakyReLU 0.2]* -> [ConvTranspose 4×4/2, norm, ReLU]*, tanh.

    Every map on the way up is joined to that of its size on the way down. The outermost
    map and the innermost on the way down have no norm. Dropout is the only noise, and
    follows the norms of the inner maps on the way up, but the innermost.

    The authors apply the network as they train it, one picture at a time: with dropout,
    and with batch statistics that are those of the picture. So are the defaults here,
    whatever the batch. Their `--eval` is `dropout_at_use=False, own_at_use=False`. With
    fewer than five halvings their code makes five.

    Attributes:
      channels: of the picture that is made.
      width: channels of the outermost map; they double inwards, up to 8 times as many.
      halvings: levels, at least 2; sides must be multiples of 2^halvings.
      norm: see `Norm`.
      dropout: the probability.
      dropout_at_use: whether to drop outside of training too.
      own_at_use: whether batch normalisation takes every picture's own statistics
        outside of training, instead of the running ones.
      kernel_init: of all kernels.
      dtype: of the computation; the picture is float32.
    """

    channels: int = 3
    width: int = 64
    halvings: int = 8
    norm: Norm = Norm.BATCH
    dropout: float = 0.5
    dropout_at_use: bool = True
    own_at_use: bool = True
    kernel_init: Initializer = normal_init
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps pictures [B, H, W, C] to [B, H, W, channels] in [-1, 1].

        Raises:
          ValueError: if an attribute or the size is not as wanted.
        """
        check_attributes(self)
        del given
        levels = self.halvings
        if levels < 2:
            raise ValueError(f"halvings: saw {levels}, wanted at least 2")
        unit = 2**levels
        check_sides(value, unit, unit, f"the network halves them {levels} times")
        widths = [self.width * min(2**level, WIDEST) for level in range(levels)]
        inner = range(PLAIN, levels - 1)
        layer = {
            "size": 4,
            "stride": 2,
            "padding": ONE,
            "kernel_init": self.kernel_init,
            "dtype": self.dtype,
        }

        def norm(x: jax.Array, name: str) -> jax.Array:
            options = {"own_at_use": self.own_at_use, "dtype": self.dtype}
            return normalised(self.norm, x, context, name, **options)

        x, maps = value, []
        for level, width in enumerate(widths):
            biased = self.norm.biased
            x = Conv(width, use_bias=biased, **layer, name=f"down_{level}")(x)
            if 0 < level < levels - 1:
                x = norm(x, f"down_norm_{level}")
            maps.append(x)
            x = leaky(x)
        x = maps.pop()
        for level in reversed(range(1, levels)):
            biased = self.norm.biased
            up = ConvTranspose(
                widths[level - 1], use_bias=biased, **layer, name=f"up_{level}"
            )
            x = norm(up(nn.relu(x)), f"up_norm_{level}")
            if level in inner:
                name = f"dropout_{level}"
                x = Dropout(self.dropout, self.dropout_at_use, name=name)(x, context)
            x = jnp.concatenate([maps.pop(), x], axis=-1)
        x = ConvTranspose(self.channels, **layer, name="up_0")(nn.relu(x))
        return jnp.tanh(x.astype(jnp.float32))
