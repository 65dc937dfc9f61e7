"""The encoder, the decoder, and both as one network with a normal in between."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.ranges import check_count
from jaxgan.models.attributes import check_attributes, check_widths
from jaxgan.models.autoencoder.layers import Layers, Middle, ResidualBlock
from jaxgan.nn import Network, normal, repeat

LEAST, MOST = -30.0, 20.0
"""Within which the logarithm of a variance is kept."""
WIDTHS = (128, 256, 512, 512)


class Posterior(NamedTuple):
    """What the encoder tells of latents: independent normals, q(z | x).

    Attributes:
      mean: [B, h, w, Z], the mode too.
      log_variance: likewise.
    """

    mean: jax.Array
    log_variance: jax.Array

    @property
    def deviation(self) -> jax.Array:
        """The standard deviation, [B, h, w, Z]."""
        return jnp.exp(0.5 * self.log_variance)

    def sample(self, keys: jax.Array) -> jax.Array:
        """mean + deviation · n, n ~ N(0, 1): example i from key i of [B]."""
        return self.mean + self.deviation * normal(keys, self.mean.shape[1:])


class Coder(Network):
    """What both halves share.

    Attributes:
      widths: channels of every level, the finest first; each after the first has half
        the sides of the one before.
      latent_channels: Z.
      blocks: residual blocks of a level of the encoder; the decoder has one more.
      groups: of every norm, a divisor of all widths.
      dtype: of the computation; norms and softmax are float32, and so are results.
    """

    widths: Sequence[int] = WIDTHS
    latent_channels: int = 4
    blocks: int = 2
    groups: int = 32
    dtype: Any = jnp.float32

    @property
    def factor(self) -> int:
        """By which the sides of latents are shorter than those of images."""
        return 2 ** (len(self.widths) - 1)

    def checked_layers(self) -> Layers:
        """The maker of layers, once the attributes fit each other.

        Raises:
          ValueError: if they do not.
        """
        check_widths(self.widths)
        check_attributes(self)
        check_count("blocks", self.blocks)
        for width in self.widths:
            if width % self.groups:
                raise ValueError(
                    f"groups: saw {self.groups}, wanted a divisor of {width} channels"
                )
        return Layers(self.groups, self.dtype)


class Encoder(Coder):
    """Images -> levels of residual blocks, each half as large -> posterior.

    Attributes are those of `Coder`.
    """

    @nn.compact
    def __call__(
        self, value: jax.Array, given: Any = (), context: Any = None
    ) -> Posterior:
        """Maps images [B, H, W, C] in [-1, 1] to normals [B, H / f, W / f, Z].

        Args:
          value: images; f is the `factor`.
          given: plays no part.
          context: plays no part: nothing is drawn.

        Raises:
          ValueError: if an attribute is not as wanted, or a side no multiple of f.
        """
        del given, context
        layers = self.checked_layers()
        height, width = value.shape[1:3]
        if height % self.factor or width % self.factor:
            raise ValueError(
                f"images: saw {height}×{width} pixels, wanted sides that are multiples "
                f"of {self.factor}"
            )
        x = layers.conv(self.widths[0], "enter")(value)
        for level, channels in enumerate(self.widths):
            if level:
                x = layers.halved(x, f"halve_{level}")
            for block in range(self.blocks):
                name = f"level_{level}_block_{block}"
                x = ResidualBlock(channels, layers, name=name)(x)
        x = layers.activated(Middle(layers, name="middle")(x), "norm")
        x = layers.conv(2 * self.latent_channels, "leave")(x)
        x = layers.conv(2 * self.latent_channels, "moments", size=1)(x)
        mean, log_variance = jnp.split(x.astype(jnp.float32), 2, axis=-1)
        return Posterior(mean, jnp.clip(log_variance, LEAST, MOST))


class Decoder(Coder):
    """Latents -> levels of residual blocks, each twice as large -> images.

    Attributes are those of `Coder`, and:
      channels: of the images.
    """

    channels: int = 3

    @nn.compact
    def __call__(
        self, value: jax.Array, given: Any = (), context: Any = None
    ) -> jax.Array:
        """Maps latents [B, h, w, Z] to images [B, f h, f w, C], which are not clipped.

        Args:
          value: latents, on the encoder's own scale; f is the `factor`.
          given: plays no part.
          context: plays no part.

        Raises:
          ValueError: if an attribute is not as wanted, or latents have other channels.
        """
        del given, context
        layers = self.checked_layers()
        if value.shape[-1] != self.latent_channels:
            raise ValueError(
                f"latents: saw {value.shape[-1]} channels, wanted "
                f"{self.latent_channels}"
            )
        x = layers.conv(self.latent_channels, "latents", size=1)(value)
        x = layers.conv(self.widths[-1], "enter")(x)
        x = Middle(layers, name="middle")(x)
        for level in reversed(range(len(self.widths))):
            for block in range(self.blocks + 1):
                name = f"level_{level}_block_{block}"
                x = ResidualBlock(self.widths[level], layers, name=name)(x)
            if level:
                x = layers.conv(self.widths[level], f"double_{level}")(repeat(x))
        x = layers.conv(self.channels, "leave")(layers.activated(x, "norm"))
        return x.astype(jnp.float32)


class Autoencoder(Network):
    """AutoencoderKL: an encoder to normals, and a decoder of what is drawn from them.

    Rombach et al. 2022 (arXiv 2112.10752), section 3.1 and appendix G; the defaults are
    those of Stable Diffusion, whose latents of 256×256 images are 32×32×4. Nothing here
    scales latents: users of published weights do, by 0.18215.

    Attributes are those of `Decoder`. Variables are {'params': {'encoder', 'decoder'}};
    either half will do for its own method.
    """

    widths: Sequence[int] = WIDTHS
    latent_channels: int = 4
    blocks: int = 2
    groups: int = 32
    channels: int = 3
    dtype: Any = jnp.float32

    def setup(self):
        """Makes both halves."""
        shared: dict[str, Any] = {
            "widths": self.widths,
            "latent_channels": self.latent_channels,
            "blocks": self.blocks,
            "groups": self.groups,
            "dtype": self.dtype,
        }
        self.encoder = Encoder(**shared)
        self.decoder = Decoder(**shared, channels=self.channels)

    @property
    def factor(self) -> int:
        """By which the sides of latents are shorter than those of images."""
        return 2 ** (len(self.widths) - 1)

    def __call__(
        self, value: jax.Array, given: Any = (), context: Any = None
    ) -> jax.Array:
        """Maps images [B, H, W, C] to what is decoded of the means of their latents.

        Raises as `Encoder`.
        """
        del given, context
        return self.decode(self.encode(value).mean)

    def encode(self, images: jax.Array) -> Posterior:
        """Maps images to normals: see `Encoder`."""
        return self.encoder(images)

    def decode(self, latents: jax.Array) -> jax.Array:
        """Maps latents to images: see `Decoder`."""
        return self.decoder(latents)
