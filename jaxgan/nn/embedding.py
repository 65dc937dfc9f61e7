"""Vectors for labels."""

from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.explicit_mesh import along_batch
from jaxgan.nn.conv import Initializer
from jaxgan.nn.spectral import PowerIteration, spectral_norm


class Embedding(nn.Module):
    """A table with one vector per class.

    Attributes:
      classes: rows of the table.
      features: length of a vector.
      spectral: divide the table by its largest singular value, see `SpectralNorm`.
      kernel_init: initializer of the table; by default N(0, 1), as PyTorch's.
      dtype: of the result; the table is float32.
    """

    classes: int
    features: int
    spectral: bool | PowerIteration = False
    kernel_init: Initializer = nn.initializers.normal(1.0)
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, labels: jax.Array, train: bool = False) -> jax.Array:
        """Maps labels [...] in [0, classes) to [..., features]; others become NaN.

        `train` matters to `spectral` only.

        Raises:
          ValueError: if labels are not integers.
        """
        if not jnp.issubdtype(labels.dtype, jnp.integer):
            raise ValueError(f"labels: saw {labels.dtype}, wanted integers")
        shape = (self.classes, self.features)
        table = self.param("kernel", self.kernel_init, shape, jnp.float32)
        if self.spectral:
            table = spectral_norm(self.spectral, 0, "spectral")(table, train)
        return along_batch(_rows, labels, table.astype(self.dtype))


def _rows(labels, table):
    return jnp.take(table, labels, axis=0)
