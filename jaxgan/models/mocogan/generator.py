"""MoCoGAN's generator: one content per clip, a motion per frame, DCGAN for frames."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.core.explicit_mesh import along_batch
from jaxgan.models.attributes import check_attributes, check_square
from jaxgan.models.dcgan import scale_init
from jaxgan.models.labels import labels
from jaxgan.models.mocogan.sizes import BASE, halvings
from jaxgan.nn import GRU, BatchNorm, ConvTranspose, Dense, Network, frame_by_frame


class Frame(nn.Module):
    """DCGAN's generator, without biases: of frames, whose latents hold their motion.

    Attributes:
      shape: of a frame, (size, size, channels).
      width: channels of the last hidden map; they double towards the base of 4 × 4.
      dtype: of the computation.
    """

    shape: Sequence[int]
    width: int
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, z: jax.Array, context: Context) -> jax.Array:
        """Maps latents [N, Z] to frames [N, H, W, C] in [-1, 1]."""
        doublings = halvings(self.shape[0], self.shape[1])
        widths = [self.width * 2**place for place in reversed(range(doublings))]
        shared = {"use_bias": False, "dtype": self.dtype}

        def rectified(x, place):
            norm = BatchNorm(
                scale_init=scale_init, dtype=self.dtype, name=f"norm_{place}"
            )
            return nn.relu(norm(x, context))

        x = Dense(BASE**2 * widths[0], name="base", **shared)(z)
        x = along_batch(lambda x: x.reshape(-1, BASE, BASE, widths[0]), x)
        for place, width in enumerate([*widths[1:], self.shape[2]]):
            layer = ConvTranspose(width, name=f"double_{place}", **shared)
            x = layer(rectified(x, place))
        return jnp.tanh(x)


class Generator(Network):
    """Content, category, and a GRU's walk of motion, each frame of which is a DCGAN's.

    Tulyakov et al. 2018 (arXiv 1707.04993), section 3. All chance lies in the latent:
    content, the GRU's first state, and what it sees at every frame, in this order. So
    the motion of a clip can be given another content, and back (`exchanged`).

    Attributes:
      shape: of one frame, (size, size, channels).
      frames: of a clip.
      width: channels of the last hidden map; they double towards the base.
      content_size: numbers of the content.
      motion_size: numbers of the motion of a frame.
      classes: if positive, clips are of given categories, one-hot in every frame.
      dtype: of the computation.
    """

    shape: Sequence[int] = (64, 64, 3)
    frames: int = 16
    width: int = 64
    content_size: int = 50
    motion_size: int = 10
    classes: int = 0
    dtype: Any = jnp.float32

    @property
    def latent_size(self) -> int:
        """Z: numbers of a latent, which longer clips have more of."""
        return self.content_size + (self.frames + 1) * self.motion_size

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps latents [B, Z], and labels [B] if conditional, to [B, T, H, W, C].

        Raises:
          ValueError: if an attribute, the latent or `given` is not as wanted.
        """
        check_attributes(self)
        check_square(self.shape)
        if value.ndim != 2 or value.shape[1] != self.latent_size:
            raise ValueError(
                f"latent: saw {list(value.shape)}, wanted [B, {self.latent_size}]: "
                f"content, and motion before and at each of {self.frames} frames"
            )
        value = value.astype(self.dtype)
        content, motion = jnp.split(value, [self.content_size], axis=1)
        steps = along_batch(
            lambda x: x.reshape(-1, self.frames + 1, self.motion_size), motion
        )
        gru = GRU(self.motion_size, dtype=self.dtype, name="motion")
        walk = gru(steps[:, 1:], steps[:, 0])
        parts = [content]
        if self.classes:
            given = labels(given, value.shape[0])
            parts.append(jax.nn.one_hot(given, self.classes, dtype=self.dtype))
        parts = [_at_every_frame(part, self.frames) for part in parts]
        latents = jnp.concatenate([*parts, walk], axis=-1)
        frame = Frame(self.shape, self.width, self.dtype, name="frame")
        return frame_by_frame(lambda z: frame(z, context), latents)

    def exchanged(self, latent: jax.Array, other: jax.Array) -> jax.Array:
        """Makes the latents [B, Z] with the motion of others [B, Z]."""
        content = latent[:, : self.content_size]
        return jnp.concatenate([content, other[:, self.content_size :]], axis=1)


def _at_every_frame(x: jax.Array, frames: int) -> jax.Array:
    return jnp.broadcast_to(x[:, None], (x.shape[0], frames, x.shape[1]))
