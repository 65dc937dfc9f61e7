"""VGAN's networks, for clips of any size that their maps double to.

Vondrick et al. 2016 (arXiv 1609.02612), section 3, with the details of the authors'
Torch code.
"""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.core.types import Sample, Verdict
from jaxgan.models.attributes import check_attributes, check_widths
from jaxgan.nn import (
    BatchNorm,
    Conv3d,
    ConvTranspose,
    ConvTranspose3d,
    Network,
)

SLOPE = 0.2
BASE = 4
"""Pixels per side of the first maps."""
AROUND = ((1, 1), (1, 1), (1, 1))
init = nn.initializers.normal(0.01)


class Generator(Network):
    """m · foreground + (1 - m) · background: two streams of one latent, and a mask.

    Transposed convolutions with BatchNorm and ReLU between, over time too in the
    foreground, whose last maps make its colours (tanh) and the mask m (sigmoid). What
    is said beside the clip are the streams: features {'mask', 'foreground',
    'background'}, of which `mask_sparsity` reads the first.

    Attributes:
      channels: of a frame.
      frames: of a clip, a multiple of 2 to the power of the number of widths.
      widths: channels of the maps, from the first of 4 × 4 pixels on; each of them, the
        last too, is doubled along all axes: four make frames of 64 × 64 pixels.
      dtype: of the computation.
    """

    channels: int = 3
    frames: int = 32
    widths: Sequence[int] = (512, 256, 128, 64)
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> Sample:
        """Maps latents [B, Z] to clips [B, T, H, W, C], and the streams beside.

        Raises:
          ValueError: if an attribute is not as wanted.
        """
        check_attributes(self)
        check_widths(self.widths)
        del given
        first, rest = divmod(self.frames, 2 ** len(self.widths))
        if rest:
            raise ValueError(
                f"frames: saw {self.frames}, wanted a multiple of "
                f"{2 ** len(self.widths)}, as {len(self.widths)} layers double them"
            )
        z = value.astype(self.dtype)

        def stream(name: str, place: int, layer: nn.Module, x: jax.Array):
            norm = BatchNorm(dtype=self.dtype, name=f"{name}_norm_{place}")
            return nn.relu(norm(layer(x), context))

        def moving(name: str, features: int, **options: Any):
            return ConvTranspose3d(
                features, kernel_init=init, dtype=self.dtype, name=name, **options
            )

        def still(name: str, features: int, **options: Any):
            return ConvTranspose(
                features, kernel_init=init, dtype=self.dtype, name=name, **options
            )

        def maps(name: str, layer: Callable[..., nn.Module], x: jax.Array, **base: Any):
            options = base
            for place, width in enumerate(self.widths):
                made = layer(f"{name}_{place}", width, use_bias=False, **options)
                x, options = stream(name, place, made, x), {}
            return x

        start = {"size": BASE, "stride": 1, "padding": "VALID"}
        x = maps("background", still, z[:, None, None], **start)
        background = jnp.tanh(still("background", self.channels)(x))[:, None]
        start = {"size": (first, BASE, BASE), "stride": (1, 1), "padding": "VALID"}
        x = maps("foreground", moving, z[:, None, None, None], **start)
        foreground = jnp.tanh(moving("foreground", self.channels)(x))
        mask = nn.sigmoid(moving("mask", 1)(x))
        clip = mask * foreground + (1.0 - mask) * background
        streams = {"mask": mask, "foreground": foreground, "background": background}
        return Sample(clip, features=streams)


class Discriminator(Network):
    """[Conv 4×4×4/2, BatchNorm, LeakyReLU 0.2]* -> logit; no norm on the first layer.

    The authors' has two outputs and a cross-entropy, which are one logit and the same
    loss.

    Attributes:
      widths: channels of the maps; each halves a clip along all axes.
      norm_epsilon: added to variances.
      dtype: of the computation; logits are float32.
    """

    widths: Sequence[int] = (64, 128, 256, 512)
    norm_epsilon: float = 1e-3
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, value: jax.Array, given: Any, context: Context) -> Verdict:
        """Maps clips [B, T, H, W, C] to logits [B], and the maps that they are made of.

        Raises:
          ValueError: if an attribute or the size is not as wanted.
        """
        check_attributes(self)
        check_widths(self.widths)
        del given
        unit = 2 ** len(self.widths)
        if any(side % unit for side in value.shape[1:4]):
            raise ValueError(
                f"clips: saw {list(value.shape)}, wanted frames and sides that are "
                f"multiples of {unit}: {len(self.widths)} layers halve them"
            )
        shared = {"kernel_init": init, "dtype": self.dtype}
        halve = {"size": (4, 4, 4), "stride": (2, 2), "padding": AROUND}
        x = value.astype(self.dtype)
        for place, width in enumerate(self.widths):
            layer = Conv3d(
                width, use_bias=not place, name=f"conv_{place}", **halve, **shared
            )
            x = layer(x)
            if place:
                norm = BatchNorm(
                    epsilon=self.norm_epsilon, dtype=self.dtype, name=f"norm_{place}"
                )
                x = norm(x, context)
            x = nn.leaky_relu(x, SLOPE)
        _, frames, height, side, _ = x.shape
        whole = frames, height, side
        layer = Conv3d(1, size=whole, padding="VALID", name="logits", **shared)
        return Verdict(layer(x)[:, 0, 0, 0, 0].astype(jnp.float32), x)
