"""Distributions of latents beside the standard normal."""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from jaxgan.core.heads import Codes

Draw = Callable[[jax.Array, tuple[int, ...]], jax.Array]
"""f(key, shape) -> one example's draw."""


def truncated_normal(threshold: float) -> Draw:
    """Standard normal numbers, each drawn again until it is within ±threshold.

    Brock et al. 2019 (arXiv 1809.11096), section 3.1: less variety, better samples.

    Raises:
      ValueError: if the threshold is not positive.
    """
    if not threshold > 0:
        raise ValueError(f"threshold: saw {threshold}, wanted more than 0")

    def draw(key, shape):
        return jax.random.truncated_normal(key, -threshold, threshold, shape)

    return draw


def with_codes(codes: Codes, noise: Draw = jax.random.normal) -> Draw:
    """Noise, and at the end InfoGAN's codes, which `mutual_information` finds there.

    Chen et al. 2016 (arXiv 1606.03657), section 4. Of a latent of Z numbers Z less the
    codes' size are noise: the game's `latent_size` counts both.

    Raises:
      ValueError: when a latent is drawn, if it has no room for the codes.
    """

    def draw(key, shape):
        rest = shape[0] - codes.size
        if len(shape) != 1 or rest < 0:
            raise ValueError(
                f"latent_size: saw {shape}, wanted at least the codes' {codes.size}"
            )
        key_noise, key_codes = jax.random.split(key)
        return jnp.concatenate([noise(key_noise, (rest,)), codes.draw(key_codes)])

    return draw
