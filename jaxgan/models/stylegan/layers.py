"""StyleGAN's mapping, and the layers that its styles modulate."""

from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.models.progan.blocks import BOX, GAIN, LEAKY
from jaxgan.nn import EqualizedConv, EqualizedDense
from jaxgan.nn.activation import activate
from jaxgan.nn.modulated import unit_second_moment
from jaxgan.nn.norm import standardised
from jaxgan.nn.style import MappingNetwork, Noise, training_noise, vectors
from jaxgan.nn.upfirdn import filter2d, resample_filter

BLUR = 1.0, 2.0, 1.0
EPSILON = 1e-8
"""Of the instance normalisation."""


class Mapping(MappingNetwork):
    """z -> w: dense layers of leaky ReLUs, on latents of unit second moment.

    Karras et al. 2019 (arXiv 1812.04948), section 2. Unlike StyleGAN2's, its √2 does
    not multiply biases, and the embedding of a condition, which is as long as z, is
    joined to it before the normalisation. Attributes are those of `MappingNetwork`, but
    for `embed_features`, which nothing reads.
    """

    @nn.compact
    def __call__(
        self, value: jax.Array | None, given: Any, context: Context
    ) -> tuple[jax.Array, jax.Array | None]:
        """Maps z [B, Z] and labels [B] or vectors [B, classes].

        Returns:
          w [B, features], and its running mean [features] before this pass, or None.

        Raises:
          ValueError: if there is no z, or labels do not fit.
        """
        if value is None:
            raise ValueError("value: saw None, wanted latents [B, Z]")
        x = value
        if self.classes:
            shape = (self.classes, value.shape[-1])
            embed = self.param("embed", nn.initializers.normal(1.0), shape, jnp.float32)
            x = jnp.concatenate([x, vectors(given, self.classes) @ embed], axis=-1)
        x = unit_second_moment(x)
        between = self.layer_features or self.features
        for place in range(self.layers):
            dense = EqualizedDense(
                between if place < self.layers - 1 else self.features,
                LEAKY,
                multiplier=self.multiplier,
                kernel_gain=GAIN,
                name=f"dense{place}",
            )
            x = dense(x)
        return x, None if self.decay is None else self._average(x, context, self.decay)


class StyledLayer(nn.Module):
    """A convolution, noise, a bias, a leaky ReLU; normalised, and given its style.

    With (γ, β) = affine(w) it is (1 + γ) · norm(lrelu(conv(x) + strength · noise +
    bias)) + β, where the norm is that of each map: AdaIN, Karras et al. 2019 (arXiv
    1812.04948), equation 1, in the order of the official code.

    Attributes:
      features: of the output.
      convolves: whether there is a convolution; the first layer has none.
      up: whether the output is twice as large; the convolution is then blurred.
      noise: what is added, by one strength per feature; its constant is the collection
        'noise'.
      dtype: of the computation; parameters, statistics and styles are float32.
    """

    features: int
    convolves: bool = True
    up: bool = False
    noise: Noise = training_noise
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array, w: jax.Array, context: Context) -> jax.Array:
        """Maps [B, H, W, C] and w [B, W] to [B, H, W, features], or twice the size."""
        x = x.astype(self.dtype)
        if self.convolves:
            convolution = EqualizedConv(
                self.features,
                up=2 if self.up else 1,
                use_bias=False,
                taps=BOX,
                dtype=self.dtype,
                kernel_gain=GAIN,
                name="conv",
            )
            x = convolution(x)
        if self.up:
            x = filter2d(x, resample_filter(BLUR))
        zeros, place = nn.initializers.zeros_init(), x.shape[1:3]
        strength = self.param("noise_strength", zeros, (self.features,), jnp.float32)
        bias = self.param("bias", zeros, (self.features,), jnp.float32)
        constant = self.variable(
            "noise", "constant", lambda: jax.random.normal(self.make_rng(), place)
        )
        stream = "/".join(("noise", *map(str, self.path)))
        added = self.noise(context, stream, constant.value)
        if added is not None:
            x = x + (strength.reshape(1, 1, 1, -1) * added).astype(x.dtype)
        x = activate(x, bias.astype(x.dtype), LEAKY).astype(jnp.float32)
        styles = EqualizedDense(2 * self.features, name="affine")(w)
        gamma, beta = jnp.split(styles[:, None, None], 2, axis=-1)
        x = (1.0 + gamma) * standardised(x, EPSILON) + beta
        return x.astype(self.dtype)


class SynthesisBlock(nn.Module):
    """Two layers at one size, of which the first doubles it, or begins.

    Attributes:
      features: of the output.
      first: whether it begins with a constant [4, 4, features], of ones.
      noise: as for `StyledLayer`.
      dtype: of the computation.
    """

    features: int
    first: bool = False
    noise: Noise = training_noise
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(
        self, x: jax.Array | None, styles: jax.Array, context: Context
    ) -> jax.Array:
        """Maps [B, H, W, C], or None at first, and styles [B, 2, W]."""
        options = {"noise": self.noise, "dtype": self.dtype}
        if x is None:
            shape = (4, 4, self.features)
            ones = nn.initializers.ones_init()
            start = self.param("constant", ones, shape, jnp.float32)
            x = jnp.broadcast_to(start, (styles.shape[0], *shape))
        layer = StyledLayer(
            self.features, not self.first, not self.first, name="layer0", **options
        )
        x = layer(x, styles[:, 0], context)
        layer = StyledLayer(self.features, name="layer1", **options)
        return layer(x, styles[:, 1], context)
