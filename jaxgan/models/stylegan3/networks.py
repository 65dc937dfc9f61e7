"""StyleGAN3, for any power of two.

Karras et al. 2021 (arXiv 2106.12423). Configuration T has the defaults; R, whose images
turn with its input, has `kernel_size=1, radial=True` and twice as many channels
(`channel_base=65536, channel_max=1024`). Published weights:
`jaxgan.models.stylegan3.weights`.
"""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.core.types import Variables
from jaxgan.models.attributes import check_attributes, check_square
from jaxgan.models.stylegan3.design import Stage, stages
from jaxgan.models.stylegan3.layers import FourierInput, SynthesisLayer
from jaxgan.nn import Network
from jaxgan.nn.style import MappingNetwork, for_layers


class SynthesisNetwork(nn.Module):
    """w -> image. Attributes are those of `Generator`, `stages` of its design."""

    stages: Sequence[Stage]
    kernel_size: int = 3
    radial: bool = False
    filter_size: int = 6
    oversampling: int = 2
    clamp: float | None = 256.0
    output_scale: float = 0.25
    magnitude_decay: float = 0.999
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, w: jax.Array, context: Context) -> jax.Array:
        """Maps w [B, L, W] to images [B, H, W, C], in float32.

        The first w moves the input, and every layer has one of its own.
        """
        x = FourierInput(self.stages[0], self.dtype, name="input")(w[:, 0])
        before = self.stages[0]
        for place, after in enumerate(self.stages):
            layer = SynthesisLayer(
                before,
                after,
                place == len(self.stages) - 1,
                self.kernel_size,
                self.radial,
                self.oversampling,
                self.filter_size,
                self.clamp,
                self.magnitude_decay,
                self.dtype,
                name=f"L{place}_{after.size}_{after.channels}",
            )
            x = layer(x, w[:, place + 1], context)
            before = after
        return x.astype(jnp.float32) * self.output_scale


def transformed(variables: Variables, matrix: jax.typing.ArrayLike) -> dict[str, Any]:
    """A generator's variables with its image moved, turned or scaled.

    The image's coordinates (x to the right, y down, in sides of the image, from its
    centre) are multiplied by the matrix before the waves are looked up: an image
    translated by t has the translation by -t.

    Args:
      variables: of a `Generator`.
      matrix: [3, 3], of homogeneous coordinates, or [B, 3, 3], one per example.

    Raises:
      ValueError: if it is no such matrix.
    """
    shape = jnp.shape(matrix)
    if shape[-2:] != (3, 3) or len(shape) > 3:
        raise ValueError(f"matrix: saw shape {shape}, wanted (3, 3) or (B, 3, 3)")
    fourier = variables["fourier"]["synthesis"]["input"]
    moved = {**fourier, "transform": jnp.asarray(matrix, jnp.float32)}
    return {**variables, "fourier": {"synthesis": {"input": moved}}}


class Generator(Network):
    """Mapping, truncation, synthesis.

    Attributes:
      shape: of one image, (size, size, channels).
      classes: of the condition; 0 ignores it.
      style_size: of w.
      mapping_layers: of the mapping.
      channel_base: a signal of cutoff f has channel_base / 2 f features,
      channel_max: or so many, if that is less.
      kernel_size: of the convolutions: 3 in T, 1 in R.
      radial: whether to down-sample by radial filters: in R.
      synthesis_layers: but the one to colours.
      critical_layers: so many of the last have the image's own cutoff.
      first_cutoff: of the input, in cycles per side of the image.
      first_stopband: likewise.
      last_stopband: of the image, as a multiple of its cutoff.
      margin: pixels around the image within the synthesis.
      filter_size: taps per factor of the filters.
      oversampling: of the activations.
      clamp: bound of every activation, or None.
      output_scale: of the image.
      magnitude_decay: of the running means of squares that layers divide by. Trainings
        use 0.5 ** (batch / 20000).
      truncation: ψ, see `nn.style.for_layers`; 1 changes nothing. For sampling:
        `generator.clone(truncation=0.7)`.
      truncation_cutoff: the number of layers truncated; None is all.
      dtype: of the synthesis but its input; images are float32.
      learning_rate_multiplier: of the mapping.
    """

    shape: Sequence[int] = (256, 256, 3)
    classes: int = 0
    style_size: int = 512
    mapping_layers: int = 2
    channel_base: int = 32768
    channel_max: int = 512
    kernel_size: int = 3
    radial: bool = False
    synthesis_layers: int = 14
    critical_layers: int = 2
    first_cutoff: float = 2.0
    first_stopband: float = 2**2.1
    last_stopband: float = 2**0.3
    margin: int = 10
    filter_size: int = 6
    oversampling: int = 2
    clamp: float | None = 256.0
    output_scale: float = 0.25
    magnitude_decay: float = 0.999
    truncation: float = 1.0
    truncation_cutoff: int | None = None
    dtype: Any = jnp.float32
    learning_rate_multiplier: float = 0.01

    transformed = staticmethod(transformed)

    @property
    def layers(self) -> int:
        """The number of layers that take a w of their own, the input included."""
        return self.synthesis_layers + 2

    @property
    def stages(self) -> list[Stage]:
        """The signals after the layers."""
        return stages(
            self.shape[0],
            self.shape[2],
            self.channel_base,
            self.channel_max,
            self.synthesis_layers,
            self.critical_layers,
            self.first_cutoff,
            self.first_stopband,
            self.last_stopband,
            self.margin,
        )

    def setup(self):
        """Names the two networks."""
        check_attributes(self)
        check_square(self.shape)
        self.mapping = MappingNetwork(
            self.mapping_layers,
            self.style_size,
            self.classes,
            decay=0.998,
            multiplier=self.learning_rate_multiplier,
        )
        self.synthesis = SynthesisNetwork(
            self.stages,
            self.kernel_size,
            self.radial,
            self.filter_size,
            self.oversampling,
            self.clamp,
            self.output_scale,
            self.magnitude_decay,
            self.dtype,
        )

    def styles(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps latents [B, Z] to styles w [B, L, W]: one, repeated for every layer."""
        w, average = self.mapping(value, given, context)
        cut = self.truncation, self.truncation_cutoff
        return for_layers(w, average, self.layers, *cut)

    def synthesize(self, styles: jax.Array, context: Context) -> jax.Array:
        """Maps styles w [B, L, W] to images [B, H, W, C], in float32."""
        return self.synthesis(styles, context)

    def __call__(self, value: jax.Array, given: Any, context: Context) -> jax.Array:
        """Maps latents [B, Z] to images [B, H, W, C], in float32."""
        return self.synthesize(self.styles(value, given, context), context)
