"""Classifiers that guide adversarial flow models: of a file, or trained here."""

import functools
import os
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from flax import linen as nn

from jaxgan.core.context import Context, example_keys
from jaxgan.core.timed import Timed
from jaxgan.core.types import Term, Variables
from jaxgan.data.source import Source
from jaxgan.evaluation.noisy_classifier import NoisyTraining, noisy_classifier
from jaxgan.models import dit
from jaxgan.models.dit import weights as dit_weights
from jaxgan.run.experiment import Frozen
from jaxgan.terms import classifier_guidance
from jaxgan.weights import WeightsError, read_arrays

NAME = "classifier"
"""Of its variables among the frozen networks."""


class Guide(NamedTuple):
    """What an experiment needs to be guided.

    Attributes:
      terms: of the generator.
      frozen: networks by name.
    """

    terms: tuple[Term, ...] = ()
    frozen: Mapping[str, Frozen] = {}


class AtTimes(nn.Module):
    """A classifier as `noisy_classifier` wants it: of images, and times."""

    classifier: dit.Classifier

    @nn.compact
    def __call__(self, images: jax.Array, times: Any = None) -> tuple[tuple, jax.Array]:
        """Maps images [B, H, W, C], and times [B], to () and logits [B, classes]."""
        if times is None:
            times = jnp.zeros(len(images))
        return (), self.classifier(images, *_surroundings(times))


def guide(
    weight: float,
    network: dit.Classifier,
    source: Source,
    *,
    weights: str | os.PathLike = "",
    training: NoisyTraining | None = None,
    seed: int = 0,
) -> Guide:
    """Guides a generator towards what a classifier of noisy images knows its label by.

    See `terms.classifier_guidance`.

    Args:
      weight: λ; the paper has .003 in one step. 0: no guide, and nothing is trained.
      network: the classifier.
      source: what the generator is trained on.
      weights: a state dict of the official code's classifier ('cls_embed'). '': it is
        trained here on the source the first time, and kept in the cache folder: see
        `evaluation.noisy_classifier`.
      training: its constants.
      seed: of its training.
    """
    if not weight:
        return Guide()
    if weights:
        load = functools.partial(_read, network, source.shape, weights)
        told = os.path.basename(weights)
    else:
        load = functools.partial(_train, network, source, training, seed)
        told = f"trained here on noisy data, seed {seed}"
    shapes = functools.partial(_shapes, network, source.shape)
    term = classifier_guidance(functools.partial(_logits, network), weight, name=NAME)
    return Guide((term,), {NAME: Frozen(load, told, shapes)})


def _logits(
    network: dit.Classifier, variables: Variables, values: jax.Array, times: jax.Array
) -> jax.Array:
    logits: Any = network.apply(variables, values, *_surroundings(times))
    return logits


def _surroundings(times: jax.Array) -> tuple[Timed, Context]:
    """Those that a classifier draws nothing of."""
    return Timed((), (times,)), Context(example_keys(jax.random.key(0), len(times)))


def _shapes(network: dit.Classifier, shape: tuple[int, ...]) -> Variables:
    values = jnp.zeros((1, *shape), jnp.float32)
    given = _surroundings(jnp.zeros(1))
    return jax.eval_shape(network.init, jax.random.key(0), values, *given)


def _read(
    network: dit.Classifier, shape: tuple[int, ...], path: str | os.PathLike
) -> Variables:
    try:
        made = dit_weights.import_torch(read_arrays(path))
    except ValueError as error:
        raise WeightsError(f"{path}: {error}") from None
    wanted = jax.tree.map(jnp.shape, _shapes(network, shape))
    seen = jax.tree.map(jnp.shape, made)
    if seen != wanted:
        raise WeightsError(f"{path}: saw arrays of another classifier: {network}")
    return made


def _train(
    network: dit.Classifier,
    source: Source,
    training: NoisyTraining | None,
    seed: int,
) -> Variables:
    def tell(done: int, total: int) -> None:
        if done == 1:
            _say(f"training a classifier of noisy data: {total:,} steps")

    trained = noisy_classifier(
        AtTimes(network), source, seed=seed, training=training, progress=tell
    )
    _say(f"the classifier is right on {trained.accuracy:.1%} of held-out data")
    return {"params": trained.variables["params"]["classifier"]}


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
