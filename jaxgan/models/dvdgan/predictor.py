"""DVD-GAN-FP: what follows some frames."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.core.explicit_mesh import along_batch
from jaxgan.models.attributes import check_attributes, check_widths
from jaxgan.models.biggan.layers import Normalisation
from jaxgan.models.dvdgan.generator import Decoder, first_map
from jaxgan.models.dvdgan.layers import DiscriminatorBlock
from jaxgan.nn import Conv, Network, PowerIteration


class Predictor(Network):
    """Given frames -> a residual encoder -> the first states of all ConvGRUs.

    Clark et al. 2019 (arXiv 1907.06571), section 3.3. Every given frame is encoded by
    itself; at each size the maps of all of them are joined, over time, as channels, and
    a convolution 3×3 and a ReLU make the state that the ConvGRU of that size begins
    with. Noise makes the first map, and conditions all norms. Frames of any size that
    the blocks can halve will do, and not square ones only.

    For `games.paired.PairedGame`: the source are the given frames, the value those that
    follow.

    Attributes:
      frames: that are made.
      widths: channels of the first map and after every doubling; the encoder has them
        too.
      spectral: how singular values are estimated.
      dtype: of the computation.
    """

    frames: int = 12
    widths: Sequence[int] = (1024, 1024, 1024, 512, 256)
    spectral: PowerIteration = PowerIteration()
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps frames [B, T', H, W, C] and noise [B, Z] to clips [B, T, H, W, C].

        Raises:
          ValueError: if an attribute, the frames or the noise are not as wanted.
        """
        check_attributes(self)
        check_widths(self.widths)
        _check(value, given, 2 ** (len(self.widths) - 1))
        how = Normalisation(self.spectral, dtype=self.dtype)
        x, states = value.astype(self.dtype), []
        for place, width in enumerate(reversed(self.widths[:-1])):
            options = {"first": not place, "how": how}
            x = DiscriminatorBlock(width, name=f"encoder_{place}", **options)(
                x, context.train
            )
            joined = along_batch(_as_channels, x)
            conv = Conv(width, name=f"state_{place}", **how.kernels)
            states.insert(0, nn.relu(conv(joined, context.train)))
        noise = jnp.asarray(given, self.dtype)
        shape = (*x.shape[2:4], self.widths[0])
        decoder = Decoder(
            value.shape[-1], self.frames, self.widths, how, name="decoder"
        )
        return decoder(first_map(noise, shape, context, how), noise, states, context)


def _as_channels(x: jax.Array) -> jax.Array:
    """[B, T, H, W, C] as [B, H, W, T · C]."""
    return jnp.moveaxis(x, 1, 3).reshape(*x.shape[:1], *x.shape[2:4], -1)


def _check(value: jax.Array, given: Any, unit: int) -> None:
    if value.ndim != 5 or any(side % unit for side in value.shape[2:4]):
        raise ValueError(
            f"source: saw {list(value.shape)}, wanted given frames [B, T, H, W, C] "
            f"with sides that are multiples of {unit}"
        )
    shape = getattr(given, "shape", ())
    if len(shape) != 2 or shape[0] != value.shape[0]:
        raise ValueError(
            f"noise: saw {list(shape)}, wanted [{value.shape[0]}, Z]: a game with a "
            "`noise_size`"
        )
