"""CUT's networks: CycleGAN's without aliasing, and what makes vectors of patches.

Park et al. 2020 (arXiv 2007.15651), section 3 and appendix B, as in the authors'
PyTorch code, whose resampling is that of Zhang 2019 (arXiv 1904.11486).
"""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.explicit_mesh import along_batch
from jaxgan.models import cyclegan
from jaxgan.nn import Dense, Network
from jaxgan.nn.conv import Initializer

GAIN = 0.02
LAYERS = (0, 4, 8, 12, 16)
"""Of the antialiased generator, whose maps CUT compares: its attribute `layers`."""
EPSILON = 1e-7
xavier_init = nn.initializers.variance_scaling(GAIN**2, "fan_avg", "normal")
"""N(0, 0.02² · 2 / (fan-in + fan-out)): Glorot and Bengio 2010, equation 12, normal."""


class Generator(cyclegan.Generator):
    """CycleGAN's, which blurs where it changes size; `features` are what CUT compares.

    The official options no_antialias and no_antialias_up are `antialiased=False` and
    `antialiased_up=False`.
    """

    antialiased: bool = True
    antialiased_up: bool = True
    kernel_init: Initializer = xavier_init


class Discriminator(cyclegan.Discriminator):
    """CycleGAN's, which blurs where it halves."""

    antialiased: bool = True
    kernel_init: Initializer = xavier_init


class PatchMLP(Network):
    """Vectors of length 1 of features at some places: Dense, ReLU, Dense, per layer.

    The `PatchSampleF` of the official code with `mlp_sample`. That code makes weights
    when it first sees features, and takes the same places of all images of a batch;
    here they are made with all others, and places may be each image's own.

    Attributes:
      width: of the vectors.
      kernel_init: of all kernels.
      dtype: of the computation; vectors are float32.
    """

    width: int = 256
    kernel_init: Initializer = xavier_init
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(
        self,
        value: Mapping[int, jax.Array],
        given: Mapping[int, jax.Array],
        context: Any = None,
    ) -> dict[int, jax.Array]:
        """Maps features at places to vectors.

        Args:
          value: {layer: features [B, H, W, C]}, as `Generator.features` makes them.
          given: {layer: places [P] or [B, P]}, each row · W + column.
          context: plays no part.

        Returns:
          {layer: [B, P, width]}.

        Raises:
          ValueError: if layers differ, or places are no integers [P] or [B, P].
        """
        del context
        if value.keys() != given.keys():
            raise ValueError(
                f"given: saw places of layers {sorted(given)}, wanted those of the "
                f"features, {sorted(value)}"
            )
        return {
            layer: self._vectors(number, value[layer], given[layer])
            for number, layer in enumerate(sorted(value))
        }

    def _vectors(self, number: int, maps: jax.Array, places: jax.Array) -> jax.Array:
        shared = {"kernel_init": self.kernel_init, "dtype": self.dtype}
        x = patches(maps, places)
        x = Dense(self.width, **shared, name=f"mlp_{number}_0")(x)
        x = Dense(self.width, **shared, name=f"mlp_{number}_2")(nn.relu(x))
        return unit_length(x)


def unit_length(x: jax.Array) -> jax.Array:
    """x / (‖x‖ + 10⁻⁷) over the last axis, in float32; of `patches`, it is `sample`.

    That option of the official code compares features as they are. The gradient of a
    vector of zeros is finite.
    """
    x = x.astype(jnp.float32)
    square = jnp.sum(jnp.square(x), axis=-1, keepdims=True)
    nought = square == 0
    length = jnp.where(nought, 0.0, jnp.sqrt(jnp.where(nought, 1.0, square)))
    return x / (length + EPSILON)


def patches(maps: jax.Array, places: jax.Array) -> jax.Array:
    """The features of images at some places.

    Args:
      maps: [B, H, W, C].
      places: integers [P] or [B, P], each row · W + column.

    Returns:
      [B, P, C].

    Raises:
      ValueError: if places are anything else.
    """
    batch, height, width, channels = maps.shape
    whole = jnp.issubdtype(places.dtype, jnp.integer)
    if (
        not whole
        or places.ndim not in (1, 2)
        or places.shape[:-1] not in ((), (batch,))
    ):
        raise ValueError(
            f"given: saw places {places.dtype}{list(places.shape)}, wanted integers "
            f"[P] or [{batch}, P]"
        )

    def taken(maps: jax.Array, places: jax.Array) -> jax.Array:
        rows = maps.reshape(batch, height * width, channels)
        if places.ndim == 1:
            return jnp.take(rows, places, axis=1)
        return jnp.take_along_axis(rows, places[:, :, None], axis=1)

    return along_batch(taken, maps, places)
