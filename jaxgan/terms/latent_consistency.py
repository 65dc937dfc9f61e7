"""Consistency under small changes of the latent."""

import jax
import jax.numpy as jnp

from jaxgan.core.ranges import check_number
from jaxgan.core.types import Play, Sample, Schedule, Term
from jaxgan.terms.adversarial import mean_per_example


def latent_consistency(weight: float | Schedule, *, spread: float = 0.05) -> Term:
    """On D's turn (D(G(z)) - D(G(z + δ)))², on G's -‖G(z) - G(z + δ)‖², δ ~ N(0, s²).

    Zhao et al. 2020 (arXiv 2002.04724), algorithm 2 (zCR): the discriminator is to be
    blind to small changes, the generator to make them visible. The norm is a mean over
    pixels. With bCR it is ICR.

    Args:
      weight: λ of the turn it is on. Published: 20 on the discriminator's and 0.5 on
        the generator's.
      spread: s.

    Raises:
      ValueError: if the spread is not positive; when traced, if the latent is no
        `Sample`.
    """

    check_number("spread", spread, above=0)

    def apply(state, play: Play):
        if not isinstance(play.latent, Sample):
            raise ValueError(f"latent: saw {type(play.latent)}, wanted a Sample")
        z = play.latent.value
        noise = jax.vmap(lambda key: jax.random.normal(key, z.shape[1:], z.dtype))(
            play.context.draw("latent_consistency")
        )
        near = play.latent._replace(value=z + spread * noise)
        other = play.generate(near, "latent_consistency")
        if play.player == "generator":
            pairs, sign = (play.fake.value, other.value), -1.0
        else:
            verdict = play.discriminate(other, "latent_consistency")
            pairs, sign = (play.fake_verdict.logits, verdict.logits), 1.0
        squares = jax.tree.map(lambda a, b: jnp.square(a - b), *pairs)
        return sign * mean_per_example(squares).astype(jnp.float32), state

    return Term("latent_consistency", apply, weight=weight)
