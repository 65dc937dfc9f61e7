"""Attention of every place of an image to every other."""

from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.nn.conv import Conv, Initializer, normal_init
from jaxgan.nn.resample import max_pool
from jaxgan.nn.spectral import PowerIteration


class SelfAttention(nn.Module):
    """x + γ · o(Σⱼ βᵢⱼ g(xⱼ)), β = softmaxⱼ(θ(xᵢ) · φ(xⱼ)), with γ = 0 at first.

    Zhang et al. 2018 (arXiv 1805.08318), equations 1 to 3. θ and φ map to an eighth of
    the channels, g to half of them and o back; all are 1×1 convolutions without bias.
    As in the official code, keys and values are pooled to the maximum of 2×2 places,
    where the paper attends to all, and g has half of the channels, where it writes an
    eighth.

    Attributes:
      spectral: normalise every kernel's spectrum.
      kernel_init: initializer of all kernels.
      dtype: of the computation; the softmax is float32.
    """

    spectral: bool | PowerIteration = False
    kernel_init: Initializer = normal_init
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: jax.Array, train: bool = False) -> jax.Array:
        """Maps [B, H, W, C] to the same shape; `train` matters to `spectral` only.

        Raises:
          ValueError: if there are fewer than 8 channels, or a side is odd.
        """
        b, h, w, channels = x.shape
        if channels < 8:
            raise ValueError(f"channels: saw {channels}, wanted at least 8")

        def conv(features: int, name: str, y: jax.Array) -> jax.Array:
            return Conv(
                features,
                size=1,
                use_bias=False,
                spectral=self.spectral,
                kernel_init=self.kernel_init,
                dtype=self.dtype,
                name=name,
            )(y, train)

        query = conv(channels // 8, "theta", x)
        key = max_pool(conv(channels // 8, "phi", x))
        value = max_pool(conv(channels // 2, "g", x))
        query, key, value = (y.reshape(b, -1, y.shape[-1]) for y in (query, key, value))
        match = jnp.einsum("bic,bjc->bij", query, key).astype(jnp.float32)
        share = nn.softmax(match, axis=-1).astype(value.dtype)
        found = (share @ value).reshape(b, h, w, -1)
        gain = self.param("gamma", nn.initializers.zeros_init(), (), jnp.float32)
        return x.astype(self.dtype) + gain.astype(self.dtype) * conv(
            channels, "o", found
        )
