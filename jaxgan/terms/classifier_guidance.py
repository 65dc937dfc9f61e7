"""Guidance by a classifier of noisy data that training does not change."""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from jaxgan.core.ranges import check_number
from jaxgan.core.timed import Timed, times_of, untimed
from jaxgan.core.types import Play, Schedule, Term, Variables

Classify = Callable[[Variables, jax.Array, jax.Array], jax.Array]
"""f(variables, values [B, ...], times [B]) -> logits [B, classes]."""


def classifier_guidance(
    classify: Classify,
    weight: float | Schedule = 0.003,
    *,
    latest: float = 0.1,
    name: str = "classifier",
) -> Term:
    """-log p(label | (1 - t) G(z) + t ε), with t ~ U(0, latest) and ε ~ N(0, 1).

    Lin et al. 2025 (arXiv 2511.22475): guidance is a term of the loss, and
    needs no second pass when sampling. The official code has a branch without noise,
    which its configurations take by the name of an option; the paper, and this, have
    the noise.

    Fakes of a chain, which have a time of their own, are looked at as they are, at that
    time, and count where it is not after the latest. The official code does so, with a
    weight of .02 and a latest time of .49 for two steps.

    Args:
      classify: what looks: such as a `models.dit.Classifier`'s pass.
      weight: λ.
      latest: the largest time that fakes are moved to, or looked at.
      name: of the classifier's variables among the frozen networks.

    Raises:
      ValueError: if `latest` is not in [0, 1], or (when traced) fakes are of no labels.
    """
    check_number("latest", latest, least=0, most=1)

    def apply(state, play: Play):
        keys = play.context.draw("classifier_guidance")
        image, labels = play.fake.value, untimed(play.fake.given)
        if not jnp.issubdtype(getattr(labels, "dtype", jnp.float32), jnp.integer):
            raise ValueError("given: saw no labels, wanted some to guide by")
        share = jnp.ones(len(labels), jnp.float32)
        if isinstance(play.fake.given, Timed):
            noisy, (times,) = image, times_of(play.fake.given, 1)
            share = jnp.where(times <= latest, share, 0.0)
        else:
            times, noise = _draws(keys, image.shape[1:])
            times = latest * times
            noisy = renoised(image, times, noise)
        logits = classify(play.context.frozen[name], noisy, times)
        return share * cross_entropy(logits, labels), state

    return Term("classifier_guidance", apply, weight=weight)


def renoised(image: jax.Array, times: jax.Array, noise: jax.Array) -> jax.Array:
    """(1 - t) x + t ε, of times [B]."""
    times = times.reshape(-1, *(1,) * (image.ndim - 1)).astype(image.dtype)
    return (1.0 - times) * image + times * noise


def cross_entropy(logits: jax.Array, labels: jax.Array) -> jax.Array:
    """-log softmax(logits)[label], [B]."""
    shares = jax.nn.log_softmax(logits.astype(jnp.float32), axis=1)
    of_label = jax.nn.one_hot(labels, logits.shape[1], dtype=jnp.float32)
    return -jnp.sum(shares * of_label, axis=1)


def _draws(keys: jax.Array, shape: tuple[int, ...]):
    def draw(key):
        first, second = jax.random.split(key)
        return jax.random.uniform(first), jax.random.normal(second, shape)

    return jax.vmap(draw)(keys)
