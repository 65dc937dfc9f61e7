"""A classifier of noisy images, which guides a generator; trained here, and kept."""

import dataclasses
import math
import os
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import linen as nn
from jax.scipy.ndimage import map_coordinates

from jaxgan.core.context import example_keys
from jaxgan.core.ranges import check_count, check_number
from jaxgan.core.seeds import key_of
from jaxgan.core.types import Sample
from jaxgan.data.batches import batches
from jaxgan.data.source import Source
from jaxgan.evaluation.classifier_cache import Trained, cached
from jaxgan.evaluation.classifier_training import Progress, apart
from jaxgan.evaluation.extractor import to_floats

MOVED = 0.8
"""The probability that an image is moved,"""
TURN, SHIFT, GROWTH = 10.0, 0.3, 0.3
"""by so many degrees, shares of its sides, and by how much it grows, at most."""


@dataclasses.dataclass(frozen=True)
class NoisyTraining:
    """The constants of the training, as published for ImageNet."""

    steps: int = 150_000
    """Of the optimizer: 30 epochs of ImageNet."""
    batch_size: int = 256
    """Images per step."""
    learning_rate: float = 1e-4
    """AdamW's, with betas (0.9, 0.95)."""
    weight_decay: float = 0.01
    """AdamW's."""
    average: float = 0.9995
    """What the running average of the weights, which is the result, keeps per step."""
    flip: bool = True
    """Images are mirrored at random."""

    def __post_init__(self):
        check_count("steps", self.steps)
        check_count("batch_size", self.batch_size)
        check_number("learning_rate", self.learning_rate, above=0)
        check_number("weight_decay", self.weight_decay, least=0)
        check_number("average", self.average, least=0, below=1)


def noisy_classifier(
    model: nn.Module,
    source: Source,
    *,
    held_out: Source | None = None,
    seed: int = 0,
    training: NoisyTraining | None = None,
    cache_dir: str | os.PathLike | None = None,
    progress: Progress = lambda done, total: None,
) -> Trained:
    """Trains a classifier of (1 - t) x + t ε with t ~ U(0, 1) and ε ~ N(0, 1).

    Lin et al. 2025 (arXiv 2511.22475) train the one that guides their generators so:
    cross-entropy by AdamW; images are turned, moved and enlarged before. It is trained
    the first time and kept in the cache folder, named by the network, the contents of
    the data, the constants and the seed.

    Args:
      model: called as `model(images [B, H, W, C], times [B])`, to features and logits
        [B, classes]; without times, of images without noise.
      source: images with at least two classes.
      held_out: a test set, for the accuracy on images without noise. Without one, a
        tenth of the source is drawn for it and kept from training.
      seed: of everything that is drawn.
      training: its constants.
      cache_dir: see `jaxgan.data.cache.cache_folder`.
      progress: called as training goes on, with steps done and steps in all.

    Raises:
      DataError: if the source has no classes or no images, or the test set does not
        fit it.
    """
    training = training or NoisyTraining()
    known, test = apart(source, held_out, seed, largest=math.inf)
    further = ("noisy", repr(model))
    cache = (cache_dir, progress, further, train, unbounded)
    return cached(model, known, test, training, seed, *cache)


def train(
    model: nn.Module,
    source: Source,
    training: NoisyTraining,
    seed: int,
    progress: Progress,
) -> dict[str, Any]:
    """The running average of a classifier's variables; see `noisy_classifier`."""
    key = key_of(seed)
    batch_at = batches(source, training.batch_size, seed, flip=training.flip)
    optimizer = optax.adamw(
        training.learning_rate, 0.9, 0.95, weight_decay=training.weight_decay
    )
    image = jnp.zeros((1, *source.shape), jnp.float32)
    variables: Any = jax.jit(model.init)(jax.random.fold_in(key, 0), image)

    @jax.jit
    def step(variables, average, memory, batch, number):
        keys = example_keys(jax.random.fold_in(key, number), training.batch_size)
        gradient = jax.grad(lambda x: loss(model, x, batch, keys))(variables)
        # Optax raises β to an integer power, which strict promotion refuses.
        with jax.numpy_dtype_promotion("standard"):
            updates, memory = optimizer.update(gradient, memory, variables)
            variables = optax.apply_updates(variables, updates)
        average = optax.incremental_update(variables, average, 1.0 - training.average)
        return variables, average, memory

    state = variables, variables, optimizer.init(variables)
    for number in range(training.steps):
        state = step(*state, batch_at(number), np.uint32(number + 1))
        progress(number + 1, training.steps)
    return jax.tree.map(np.asarray, state[1])


def loss(model: nn.Module, variables: Any, batch: Sample, keys: jax.Array) -> jax.Array:
    """Mean cross-entropy of moved images with noise, in nats."""
    images = unbounded(batch.value)

    def draw(key, image):
        moving, at, noise = jax.random.split(key, 3)
        time = jax.random.uniform(at)
        noise = jax.random.normal(noise, image.shape)
        return (1.0 - time) * moved(moving, image) + time * noise, time

    noisy, times = jax.vmap(draw)(keys, images)
    made: Any = model.apply(variables, noisy, times)
    _, logits = made
    return optax.softmax_cross_entropy_with_integer_labels(logits, batch.given).mean()


def unbounded(values: jax.Array) -> jax.Array:
    """Pictures of bytes in [-1, 1], and other numbers, such as latents, as they are."""
    if values.dtype == jnp.uint8:
        return to_floats(values)
    return values.astype(jnp.float32)


def moved(key: jax.Array, image: jax.Array) -> jax.Array:
    """An image [H, W, C] turned, moved and enlarged about its middle, or as it is.

    Between pixels it is interpolated, and beyond its edges mirrored.
    """
    chance, angle, growth, *shift = jax.random.uniform(key, (5,))
    angle = jnp.deg2rad(TURN * (2.0 * angle - 1.0))
    growth = 1.0 + GROWTH * growth
    sides = jnp.array(image.shape[:2], jnp.float32)
    shift = SHIFT * (2.0 * jnp.stack(shift) - 1.0) * sides
    middle = (sides - 1.0) / 2.0
    grid = jnp.meshgrid(*map(jnp.arange, image.shape[:2]), indexing="ij")
    rows, columns = (
        place.astype(jnp.float32) - at for place, at in zip(grid, middle + shift)
    )
    cosine, sine = jnp.cos(angle) / growth, jnp.sin(angle) / growth
    places = (
        cosine * rows + sine * columns + middle[0],
        cosine * columns - sine * rows + middle[1],
    )
    made = jax.vmap(
        lambda channel: map_coordinates(channel, places, order=1, mode="reflect"),
        in_axes=-1,
        out_axes=-1,
    )(image)
    return jnp.where(chance < MOVED, made, image)
