"""LeCam regularisation, for little data."""

import jax
import jax.numpy as jnp

from jaxgan.core.ranges import check_number
from jaxgan.core.types import Play, Schedule, Term
from jaxgan.terms.adversarial import mean_per_example


def lecam(
    weight: float | Schedule = 0.3, *, decay: float = 0.99, start: int = 1000
) -> Term:
    """(D(x) - α_F)² + (D(G(z)) - α_R)², α being averages of fake and real logits.

    Tseng et al. 2021 (arXiv 2104.03310), equation 4. The averages are of the batch's
    means, on all devices, up to and including this batch, and constants to the
    gradient. Unlike the official code, which sets differences of the wrong sign to 0,
    this is the paper's formula.

    Args:
      weight: λ.
      decay: weight of the old average.
      start: until this step the averages are the last batch's means, and the penalty
        is 0.

    Raises:
      ValueError: if the decay is not in [0, 1), or (when traced) on G's turn.
    """
    if not 0.0 <= decay < 1.0:
        raise ValueError(f"decay: saw {decay}, wanted a number in [0, 1)")
    check_number("start", start, least=0)

    def apply(state, play: Play):
        if play.player != "discriminator":
            raise ValueError("lecam: saw it on the generator's turn, wanted D's")
        verdicts = {"real": play.real_verdict, "fake": play.fake_verdict}
        logits = {name: verdict.logits for name, verdict in verdicts.items()}
        batch = {
            name: play.context.mean(mean_per_example(x)) for name, x in logits.items()
        }
        late = jnp.asarray(play.context.step) >= start
        keep = jnp.where(late, decay, 0.0)
        state = jax.tree.map(
            lambda old, new: jax.lax.stop_gradient(keep * old + (1.0 - keep) * new),
            state,
            batch,
        )

        def squares(x, anchor):
            return mean_per_example(jax.tree.map(lambda y: jnp.square(y - anchor), x))

        value = squares(logits["real"], state["fake"])
        value = value + squares(logits["fake"], state["real"])
        return jnp.where(late, value, 0.0), state

    def init():
        return {"real": jnp.zeros(()), "fake": jnp.zeros(())}

    return Term("lecam", apply, init, weight=weight)
