"""Top-k training: the generator learns from its best fakes only."""

import jax
import jax.numpy as jnp

from jaxgan.core.types import Loss, Play, Schedule, Term
from jaxgan.terms.adversarial import check_loss, loss_per_example, mean_per_example


def top_k(loss: Loss, share: float | Schedule) -> Term:
    """The generator's loss, averaged over the share of fakes with the highest logits.

    Sinha et al. 2020 (arXiv 2002.06224), algorithm 1. It takes the place of
    `adversarial` on the generator's turn. Ranks are among the fakes of all devices, of
    one microbatch at a time; ties for the last rank are all kept.

    Args:
      loss: the adversarial loss.
      share: k over the batch, in (0, 1]; the paper lowers it from 1 to ½ by 1 % per
        epoch.

    Raises:
      TypeError: if the loss is none.
      ValueError: if a constant share is out of range, or (when traced) on D's turn.
    """
    check_loss(loss)
    if not callable(share) and not 0.0 < share <= 1.0:
        raise ValueError(f"share: saw {share}, wanted a number in (0, 1]")

    def apply(state, play: Play):
        if play.player != "generator":
            raise ValueError("top_k: saw it on the discriminator's turn, wanted G's")
        real, fake = play.real_verdict.logits, play.fake_verdict.logits
        value = loss_per_example(loss, play.player, real, fake, play.context)
        wanted = share(jnp.asarray(play.context.step)) if callable(share) else share
        mine = jax.lax.stop_gradient(mean_per_example(fake))
        others = play.context.gather(mine)
        better = jnp.sum((others[None] > mine[:, None]).astype(jnp.float32), axis=1)
        count = jnp.maximum(jnp.round(wanted * len(others)), 1.0)
        kept = (better < count).astype(jnp.float32)
        return value * kept / play.context.mean(kept), state

    return Term("top_k", apply)
