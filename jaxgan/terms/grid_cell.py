"""What keeps predictions of rain near what was measured."""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from jaxgan.core.ranges import check_count
from jaxgan.core.types import Play, Schedule, Term
from jaxgan.terms.adversarial import mean_per_example


def brightness(target: jax.Array) -> jax.Array:
    """Of values in [-1, 1] 1 + their share of the brightest: rain counts more."""
    return 1.0 + 0.5 * (target + 1.0)


def grid_cell(
    weight: float | Schedule = 20.0,
    *,
    samples: int = 2,
    emphasis: Callable[[jax.Array], jax.Array] = brightness,
) -> Term:
    """mean |(E_z G(s, z) - t) · w(t)|: the mean of some predictions, cell by cell.

    Ravuri et al. 2021 (arXiv 2104.00954), methods, with λ = 20, six samples, and
    weights that grow with the rain up to 24. Single predictions may differ from what
    came; only their mean is held near it.

    Args:
      weight: λ. Values in [-1, 1] differ by twice as much as in [0, 1].
      samples: predictions of each example that are averaged, the one that is judged
        among them; each further one is a pass of the generator.
      emphasis: w.

    Raises:
      ValueError: if there is no sample; when traced, on the discriminator's turn, or if
        the latent has no noise to draw again.
    """
    check_count("samples", samples)

    def apply(state, play: Play):
        if play.player != "generator":
            raise ValueError("grid_cell: saw it on D's turn, wanted the generator's")
        total = play.fake.value
        for place in range(1, samples):
            total = (
                total + play.generate(_redrawn(play, place), f"sample_{place}").value
            )
        target = play.real.value
        gaps = jnp.abs(total / samples - target) * emphasis(target)
        return mean_per_example(gaps.astype(jnp.float32)), state

    return Term("grid_cell", apply, weight=weight)


def _redrawn(play: Play, place: int):
    """The latents with other noise, standard normal, from each example's key."""
    noise = play.latent.value
    if not isinstance(noise, jax.Array) or noise.ndim != 2:
        raise ValueError(
            "latent: saw no noise [B, Z], wanted a game with a `noise_size`"
        )
    keys = play.context.draw(f"grid_cell_{place}")
    shape = noise.shape[1:]
    drawn = jax.vmap(lambda key: jax.random.normal(key, shape, noise.dtype))(keys)
    return play.latent._replace(value=drawn)
