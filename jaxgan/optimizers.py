"""What published methods want of optimizers beyond optax."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from jaxgan.core.ranges import check_count, check_number

LearningRate = float | optax.Schedule
"""A number, or an optax schedule: a function of the player's number of updates."""


def adam(
    learning_rate: LearningRate,
    b1: float,
    b2: float,
    eps: float = 1e-8,
    *,
    name: str = "learning_rate",
) -> optax.GradientTransformation:
    """Makes optax's Adam, after looking at its numbers.

    Args:
      learning_rate: a positive number, or a schedule.
      b1, b2: betas, in [0, 1).
      eps: is added to the root of the second moment.
      name: of the learning rate, for errors.

    Raises:
      ValueError: naming the number that is out of range.
    """
    check_number(name, learning_rate, above=0)
    check_number("b1", b1, least=0, below=1)
    check_number("b2", b2, least=0, below=1)
    check_number("eps", eps, least=0)
    return optax.adam(learning_rate, b1=b1, b2=b2, eps=eps)


def decayed_adam(
    learning_rate: LearningRate,
    b1: float,
    b2: float,
    weight_decay: float,
    eps: float = 1e-8,
) -> optax.GradientTransformation:
    """Adam of the gradient and a share of the weights, as PyTorch's `weight_decay`.

    That is L2 regularisation, which Adam scales with the gradient; `optax.adamw` decays
    the weights themselves (Loshchilov and Hutter 2019, arXiv 1711.05101).

    Raises:
      ValueError: naming the number that is out of range.
    """
    check_number("weight_decay", weight_decay, least=0)
    rest = adam(learning_rate, b1, b2, eps)
    return optax.chain(optax.add_decayed_weights(weight_decay), rest)


def decoupled_adam(
    learning_rate: LearningRate,
    b1: float,
    b2: float,
    weight_decay: float,
    eps: float = 1e-8,
) -> optax.GradientTransformation:
    """AdamW: decays the weights themselves, in proportion to the learning rate.

    Loshchilov and Hutter 2019 (arXiv 1711.05101); all weights, as PyTorch's.

    Raises:
      ValueError: naming the number that is out of range.
    """
    check_number("weight_decay", weight_decay, least=0)
    adam(learning_rate, b1, b2, eps)  # which looks at the numbers
    return optax.adamw(learning_rate, b1=b1, b2=b2, eps=eps, weight_decay=weight_decay)


def rate_by_width(
    learning_rate: LearningRate, width: int, reference: int = 768
) -> LearningRate:
    """learning_rate · reference / width: wider transformers learn more slowly.

    Hyun et al. 2025 (arXiv 2509.24935): a rate that was found at one width then serves
    all, for each network by its own. Yang et al. 2022 (arXiv 2203.03466) say why.

    Args:
      learning_rate: at the reference: a positive number, or a schedule.
      width: features of a token.
      reference: the width that the rate was found at.

    Raises:
      ValueError: naming the number that is out of range.
    """
    check_number("learning_rate", learning_rate, above=0)
    check_count("width", width)
    check_count("reference", reference)
    share = reference / width
    if callable(learning_rate):
        return lambda count: share * jnp.asarray(learning_rate(count))
    return share * learning_rate


def lazy_adam(
    learning_rate: float, b1: float, b2: float, every: int, eps: float = 1e-8
) -> optax.GradientTransformation:
    """Adam for a player that also plays a lazy penalty turn every so many steps.

    Karras et al. 2020 (arXiv 1912.04958), appendix B: such a turn is an update of its
    own, so rate and betas become λc, β^c with c = k / (k + 1).

    Raises:
      ValueError: naming the number that is out of range.
    """
    check_count("every", every)
    adam(learning_rate, b1, b2, eps)  # which looks at the numbers as they were given
    correction = every / (every + 1)
    return adam(learning_rate * correction, b1**correction, b2**correction, eps)


def warmed_up(
    optimizer: optax.GradientTransformation, steps: int
) -> optax.GradientTransformationExtraArgs:
    """Updates times min(1, (t + 1) / (steps + 1)) on step t of the run.

    Adam's first updates are as large as its rate whatever the gradient is, since its
    moments are empty. There is no state beside the optimizer's: a train step tells all
    optimizers the extra argument `step`.

    Raises:
      ValueError: if the steps are negative.
    """
    check_count("steps", steps, least=0)
    inner = optax.with_extra_args_support(optimizer)

    def update(updates, state, params=None, *, step, **extra):
        updates, state = inner.update(updates, state, params, step=step, **extra)
        share = jnp.minimum(1.0, (step + 1).astype(jnp.float32) / (steps + 1))
        return jax.tree.map(lambda u: u * share.astype(u.dtype), updates), state

    return optax.GradientTransformationExtraArgs(
        inner.init,
        update,  # pyright: ignore[reportArgumentType]
    )


def clip_weights(limit: float) -> optax.GradientTransformation:
    """Makes the updated parameters lie in [-limit, limit]; chain it last.

    Raises:
      ValueError: if `limit` is not positive.
    """
    check_number("limit", limit, above=0)

    def update(updates, state, params=None):
        if params is None:
            raise ValueError("params: saw None, wanted the weights to clip")
        clipped = jax.tree.map(
            lambda p, u: (p + u).clip(-limit, limit) - p, params, updates
        )
        return clipped, state

    return optax.GradientTransformation(lambda params: optax.EmptyState(), update)


class ForgettingState(NamedTuple):
    """How many updates there were, and what the optimizer remembers."""

    count: jax.Array
    inner: Any


def forgetting(
    optimizer: optax.GradientTransformation,
    phase: Callable[[jax.Array], jax.Array],
) -> optax.GradientTransformation:
    """An optimizer that begins anew on the first update of every phase.

    ProGAN's and StyleGAN's code resets Adam where a level begins to fade in, or has
    (Karras et al. 2018, arXiv 1710.10196). Schedules of the learning rate count updates
    too: chain them behind it.

    Args:
      optimizer: what forgets.
      phase: a function of the number of updates before, such as `Growing.phase`.
    """

    def init(params):
        return ForgettingState(jnp.zeros((), jnp.int32), optimizer.init(params))

    def update(updates, state, params=None):
        count = state.count
        begins = (count > 0) & (phase(count) != phase(count - 1))
        inner = jax.tree.map(
            lambda new, old: jnp.where(begins, new, old),
            optimizer.init(updates),
            state.inner,
        )
        updates, inner = optimizer.update(updates, inner, params)
        return updates, ForgettingState(count + 1, inner)

    return optax.GradientTransformation(init, update)
