"""The gradient penalty as MolGAN's official code computes it."""

import jax
import jax.numpy as jnp

from jaxgan.core.types import Play, Sample, Schedule, Term
from jaxgan.terms.slopes import along, safe_root


def molgan_penalty(weight: float | Schedule = 10.0) -> Term:
    """Mean (‖∂(D + Σ f)/∂x̂_e‖ - 1)² over pairs e of atoms, and likewise over atoms.

    Of the code of De Cao and Kipf 2018 (arXiv 1805.11973), which is no WGAN-GP, though
    the paper names it: it takes the slope of the logit and of all last features f
    together, a norm per pair and per atom rather than per graph, and interpolates with
    the shares softmax(logits) that the generator's draw was made from. To compare with
    the official numbers; `gradient_penalty` is the right one.

    Args:
      weight: λ.
    """

    def apply(state, play: Play):
        share = _shares(play)
        soft = play.fake.features
        between = jax.tree.map(
            lambda real, fake, share: share * real + (1.0 - share) * fake,
            *(play.real.value, soft, along(share, soft)),
        )

        def total(value):
            sample = Sample(value, play.real.given)
            verdict = play.discriminate(sample, "between")
            features = verdict.features
            hidden = features["hidden"] if isinstance(features, dict) else features
            return jnp.sum(verdict.logits) + jnp.sum(hidden.astype(jnp.float32))

        excess = [
            jnp.square(safe_root(jnp.sum(jnp.square(slope), axis=-1)) - 1.0)
            for slope in jax.tree.leaves(jax.grad(total)(between))
        ]
        means = [jnp.mean(x.reshape(x.shape[0], -1), axis=1) for x in excess]
        return sum(means[1:], means[0]), state

    return Term("molgan_penalty", apply, weight=weight)


def _shares(play: Play) -> jax.Array:
    """How much of the real graph is in between, one number per example [B]."""
    return jax.vmap(jax.random.uniform)(play.context.draw("gradient_penalty"))
