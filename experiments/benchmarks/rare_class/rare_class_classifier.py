"""The classifier by which `rare_class.py` measures what pictures are worth."""

import dataclasses
import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.scipy.ndimage import map_coordinates

from jaxgan import data
from jaxgan.core.seeds import key_of
from jaxgan.evaluation.classifier_network import Network
from jaxgan.evaluation.classifier_training import applied
from jaxgan.evaluation.extractor import to_floats

DEGREES, SCALE, SHIFT = 10.0, 0.1, 1 / 14
"""Of classical augmentation: the most that a picture turns, grows or shrinks, and moves
along either axis, as a share of its side."""
BLOCK = 500


@dataclasses.dataclass(frozen=True)
class Training:
    """The constants, the same whatever a classifier is trained on."""

    steps: int = 400
    """Of AdamW, after which training ends; nothing is chosen by looking."""
    batch_size: int = 64
    """Pictures per step."""
    learning_rate: float = 2e-3
    """The largest: up in the first tenth, then down along half a cosine."""
    width: int = 16
    """Channels of the largest map; they double as its sides halve."""
    features: int = 128
    """Of the layer before the logits."""
    keep: float = 0.7
    """Share of these that dropout leaves."""
    flip: bool = False
    """Whether classical augmentation mirrors pictures, too."""


class Classifiers:
    """Trains classifiers of the same kind of pictures, with one compilation."""

    def __init__(self, shape: tuple[int, ...], classes: int, training: Training):
        self._training, self._shape = training, shape
        self._model = Network(classes, training.width, training.features)
        rate = optax.cosine_onecycle_schedule(
            training.steps, training.learning_rate, pct_start=0.1
        )
        self._optimizer = optax.adamw(rate, weight_decay=1e-4)
        self._step = jax.jit(self._move, donate_argnums=(0, 1))
        self._predict = jax.jit(self._classes)

    def train(self, source: data.Source, seed: int, *, augmented: bool) -> Any:
        """The variables of a classifier of the source.

        Args:
          source: pictures with labels, drawn in shuffled epochs.
          seed: of everything that is drawn.
          augmented: whether classical augmentation moves every picture.
        """
        key = key_of(seed)
        batch_at = data.batches(source, self._training.batch_size, seed)
        variables = jax.jit(self._model.init)(key, jnp.zeros((1, *self._shape)))
        memory = self._optimizer.init(variables)
        strength = np.float32(augmented)
        for number in range(self._training.steps):
            batch, at = batch_at(number), jax.random.fold_in(key, number + 1)
            variables, memory = self._step(variables, memory, batch, at, strength)
        return variables

    def predictions(self, variables: Any, images: np.ndarray) -> np.ndarray:
        """The classes [n] that a classifier finds in bytes [n, H, W, C]."""
        blocks = range(0, len(images), BLOCK)
        found = [self._predict(variables, images[at : at + BLOCK]) for at in blocks]
        return np.concatenate([np.asarray(block) for block in found])

    def _classes(self, variables: Any, images: jax.Array) -> jax.Array:
        return jnp.argmax(applied(self._model, variables, to_floats(images))[1], axis=1)

    def _move(self, variables, memory, batch, key, strength):
        key_dropout, key_move = jax.random.split(key)
        images = moved(batch.value, key_move, strength, self._training.flip)
        keep = self._training.keep

        def dropout(x):
            stays = jax.random.bernoulli(key_dropout, keep, x.shape)
            return jnp.where(stays, x / np.float32(keep), np.float32(0.0))

        def loss(variables):
            _, logits = applied(self._model, variables, images, dropout)
            entropy = optax.softmax_cross_entropy_with_integer_labels
            return entropy(logits, batch.given).mean()

        gradient = jax.grad(loss)(variables)
        # Optax raises β to an integer power, which strict promotion refuses.
        with jax.numpy_dtype_promotion("standard"):
            updates, memory = self._optimizer.update(gradient, memory, variables)
            return optax.apply_updates(variables, updates), memory


def moved(
    images: jax.Array, key: jax.Array, strength: Any, flip: bool = False
) -> jax.Array:
    """Each image turned, scaled and shifted a little by its own draw, edges repeated.

    Args:
      images: [B, H, W, C].
      key: of the draws, which are uniform.
      strength: 1, or 0 for the same images.
      flip: mirror half of them, too.
    """
    side = min(images.shape[1:3])
    most = jnp.array([np.radians(DEGREES), SCALE, SHIFT * side, SHIFT * side])
    draws = jax.random.uniform(key, (len(images), 4), minval=-1.0, maxval=1.0)
    draws = draws * (most * strength)[None]
    if flip:
        coins = jax.random.bernoulli(
            jax.random.fold_in(key, 1), 0.5 * strength, (len(images),)
        )
        images = jnp.where(coins[:, None, None, None], images[:, :, ::-1], images)
    return jax.vmap(_moved)(images, draws)


def _moved(image: jax.Array, draw: jax.Array) -> jax.Array:
    angle, scale, *shift = draw
    middle = [(np.float32(size) - 1) / 2 for size in image.shape[:2]]
    y, x = jnp.meshgrid(*map(jnp.arange, image.shape[:2]), indexing="ij")
    y, x = (a.astype(jnp.float32) - m for a, m in zip((y, x), middle))
    cos, sin = (1 + scale) * jnp.cos(angle), (1 + scale) * jnp.sin(angle)
    places = [
        cos * y - sin * x + middle[0] + shift[0],
        sin * y + cos * x + middle[1] + shift[1],
    ]
    pick = functools.partial(
        map_coordinates, coordinates=places, order=1, mode="nearest"
    )
    return jax.vmap(pick, in_axes=-1, out_axes=-1)(image)
