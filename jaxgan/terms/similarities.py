"""How alike the mover's examples are to their class and to each other."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxgan.core.heads import named_head
from jaxgan.core.types import Play
from jaxgan.terms.auxiliary_classifier import class_labels


class Similarities(NamedTuple):
    """Cosines between B examples, their proxies, and the N examples of all devices.

    Attributes:
      to_proxy: of examples and the proxies of their classes, [B].
      to_others: of all pairs, [B, N].
      same_class: whether a pair is of one class, [B, N].
      itself: whether a pair is an example and itself, [B, N].
    """

    to_proxy: jax.Array
    to_others: jax.Array
    same_class: jax.Array
    itself: jax.Array


def similarities(play: Play, head: str) -> Similarities:
    """Of real examples on the discriminator's turn, of fakes on the generator's.

    Raises:
      ValueError: if there is no such head, or no labels.
    """
    if play.player == "generator":
        sample, verdict = play.fake, play.fake_verdict
    else:
        sample, verdict = play.real, play.real_verdict
    embedding = named_head(verdict, head)
    labels = class_labels(sample, len(embedding.example))
    # No two examples of the global batch have the same key.
    keys = jax.random.key_data(play.context.keys).reshape(len(labels), -1)
    vectors, classes, places = map(
        play.context.gather, (embedding.example, labels, keys)
    )
    return Similarities(
        jnp.sum(embedding.example * embedding.proxy, axis=1),
        embedding.example @ vectors.T,
        labels[:, None] == classes[None],
        jnp.all(keys[:, None] == places[None], axis=-1),
    )


def log_sum(first: jax.Array, others: jax.Array, kept: jax.Array) -> jax.Array:
    """log(e^first + Σ e^others) over those that are kept: [B] and [B, N] to [B]."""
    numbers = jnp.concatenate([first[:, None], others], axis=1)
    weights = jnp.concatenate([jnp.ones_like(kept[:, :1]), kept], axis=1)
    return jax.nn.logsumexp(numbers, axis=1, b=weights.astype(numbers.dtype))
