"""A small classifier, and the constants of its training: the same for any data."""

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
from flax import linen as nn

from jaxgan.data.source import Source
from jaxgan.evaluation.classifier_training import applied, check_constants
from jaxgan.evaluation.extractor import Outputs, to_floats


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
        check_constants(self)

    @property
    def flip(self) -> bool:
        """Mirrors no image: digits and letters would be others."""
        return False


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
        features, logits = applied(model, variables, to_floats(images))
        return Outputs(features, jax.nn.softmax(logits))

    return compute
