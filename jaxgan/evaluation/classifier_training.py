"""How classifiers are trained: any network, on any labelled images."""

import dataclasses
import math
from collections.abc import Callable
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import linen as nn

from jaxgan.core.ranges import check_count
from jaxgan.core.seeds import checked_seed, key_of
from jaxgan.core.types import Sample
from jaxgan.data.batches import batches
from jaxgan.data.source import DataError, Source, subset
from jaxgan.evaluation.extractor import to_floats

VERSION = 1
"""Raised whenever anything here changes weights, so that cached ones are not used."""

Progress = Callable[[int, int], None]
"""Told how many steps are done, of how many."""


LARGEST = 64
"""Pixels per side of what classifiers are trained on here."""
HELD_OUT = 10
"""Where no test set is given, one example in so many is kept from training."""


class Constants(Protocol):
    """What training is told, of any classifier."""

    @property
    def steps(self) -> int:
        """Counts those of the optimizer."""
        ...

    @property
    def batch_size(self) -> int:
        """Counts images per step."""
        ...

    @property
    def learning_rate(self) -> float:
        """Gives the largest of AdamW's; one cycle: up in the first tenth, then down."""
        ...

    @property
    def weight_decay(self) -> float:
        """Gives AdamW's, per step and learning rate."""
        ...

    @property
    def keep(self) -> float:
        """Gives the share of the features that dropout leaves."""
        ...

    @property
    def reach(self) -> float:
        """Says how far images move: a share of their shorter side, in whole pixels."""
        ...

    @property
    def flip(self) -> bool:
        """Says whether images are mirrored at random."""
        ...


def check_constants(constants: Any) -> None:
    """Checks the fields of a dataclass of constants.

    Raises:
      ValueError: naming the first that cannot be meant.
    """
    for field in dataclasses.fields(constants):
        if isinstance(field.default, int) and not isinstance(field.default, bool):
            check_count(field.name, getattr(constants, field.name))
    if not 0 < constants.keep <= 1 or not 0 <= constants.reach < 1:
        raise ValueError(
            f"keep, reach: saw {constants.keep}, {constants.reach}, wanted in (0, 1], "
            "[0, 1)"
        )


def apart(
    source: Source,
    held_out: Source | None,
    seed: int,
    otherwise: str = "",
    largest: float = LARGEST,
) -> tuple[Source, Source]:
    """What to train on and what to test on.

    Args:
      source: images with labels.
      held_out: a test set; by default a tenth of the source is drawn for it.
      seed: of that draw.
      otherwise: what to do where there are no classes, for the message.
      largest: pixels per side.

    Raises:
      DataError: if they are not sure to fit.
    """
    shape = source.shape
    if len(shape) != 3 or max(shape[:2]) > largest:
        limit = f" of at most {largest} by {largest}" if largest < math.inf else ""
        raise DataError(
            f"source: saw values of shape {shape}, wanted images (H, W, C){limit}"
        )
    if len(source.classes) < 2:
        raise DataError(
            f"source: saw {len(source.classes)} classes, wanted at least 2 to tell "
            f"apart{otherwise}"
        )
    if held_out is not None:
        seen, wanted = (held_out.shape, held_out.classes), (shape, source.classes)
        if seen != wanted:
            raise DataError(f"held_out: saw {seen}, wanted {wanted}, as the source")
        return source, held_out
    count = source.size // HELD_OUT
    if not count:
        raise DataError(f"source: saw {source.size} examples, wanted {HELD_OUT}")
    order = np.random.default_rng(checked_seed(seed)).permutation(source.size)
    return subset(source, np.sort(order[count:])), subset(source, order[:count])


def train(
    model: nn.Module, source: Source, training: Constants, seed: int, progress: Progress
) -> dict[str, Any]:
    """A classifier's variables after training on a source with labels.

    Cross-entropy by AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101); images move a
    little, and features drop out (Srivastava et al. 2014). Everything follows from the
    arguments: bitwise, on the same kind of machine with the same JAX.

    Args:
      model: called as `model(images [B, H, W, C] in [-1, 1], dropout)`, to features,
        and logits of what `dropout` leaves of them.
      source: images and labels.
      training: its constants.
      seed: of everything that is drawn.
      progress: told after every step.
    """
    key = key_of(seed)
    batch_at = batches(source, training.batch_size, seed, flip=training.flip)
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


def applied(model: nn.Module, *arguments: Any) -> Any:
    """The features and logits of a classifier's variables and images."""
    return model.apply(*arguments)


def _optimizer(training: Constants) -> optax.GradientTransformation:
    rate = optax.cosine_onecycle_schedule(
        training.steps, training.learning_rate, pct_start=0.1
    )
    return optax.adamw(rate, weight_decay=training.weight_decay)


def _loss(
    model: nn.Module,
    training: Constants,
    variables: Any,
    batch: Sample,
    key: jax.Array,
) -> jax.Array:
    """Mean cross-entropy of moved images, in nats."""
    key_dropout, key_move = jax.random.split(key)
    images = to_floats(batch.value)

    def dropout(x):
        stays = jax.random.bernoulli(key_dropout, training.keep, x.shape)
        return jnp.where(stays, x / np.float32(training.keep), np.float32(0.0))

    reach = int(training.reach * min(images.shape[1:3]))
    moved = _moved(images, reach, key_move) if reach else images
    _, logits = applied(model, variables, moved, dropout)
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
