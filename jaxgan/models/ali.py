"""Networks of the joint game for points and images: encoders, and who judges pairs.

After Dumoulin et al. 2017 (arXiv 1606.00704), appendix A: the discriminator looks at
the value and at the code by themselves first, then at both; dropout of 0.2; encoders
draw from a normal distribution. Layers and sizes are those of `models.dcgan` and
`models.toy`, whose generators go with them.
"""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.core.types import Verdict
from jaxgan.models import toy
from jaxgan.models.attributes import check_attributes
from jaxgan.models.dcgan import SLOPE, scale_init, sizes
from jaxgan.nn import BatchNorm, Conv, Dense, Dropout, Network, normal, normal_init


class Code(nn.Module):
    """Features -> z = μ + exp(log σ) ε with ε ~ N(0, 1), or z itself.

    The slope goes through the draw (Kingma and Welling 2014, arXiv 1312.6114, section
    2.4); ALI's official code too has the logarithm of the deviation for its output.

    Attributes:
      size: Z.
      stochastic: whether codes are drawn (ALI) or computed (BiGAN).
      kernel_init: initializer.
      dtype: of the computation; codes are float32.
    """

    size: int
    stochastic: bool = True
    kernel_init: Any = normal_init
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array, context: Context) -> jax.Array:
        """Maps features [B, F] to codes [B, Z]; draws from the stream 'code'."""
        parts = 2 if self.stochastic else 1
        dense = Dense(parts * self.size, kernel_init=self.kernel_init, dtype=self.dtype)
        numbers = dense(x).astype(jnp.float32)
        if not self.stochastic:
            return numbers
        mean, log_deviation = jnp.split(numbers, 2, axis=1)
        noise = normal(context.draw("code"), (self.size,))
        return mean + jnp.exp(log_deviation) * noise


class PointEncoder(Network):
    """Point -> [Dense, BatchNorm, ReLU]* -> code: `toy.Generator` the other way.

    Attributes:
      latent_size: Z.
      widths: of the hidden layers.
      stochastic: as of `Code`.
      normalise: whether to use batch normalisation.
      kernel_init: initializer of every layer.
      dtype: of the computation.
    """

    latent_size: int
    widths: Sequence[int] = (400, 400, 400, 400)
    stochastic: bool = True
    normalise: bool = True
    kernel_init: Any = normal_init
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps points [B, D] to codes [B, Z]."""
        check_attributes(self)
        del given
        shared = {"kernel_init": self.kernel_init, "dtype": self.dtype}
        x = value
        for width in self.widths:
            x = Dense(width, use_bias=not self.normalise, **shared)(x)
            if self.normalise:
                x = BatchNorm(momentum=0.95, dtype=self.dtype)(x, context)
            x = nn.relu(x)
        return Code(self.latent_size, self.stochastic, **shared)(x, context)


class PointDiscriminator(Network):
    """Pairs of a point and its code, side by side, for `toy.Discriminator`.

    Attributes:
      widths: of the hidden layers, after the maximum.
      pieces: linear pieces per unit.
      kernel_init: initializer of every layer.
      dtype: of the computation.
    """

    widths: Sequence[int] = (200, 200, 200)
    pieces: int = 5
    kernel_init: Any = normal_init
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, value: Any, given: Any, context: Context) -> Verdict:
        """Maps {'x': points [B, D], 'z': codes [B, Z]} to logits [B]."""
        check_attributes(self)
        pair = jnp.concatenate([value["x"], value["z"]], axis=-1)
        judge = toy.Discriminator(
            self.widths, self.pieces, self.kernel_init, self.dtype
        )
        return judge(pair, given, context)


class Encoder(Network):
    """Image -> [Conv 4×4/2, BatchNorm, LeakyReLU 0.2]* -> code.

    Attributes:
      latent_size: Z.
      width: channels of the first map; they double towards the base.
      stochastic: as of `Code`.
      max_width: the most channels that a map gets.
      dtype: of the computation.
    """

    latent_size: int
    width: int = 64
    stochastic: bool = True
    max_width: int = 1024
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps images [B, H, W, C], H and W as for DCGAN, to codes [B, Z]."""
        check_attributes(self)
        del given
        x = value.astype(self.dtype)
        for place in range(len(sizes(value.shape[1])) - 1):
            features = min(self.width * 2**place, self.max_width)
            x = Conv(features, size=4, stride=2, use_bias=False, dtype=self.dtype)(x)
            x = BatchNorm(scale_init=scale_init, dtype=self.dtype)(x, context)
            x = nn.leaky_relu(x, SLOPE)
        x = x.reshape(x.shape[0], -1)
        return Code(self.latent_size, self.stochastic, dtype=self.dtype)(x, context)


class Discriminator(Network):
    """(image -> maps, code -> dense layers) -> dense layers of both -> logit.

    Every layer has LeakyReLU 0.2 and dropout; convolutions but the first have batch
    normalisation, as in a widely used port of ALI.

    Attributes:
      width: channels of the first map; they double towards the base.
      code_widths: of the dense layers that see the code alone.
      joint_widths: of those that see both.
      dropout: probability of dropping a feature.
      max_width: the most channels that a map gets.
      dtype: of the computation.
    """

    width: int = 64
    code_widths: Sequence[int] = (512, 512)
    joint_widths: Sequence[int] = (1024, 1024)
    dropout: float = 0.2
    max_width: int = 1024
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, value: Any, given: Any, context: Context) -> Verdict:
        """Maps {'x': images [B, H, W, C], 'z': codes [B, Z]} to logits [B]."""
        check_attributes(self)
        del given

        def passed(x):
            return Dropout(self.dropout)(nn.leaky_relu(x, SLOPE), context)

        x, z = (value[name].astype(self.dtype) for name in ("x", "z"))
        for place in range(len(sizes(x.shape[1])) - 1):
            features = min(self.width * 2**place, self.max_width)
            bias = place == 0
            x = Conv(features, size=4, stride=2, use_bias=bias, dtype=self.dtype)(x)
            if not bias:
                x = BatchNorm(scale_init=scale_init, dtype=self.dtype)(x, context)
            x = passed(x)
        for features in self.code_widths:
            z = passed(Dense(features, dtype=self.dtype)(z))
        x = jnp.concatenate([x.reshape(x.shape[0], -1), z], axis=-1)
        for features in self.joint_widths:
            x = passed(Dense(features, dtype=self.dtype)(x))
        return Verdict(Dense(1, dtype=self.dtype)(x)[:, 0], x)
