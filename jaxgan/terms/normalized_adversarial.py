"""The adversarial objective whose gradient at the fakes is brought to one size."""

import jax
import jax.numpy as jnp

from jaxgan.core.ranges import check_number
from jaxgan.core.types import Loss, Play, Term
from jaxgan.terms.adversarial import check_loss, loss_per_example


def normalized_adversarial(
    loss: Loss, weight: float = 1.0, *, decay: float = 0.9
) -> Term:
    """The generator's loss; its gradient g at a fake is divided by √s.

    s is the running mean of N ‖g‖², with N the numbers of a value, so that lengths are
    about 1/√N, as those of `optimal_transport` are: one λ does for all sizes. Lin et
    al. 2025 (arXiv 2511.22475), who find it of use, and not strictly necessary
    (appendix G). As in the official code s starts at 0 without a correction, so the
    first gradient is 1/√(1 - decay) times as large. There the gradient is taken behind
    an augmentation; here, in front of it. Gradients that reach
    the generator otherwise than by the fakes, through reals, are left out.

    Args:
      loss: whose generator's side is minimised.
      weight: of the loss.
      decay: what the running mean keeps.

    Raises:
      TypeError: if the loss is none.
      ValueError: if decay is not in [0, 1), or (when traced) on D's turn.
    """
    check_loss(loss)
    check_number("decay", decay, least=0, below=1)

    def apply(state, play: Play):
        if play.player != "generator":
            raise ValueError(
                "normalized_adversarial: saw it on D's turn, wanted the generator's"
            )
        value, slope = _slope(loss, play)
        squares = _squares(slope)
        state = decay * state + (1.0 - decay) * play.context.mean(squares)
        state = jax.lax.stop_gradient(state)
        size = jnp.sqrt(jnp.maximum(state, 1e-24))
        direction = jax.tree.map(
            lambda g, x: _along(jax.lax.stop_gradient(g) / size, x),
            slope,
            play.fake.value,
        )
        push = sum(jax.tree.leaves(direction), jnp.zeros(()))
        return push + jax.lax.stop_gradient(value - push), state

    return Term("adversarial", apply, lambda: jnp.zeros(()), weight)


def _slope(loss: Loss, play: Play):
    """The losses [B], and their gradients, a tree like the fakes."""
    real = jax.lax.stop_gradient(play.real_verdict.logits)

    def total(value):
        fake = play.discriminate(play.fake._replace(value=value), "fake").logits
        values = loss_per_example(loss, play.player, real, fake, play.context)
        return jnp.sum(values), values

    value = jax.lax.stop_gradient(play.fake.value)
    slope, values = jax.grad(total, has_aux=True)(value)
    return values, slope


def _squares(slope) -> jax.Array:
    """N ‖g‖² of every example, [B]."""
    leaves = [x.astype(jnp.float32).reshape(len(x), -1) for x in jax.tree.leaves(slope)]
    numbers = sum(x.shape[1] for x in leaves)
    squares = [jnp.sum(jnp.square(x), axis=1) for x in leaves]
    return numbers * sum(squares[1:], squares[0])


def _along(direction: jax.Array, x: jax.Array) -> jax.Array:
    """The scalar products [B] of two arrays [B, ...]."""
    product = direction * x.astype(jnp.float32)
    return jnp.sum(product.reshape(len(x), -1), axis=1)
