"""VGAN's price of a foreground."""

import jax
import jax.numpy as jnp

from jaxgan.core.types import Play, Schedule, Term
from jaxgan.terms.adversarial import mean_per_example


def mask_sparsity(weight: float | Schedule = 0.1, *, name: str = "mask") -> Term:
    """mean |m|: how much of a clip its foreground hides.

    Vondrick et al. 2016 (arXiv 1609.02612), section 3.2, with λ = 0.1; a mean over the
    mask's places and frames, as in the authors' code. For generators that say their
    mask beside the value: `Sample.features[name]`.

    Args:
      weight: λ.
      name: of the mask.

    Raises:
      ValueError: when traced, on the discriminator's turn, or if the generator says no
        mask.
    """

    def apply(state, play: Play):
        if play.player != "generator":
            raise ValueError(
                "mask_sparsity: saw it on D's turn, wanted the generator's"
            )
        said = play.fake.features
        if not isinstance(said, dict) or name not in said:
            seen = sorted(said) if isinstance(said, dict) else "none"
            raise ValueError(
                f"features: saw {seen}, wanted {name!r} of a generator such as VGAN's"
            )
        mask: jax.Array = said[name]
        return mean_per_example(jnp.abs(mask.astype(jnp.float32))), state

    return Term("mask_sparsity", apply, weight=weight)
