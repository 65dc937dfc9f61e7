"""The adversarial objective itself."""

from typing import Any

import jax
import jax.numpy as jnp

from jaxgan.core.context import Context
from jaxgan.core.types import Loss, Play, PlayerName, Term, Tree


def adversarial(loss: Loss, weight: float = 1.0) -> Term:
    """The mover's side of an adversarial loss.

    The loss is mapped over the tree of logits: patches, scales, frame and clip critics
    and several discriminators each count by their mean, and the leaves by theirs.

    Raises:
      TypeError: if the loss is none.
    """
    check_loss(loss)

    def apply(state, play: Play):
        value = loss_per_example(
            loss,
            play.player,
            play.real_verdict.logits,
            play.fake_verdict.logits,
            play.context,
        )
        return value, state

    return Term("adversarial", apply, weight=weight)


def check_loss(loss: Any) -> None:
    """Checks that a loss is one.

    Raises:
      TypeError: if it is not.
    """
    if not isinstance(loss, Loss):
        raise TypeError(
            f"loss: saw a {type(loss).__name__}, wanted a Loss, such as losses.hinge"
        )


def loss_per_example(
    loss: Loss, player: PlayerName, real: Tree, fake: Tree, context: Context
) -> jax.Array:
    """One player's loss [B] from trees of logits, averaged over everything but B."""
    side = getattr(loss, player)

    def leaf(real, fake):
        return side(*loss.compare(real, fake, context.mean))

    return mean_per_example(jax.tree.map(leaf, real, fake))


def mean_per_example(tree: Tree) -> jax.Array:
    """Means [B] over everything but B: within every leaf [B, ...], then over leaves."""
    means = [
        jnp.mean(leaf.reshape(leaf.shape[0], -1), axis=1)
        for leaf in jax.tree.leaves(tree)
    ]
    return jnp.mean(jnp.stack(means), axis=0)
