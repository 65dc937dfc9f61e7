"""ContraGAN's contrastive loss."""

from jaxgan.core.ranges import check_number
from jaxgan.core.types import Play, Schedule, Term
from jaxgan.terms.similarities import log_sum, similarities


def conditional_contrastive(
    weight: float | Schedule = 1.0,
    *,
    temperature: float = 1.0,
    head: str = "proxies",
) -> Term:
    """-log(Σ₊ e^s / Σ e^s): pulls examples to their class and to each other within it.

    Kang and Park 2020 (arXiv 2006.12681), equation 8 (2C): s is a cosine divided by τ,
    of an example and the proxy of its class or another example. The sum below is over
    that proxy and all other examples, the one above over the proxy and those of the
    same class. It stands beside `adversarial` on both turns and looks at real examples
    on the discriminator's, at fakes on the generator's. Others are those of all
    devices, of one microbatch at a time.

    Args:
      weight: λ.
      temperature: τ.
      head: the name of a `jaxgan.nn.ProxyHead`.

    Raises:
      ValueError: if the temperature is not positive, or (when traced) there is no such
        head, or no labels.
    """
    check_number("temperature", temperature, above=0)

    def apply(state, play: Play):
        seen = similarities(play, head)
        proxy, pairs = seen.to_proxy / temperature, seen.to_others / temperature
        mates = log_sum(proxy, pairs, seen.same_class & ~seen.itself)
        return log_sum(proxy, pairs, ~seen.itself) - mates, state

    return Term("conditional_contrastive", apply, weight=weight)
