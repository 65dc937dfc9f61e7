"""The price of moving noise: what makes a generator's map the optimal one."""

import jax.numpy as jnp

from jaxgan.core.types import Play, Schedule, Term
from jaxgan.terms.step_share import PerExample


def optimal_transport(
    weight: float | Schedule = 0.2, *, share: PerExample | None = None
) -> Term:
    """(1 / N) ‖G(z) - z‖² of noise z with as many numbers N as the value.

    Lin et al. 2025 (arXiv 2511.22475): of all maps from the noise to the
    data this leaves the one of Wasserstein-2's optimal transport, the same for every
    seed. The latent is a `Sample` whose value is z, flat or of the value's shape. The
    weight falls along `schedules.cosine(0.2, 0.01, steps)` there.

    Args:
      weight: λ.
      share: by what each example's price is divided: how much of the way from noise to
        the data a step goes, `terms.step_share`; all of it by default.

    Raises:
      ValueError: when traced, on the discriminator's turn, or if the noise has not as
        many numbers as the value.
    """

    def apply(state, play: Play):
        if play.player != "generator":
            raise ValueError(
                "optimal_transport: saw it on D's turn, wanted the generator's"
            )
        source, image = play.latent.value, play.fake.value
        if source.size != image.size:
            raise ValueError(
                f"latent: saw {source.size // len(source)} numbers, wanted as many as "
                f"the value has: {image.size // len(image)}"
            )
        moved = image.astype(jnp.float32) - source.reshape(image.shape)
        price = jnp.mean(jnp.square(moved).reshape(len(moved), -1), axis=1)
        return price if share is None else price / share(play), state

    return Term("optimal_transport", apply, weight=weight)
