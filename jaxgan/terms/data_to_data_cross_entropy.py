"""ReACGAN's classifier, which compares examples with each other."""

import jax.numpy as jnp

from jaxgan.core.ranges import check_number
from jaxgan.core.types import Play, Schedule, Term
from jaxgan.terms.similarities import log_sum, similarities


def data_to_data_cross_entropy(
    weight: float | Schedule = 0.5,
    *,
    temperature: float = 0.5,
    margin: float = 0.98,
    head: str = "proxies",
) -> Term:
    """-log(e^a / (e^a + Σ e^r)): near to the own class, far from examples of others.

    Kang et al. 2021 (arXiv 2111.01118), section 3.2 (D2D-CE): with f and v the unit
    vectors of an example and its class, a = min(f·v - m, 0) / τ, and for every example
    g of another class r = max(f·g - (1 - m), 0) / τ. Pairs that are near, or far,
    enough have no gradient. It stands beside `adversarial` on both turns and looks at
    real examples on the discriminator's, at fakes on the generator's. Others are those
    of all devices, of one microbatch at a time.

    This is the paper's formula. The official code takes the largest (f·g - (1 - m)) / τ
    of the batch, a constant to the gradient, from every r but not from a, so that
    negatives weigh up to e^(m / τ) times less there.

    Args:
      weight: λ; the default, as the others, is that of the paper for CIFAR-10.
      temperature: τ.
      margin: m, cosine from which an example is near enough to its class.
      head: the name of a `jaxgan.nn.ProxyHead`.

    Raises:
      ValueError: if the temperature is not positive, the margin no cosine, or (when
        traced) there is no such head, or no labels.
    """
    check_number("temperature", temperature, above=0)
    check_number("margin", margin, least=-1, most=1)

    def apply(state, play: Play):
        seen = similarities(play, head)
        near = jnp.minimum(seen.to_proxy - margin, 0.0) / temperature
        far = jnp.maximum(seen.to_others - (1.0 - margin), 0.0) / temperature
        return log_sum(near, far, ~seen.same_class) - near, state

    return Term("data_to_data_cross_entropy", apply, weight=weight)
