"""MoCoGAN's discriminators: of patches of single frames, and of clips."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.core.explicit_mesh import along_batch
from jaxgan.core.types import Verdict
from jaxgan.models.attributes import check_attributes
from jaxgan.models.dcgan import scale_init
from jaxgan.models.mocogan.sizes import BASE, halvings
from jaxgan.nn import (
    BatchNorm,
    Conv,
    Conv3d,
    Network,
    drawn_frames,
    frame_by_frame,
    normals,
    of_frames,
)

SLOPE = 0.2
ONE = (1, 1)
"""A pixel of zeros on either side."""


class ImageDiscriminator(Network):
    """[noise, Conv 4×4/2, BatchNorm, LeakyReLU 0.2]* -> noise, Conv 4×4/2: logits.

    The authors' `PatchImageDiscriminator`: 4 × 4 logits, of patches of a frame. The
    first convolution has no norm.

    Attributes:
      width: channels of the first map; they double.
      noise_deviation: of normal numbers that are added in front of every convolution,
        in training.
      dtype: of the computation; logits are float32.
    """

    width: int = 64
    noise_deviation: float = 0.0
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps frames [B, H, W, C] to logits [B, 4, 4].

        Raises:
          ValueError: if an attribute or the size is not as wanted.
        """
        check_attributes(self)
        del given
        options = {"size": 4, "stride": 2, "padding": (ONE, ONE), "use_bias": False}
        x, layers = value.astype(self.dtype), halvings(*value.shape[-3:-1])
        noisy = _noisy(self.noise_deviation, context, _shapes(x, self.width, layers))
        for place in range(layers - 1):
            x = noisy(x, place)
            layer = Conv(self.width * 2**place, dtype=self.dtype, **options)
            x = layer(x)
            if place:
                x = BatchNorm(scale_init=scale_init, dtype=self.dtype)(x, context)
            x = nn.leaky_relu(x, SLOPE)
        x = noisy(x, layers - 1)
        x = Conv(1, dtype=self.dtype, name="logits", **options)(x)
        return x[..., 0].astype(jnp.float32)


class VideoDiscriminator(Network):
    """[noise, Conv 4×4×4/(1, 2, 2), BatchNorm, LeakyReLU 0.2]* -> Conv 4×4×4.

    The authors' `CategoricalVideoDiscriminator`, or without classes their
    `VideoDiscriminator`. Every convolution leaves three frames less; what is left has a
    logit for every four frames: one for a clip of 16 frames of 64 pixels.

    Attributes:
      width: channels of the first map; they double.
      classes: if positive, there are logits of so many categories beside.
      noise_deviation: as in `ImageDiscriminator`.
      dtype: of the computation; logits are float32.
    """

    width: int = 64
    classes: int = 0
    noise_deviation: float = 0.0
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> Verdict:
        """Maps clips [B, T, H, W, C] to logits [B, N], features {'classes': [B, K]}.

        Raises:
          ValueError: if an attribute, the size or the number of frames is not as
            wanted.
        """
        check_attributes(self)
        del given
        layers = halvings(*value.shape[-3:-1])
        least = 3 * layers + BASE
        if value.shape[1] < least:
            raise ValueError(
                f"frames: saw {value.shape[1]}, wanted at least {least}: each of "
                f"{layers} layers leaves 3 less, and the last sees {BASE}"
            )
        options = {"size": (4, 4, 4), "use_bias": False, "dtype": self.dtype}
        halve = {"stride": (1, 2), "padding": ((0, 0), ONE, ONE)}
        x = value.astype(self.dtype)
        noisy = _noisy(self.noise_deviation, context, _shapes(x, self.width, layers))
        for place in range(layers):
            x = noisy(x, place)
            x = Conv3d(self.width * 2**place, **options, **halve)(x)
            if place:
                x = BatchNorm(scale_init=scale_init, dtype=self.dtype)(x, context)
            x = nn.leaky_relu(x, SLOPE)
        layer = Conv3d(1 + self.classes, padding="VALID", name="logits", **options)
        said = layer(x).astype(jnp.float32)
        said = along_batch(lambda x: x.reshape(x.shape[0], -1, x.shape[-1]), said)
        # All frames that there are say something of the category.
        heads = {"classes": jnp.mean(said[..., 1:], 1)} if self.classes else ()
        return Verdict(said[..., 0], heads)


class Discriminator(Network):
    """Both: logits {'frame': [B, frames, 4, 4] of drawn frames, 'clip': [B, N]}.

    Which frames are judged is drawn from each example's key. The authors take single
    frames of further clips, three times as many as there are clips.

    Attributes:
      width: channels of both first maps.
      classes: as in `VideoDiscriminator`; `auxiliary_classifier` reads them.
      frames: of each clip that are judged as images.
      noise_deviation: as in `ImageDiscriminator`.
      dtype: of the computation.
    """

    width: int = 64
    classes: int = 0
    frames: int = 1
    noise_deviation: float = 0.0
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> Verdict:
        """Judges clips [B, T, H, W, C]; what is given plays no part.

        Raises:
          ValueError: if an attribute or the clips are not as wanted.
        """
        check_attributes(self)
        shared = {"noise_deviation": self.noise_deviation, "dtype": self.dtype}
        image = ImageDiscriminator(self.width, name="image", **shared)
        video = VideoDiscriminator(self.width, self.classes, name="video", **shared)
        drawn = drawn_frames(value, context.draw("frames"), self.frames)
        alone = of_frames(context.fork("image"), drawn.shape[1])
        logits = frame_by_frame(lambda x: image(x, (), alone), drawn)
        verdict = video(value, given, context.fork("video"))
        return Verdict({"frame": logits, "clip": verdict.logits}, verdict.features)


def _shapes(x: jax.Array, width: int, layers: int) -> list[tuple[int, ...]]:
    """Of what each of the layers sees, of frames [B, ...] or of clips."""
    *frames, side, _, channels = x.shape[1:]
    return [
        (
            *(count - 3 * place for count in frames),
            *(side // 2**place,) * 2,
            width * 2 ** (place - 1) if place else channels,
        )
        for place in range(layers)
    ]


def _noisy(
    deviation: float, context: Context, shapes: list[tuple[int, ...]]
) -> Callable[[jax.Array, int], jax.Array]:
    """f(x, place): adds noise to what a layer sees; all of it is drawn at once."""
    if not deviation or not context.train:
        return lambda x, place: x
    drawn = normals(context.draw("noise"), shapes)
    return lambda x, place: x + deviation * drawn[place].astype(x.dtype)
