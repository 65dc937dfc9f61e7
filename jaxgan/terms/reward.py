"""A reward that no gradient knows, and a network that learns to tell it: MolGAN's."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from jaxgan.core.heads import named_head
from jaxgan.core.types import Loss, Play, Schedule, Term, Tree, Verdict
from jaxgan.terms.adversarial import check_loss, loss_per_example

Reward = Callable[[Any], np.ndarray]
"""f(values, numpy leaves [B, ...]) -> rewards [B] in [0, 1], the same every time."""

HEAD = "reward"
"""Of the verdict: what the network believes."""
PART = 2**16
"""Bytes that go to the host at once. JAX has larger arrays copied by the threads that
compute; if all of these wait for the host, it waits for them."""


def reward_fit(reward: Reward, weight: float | Schedule = 1.0) -> Term:
    """(V(real) - r(real))² + (V(fake) - r(fake))² of a reward r.

    De Cao and Kipf 2018 (arXiv 1805.11973), section 3.2: for a turn of the
    discriminator's side that moves its part 'reward'. The reward is computed by the
    host, all examples of a device at once.

    Raises:
      TypeError: if the reward is no function.
    """
    if not callable(reward):
        raise TypeError(
            f"reward: saw a {type(reward).__name__}, wanted f(values) -> [B]"
        )

    def apply(state, play: Play):
        real, fake = (
            jnp.square(believed(verdict) - _of_host(reward, sample.value))
            for verdict, sample in (
                (play.real_verdict, play.real),
                (play.fake_verdict, play.fake),
            )
        )
        return real + fake, state

    return Term("reward_fit", apply, weight=weight)


def reward_policy(loss: Loss, weight: float | Schedule = 1.0) -> Term:
    """-|L_G / L_V| V(fake), as large as the generator's adversarial loss L_G.

    L_V is the mean of -V(fake), L_G that of `loss` of the generator, and the quotient a
    constant: section 3.2 of MolGAN as its official code has it, for the generator's
    turn. With weights of λ for the adversarial loss and 1 - λ for this one.

    Raises:
      TypeError: if the loss is none.
    """
    check_loss(loss)

    def apply(state, play: Play):
        worth = -believed(play.fake_verdict)
        logits = (play.real_verdict.logits, play.fake_verdict.logits)
        played = loss_per_example(loss, "generator", *logits, play.context)
        size, wanted = play.context.mean((worth, played))
        share = jnp.abs(wanted) / jnp.maximum(jnp.abs(size), 1e-8)
        return lax.stop_gradient(share) * worth, state

    return Term("reward_policy", apply, weight=weight)


def believed(verdict: Verdict) -> jax.Array:
    """What the network believes the rewards to be, [B].

    Raises:
      ValueError: if there is no such network.
    """
    return named_head(verdict, HEAD)


def _of_host(reward: Reward, value: Tree) -> jax.Array:
    """The rewards [B] of values, as constants."""
    leaves, tree = jax.tree.flatten(lax.stop_gradient(value))
    count = leaves[0].shape[0]

    def on_host(leaves):
        whole = [np.concatenate(parts, min(1, parts[0].ndim - 1)) for parts in leaves]
        rewards = reward(jax.tree.unflatten(tree, whole))
        return np.asarray(rewards, np.float32).reshape(count)

    shape = jax.ShapeDtypeStruct((count,), jnp.float32)
    parts = [_parts(leaf) for leaf in leaves]
    return jax.pure_callback(on_host, shape, parts, vmap_method="sequential")


def _parts(x: jax.Array) -> list[jax.Array]:
    """Cuts [B, N, ...] along N into parts of at most `PART` bytes, if N lets it."""
    if x.ndim < 2 or not x.size:
        return [x]
    each = max(1, PART * x.shape[1] // (x.size * x.dtype.itemsize))
    return jnp.split(x, list(range(each, x.shape[1], each)), axis=1)
