"""A small classifier, and how it is trained: the same way for any data."""

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import linen as nn

from jaxgan.core.seeds import key_of
from jaxgan.core.types import Sample
from jaxgan.data.batches import batches
from jaxgan.data.source import Source
from jaxgan.evaluation.extractor import Outputs, to_floats

VERSION = 1
"""Raised whenever anything here changes weights, so that cached ones are not used."""

Progress = Callable[[int, int], None]
"""Told how many steps are done, of how many."""


@dataclasses.dataclass(frozen=True)
class Training:
    """The constants of a classifier's training."""

    steps: int = 2_000
    """Of the optimizer."""
    batch_size: int = 128
    """Images per step."""
    learning_rate: float = 2e-3
    """The largest of AdamW's; one cycle: up in the first tenth, then down."""
    weight_decay: float = 1e-4
    """AdamW's, per step and learning rate."""
    width: int = 32
    """Channels of the largest map; they double as its sides halve."""
    features: int = 128
    """Of the layer before the logits."""
    keep: float = 0.7
    """Share of the features that dropout leaves."""
    reach: float = 1 / 14
    """Images move by up to this share of their shorter side, rounded down to pixels."""

    def __post_init__(self):
        for field in ("steps", "batch_size", "width", "features"):
            if getattr(self, field) < 1:
                raise ValueError(
                    f"{field}: saw {getattr(self, field)}, wanted at least 1"
                )
        if not 0 < self.keep <= 1 or not 0 <= self.reach < 1:
            raise ValueError(
                f"keep, reach: saw {self.keep}, {self.reach}, wanted in (0, 1], [0, 1)"
            )


class Network(nn.Module):
    """Convolutions of stride 2 until maps are at most 7 by 7, a dense layer, logits.

    Attributes:
      classes: how many.
      width: channels of the first map.
      features: of the dense layer.
    """

    classes: int
    width: int
    features: int

    @nn.compact
    def __call__(
        self, x: jax.Array, dropout: Callable[[jax.Array], jax.Array] = lambda x: x
    ) -> tuple[jax.Array, jax.Array]:
        """Maps [B, H, W, C] to features [B, features] and logits [B, classes].

        Args:
          x: images in [-1, 1].
          dropout: what happens to features before the logits.
        """
        init = nn.initializers.he_normal()
        width = self.width
        while x.shape[1] * x.shape[2] > 49 or width == self.width:
            x = nn.relu(nn.Conv(width, (4, 4), (2, 2), kernel_init=init)(x))
            width *= 2
        flat = x.reshape(x.shape[0], -1)
        features = nn.relu(nn.Dense(self.features, kernel_init=init)(flat))
        return features, nn.Dense(self.classes)(dropout(features))


def network(source: Source, training: Training) -> Network:
    """The network for a source's classes."""
    return Network(len(source.classes), training.width, training.features)


def computation(
    source: Source, training: Training
) -> Callable[[Any, jax.Array], Outputs]:
    """The function of variables and images that an extractor computes."""
    model = network(source, training)

    def compute(variables: Any, images: jax.Array) -> Outputs:
        features, logits = _apply(model, variables, to_floats(images))
        return Outputs(features, jax.nn.softmax(logits))

    return compute


def train(
    source: Source, training: Training, seed: int, progress: Progress
) -> dict[str, Any]:
    """Variables of a `Network` after training on a source with labels.

    Cross-entropy by AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101); images move a
    little, and features drop out (Srivastava et al. 2014). Everything follows from the
    arguments: bitwise, on the same kind of machine with the same JAX.
    """
    model, key = network(source, training), key_of(seed)
    batch_at = batches(source, training.batch_size, seed)
    optimizer = _optimizer(training)
    image = jnp.zeros((1, *source.shape), jnp.float32)
    variables = jax.jit(model.init)(jax.random.fold_in(key, 0), image)
    memory = optimizer.init(variables)

    @jax.jit
    def step(variables, memory, batch, number):
        def loss(variables):
            return _loss(
                model, training, variables, batch, jax.random.fold_in(key, number)
            )

        gradient = jax.grad(loss)(variables)
        # Optax raises β to an integer power, which strict promotion refuses.
        with jax.numpy_dtype_promotion("standard"):
            updates, memory = optimizer.update(gradient, memory, variables)
            return optax.apply_updates(variables, updates), memory

    for number in range(training.steps):
        variables, memory = step(
            variables, memory, batch_at(number), np.uint32(number + 1)
        )
        progress(number + 1, training.steps)
    return jax.tree.map(np.asarray, variables)


def _apply(model: Network, *arguments: Any) -> Any:
    return model.apply(*arguments)


def _optimizer(training: Training) -> optax.GradientTransformation:
    rate = optax.cosine_onecycle_schedule(
        training.steps, training.learning_rate, pct_start=0.1
    )
    return optax.adamw(rate, weight_decay=training.weight_decay)


def _loss(
    model: Network, training: Training, variables: Any, batch: Sample, key: jax.Array
) -> jax.Array:
    """Mean cross-entropy of moved images, in nats."""
    key_dropout, key_move = jax.random.split(key)
    images = to_floats(batch.value)

    def dropout(x):
        stays = jax.random.bernoulli(key_dropout, training.keep, x.shape)
        return jnp.where(stays, x / np.float32(training.keep), np.float32(0.0))

    reach = int(training.reach * min(images.shape[1:3]))
    moved = _moved(images, reach, key_move) if reach else images
    _, logits = _apply(model, variables, moved, dropout)
    return optax.softmax_cross_entropy_with_integer_labels(logits, batch.given).mean()


def _moved(images: jax.Array, reach: int, key: jax.Array) -> jax.Array:
    """Each image by up to `reach` pixels along both axes; edges are repeated."""
    sides = (reach, reach)
    wide = jnp.pad(images, ((0, 0), sides, sides, (0, 0)), mode="edge")
    corners = jax.random.randint(key, (len(images), 2), 0, 2 * reach + 1)
    return jax.vmap(
        lambda image, corner: jax.lax.dynamic_slice(
            image, (corner[0], corner[1], 0), images.shape[1:]
        )
    )(wide, corners)
