"""The surrogate objective of unrolled GANs."""

import jax
import optax

from jaxgan.core.types import Loss, Play, Term
from jaxgan.terms.adversarial import check_loss, loss_per_example


def unrolled(loss: Loss, steps: int, optimizer: optax.GradientTransformation) -> Term:
    """The generator's loss against a discriminator `steps` updates ahead.

    Metz et al. 2017 (arXiv 1611.02163), equations 5 to 8: the updates, on this turn's
    real and fake examples, are part of the objective, and the gradient flows through
    them. It takes the place of `adversarial` on the generator's turn; the discriminator
    keeps its own turn, and its state is not changed. The optimizer starts afresh on
    each turn (the paper's official code unrolls Adam likewise); 0 steps is
    `adversarial`.

    Raises:
      TypeError: if the loss is none.
      ValueError: if `steps` is negative, or (when traced) on a discriminator's turn.
    """
    check_loss(loss)
    if steps < 0:
        raise ValueError(f"steps: saw {steps}, wanted at least 0")

    def apply(state, play: Play):
        if play.player != "generator":
            raise ValueError("unrolled: saw it on the discriminator's turn, wanted G's")

        def side(player, params):
            verdicts = (
                play.discriminate(play.real, "real", params),
                play.discriminate(play.fake, "fake", params),
            )
            real, fake = (verdict.logits for verdict in verdicts)
            return loss_per_example(loss, player, real, fake, play.context)

        def objective(params):
            return play.context.mean(side("discriminator", params)), ()

        params = play.params.discriminator
        memory = optimizer.init(params)
        for _ in range(steps):
            _, gradient = play.context.value_and_grad(objective)(params)
            # As in the train step: optax is not clean under strict promotion.
            with jax.numpy_dtype_promotion("standard"):
                updates, memory = optimizer.update(gradient, memory, params)
            params = optax.apply_updates(params, updates)
        return side("generator", params), state

    return Term("unrolled", apply)
