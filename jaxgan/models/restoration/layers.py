"""What the networks of super-resolution share: ranges and first kernels."""

import jax
from flax import linen as nn

from jaxgan.nn import repeat
from jaxgan.nn.conv import Initializer


def he_init(scale: float) -> Initializer:
    """He's normal kernels for ReLUs, times a scale: BasicSR's `default_init_weights`.

    He et al. 2015 (arXiv 1502.01852); the scale .1 is ESRGAN's (arXiv 1809.00219,
    section 3.1: smaller initialisation).
    """
    return nn.initializers.variance_scaling(2.0 * scale**2, "fan_in", "normal")


def to_unit(x: jax.Array) -> jax.Array:
    """Maps [-1, 1], in which we have images, to [0, 1], in which BasicSR has them."""
    return 0.5 * x + 0.5


def from_unit(x: jax.Array) -> jax.Array:
    """Maps [0, 1] to [-1, 1]; values beyond stay beyond."""
    return 2.0 * x - 1.0


def doubled(x: jax.Array, conv: nn.Module) -> jax.Array:
    """Repeats every pixel four times, convolves, and rectifies with slope .2."""
    return nn.leaky_relu(conv(repeat(x)), 0.2)
