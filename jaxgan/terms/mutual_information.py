"""InfoGAN's lower bound of what a fake tells about its codes."""

import jax
import jax.numpy as jnp

from jaxgan.core.heads import CodePosterior, Codes, named_head
from jaxgan.core.ranges import check_number
from jaxgan.core.types import Play, Sample, Schedule, Term


def mutual_information(
    codes: Codes,
    weight: float | Schedule = 1.0,
    *,
    continuous: float = 1.0,
    head: str = "codes",
) -> Term:
    """-log Q(c | G(z, c)), which both players minimise.

    Chen et al. 2016 (arXiv 1606.03657), equations 5 and 6: the entropy of the codes
    less this is a lower bound L_I of the mutual information between codes and fake. It
    stands beside `adversarial` on both turns; there the discriminator trains the head Q
    and the layers that it shares, here the generator. Cross-entropies of the
    categories are added to ½ Σ ((c - μ)² / σ² + log 2πσ²) of the continuous codes, in
    nats.

    Args:
      codes: the last numbers of the latent, as `games.draws.with_codes` draws them.
      weight: λ. The paper and its code for MNIST have 1.
      continuous: weight of the continuous codes beside the categories. The official
        code for MNIST has 1; the paper makes λ smaller for continuous codes where
        their entropies outweigh the adversarial loss, and 0.1 is common.
      head: the name of a `jaxgan.nn.CodeHead` for the same codes.

    Raises:
      ValueError: if a weight is negative; when traced, if there is no such head, it is
        for other codes, or the latent is not `Sample([B, Z])`.
    """

    check_number("continuous", continuous, least=0)

    def apply(state, play: Play):
        if not isinstance(play.latent, Sample):
            raise ValueError(f"latent: saw {type(play.latent)}, wanted a Sample")
        believed = named_head(play.fake_verdict, head)
        categories, numbers = codes.split(play.latent.value)
        _check(codes, believed)
        value = continuous * _gaussian(numbers, believed)
        for one_hot, logits in zip(categories, believed.logits):
            value = value - jnp.sum(one_hot * jax.nn.log_softmax(logits), axis=1)
        return value, state

    return Term("mutual_information", apply, weight=weight)


def _gaussian(numbers: jax.Array, believed: CodePosterior) -> jax.Array:
    """Negative log-likelihood [B] of independent normal numbers [B, continuous]."""
    squares = jnp.square(numbers - believed.mean) * jnp.exp(-believed.log_variance)
    return 0.5 * jnp.sum(squares + believed.log_variance + jnp.log(2 * jnp.pi), axis=1)


def _check(codes: Codes, believed: CodePosterior) -> None:
    seen = tuple(logits.shape[1] for logits in believed.logits)
    numbers = believed.mean.shape[1]
    if seen != codes.categories or numbers != codes.continuous:
        raise ValueError(
            f"codes: saw a head for categories {seen} and {numbers} continuous codes, "
            f"wanted {codes}"
        )
