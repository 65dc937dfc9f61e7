"""Features of a network that is trained here, on images with labels."""

import dataclasses
import os
from typing import Any, NamedTuple

from flax import linen as nn

from jaxgan.data.source import Source
from jaxgan.evaluation.classifier_cache import cached
from jaxgan.evaluation.classifier_training import Progress, apart, check_constants


@dataclasses.dataclass(frozen=True)
class FeatureTraining:
    """The constants of the training of a network for its features."""

    steps: int = 3_000
    """Of the optimizer."""
    batch_size: int = 64
    """Images per step."""
    learning_rate: float = 2e-3
    """The largest of AdamW's; one cycle: up in the first tenth, then down."""
    weight_decay: float = 1e-2
    """AdamW's, per step and learning rate."""
    keep: float = 0.9
    """Share of the last features that dropout leaves."""
    reach: float = 1 / 10
    """Images move by up to this share of their shorter side, rounded down to pixels."""
    flip: bool = True
    """Images are mirrored at random."""

    def __post_init__(self):
        check_constants(self)


class TrainedFeatures(NamedTuple):
    """A network whose features are used.

    Attributes:
      variables: of the whole classifier.
      accuracy: the share of images kept from training that it classifies rightly.
      trained_on: how many it was trained on.
    """

    variables: dict[str, Any]
    accuracy: float
    trained_on: int


def trained_features(
    model: nn.Module,
    source: Source,
    *,
    held_out: Source | None = None,
    seed: int = 0,
    training: FeatureTraining | None = None,
    cache_dir: str | os.PathLike | None = None,
    progress: Progress = lambda done, total: None,
) -> TrainedFeatures:
    """Trains a classifier for its features: where no published weights can be had.

    It is trained the first time and kept in the cache folder, named by the network, the
    contents of the data, the constants of training and the seed. The same on the same
    kind of machine with the same JAX, to the bit; on others it is another network, of
    another hash.

    Args:
      model: a classifier, called as `model(images, dropout)`, to features and logits:
        `models.vgg.Classifier(trunk, len(source.classes))`.
      source: images [H, W, C] of at most 64 by 64, with at least two classes.
      held_out: a test set, for the accuracy. Without one, a tenth of the source is
        drawn for it and kept from training.
      seed: of everything that is drawn.
      training: its constants; by default those of `FeatureTraining`.
      cache_dir: see `jaxgan.data.cache.cache_folder`.
      progress: called as training goes on, with steps done and steps in all.

    Raises:
      DataError: if the source has no classes, no images or images too large, or the
        test set does not fit it.
    """
    training = training or FeatureTraining()
    known, test = apart(source, held_out, seed)
    trained = cached(
        model, known, test, training, seed, cache_dir, progress, (repr(model),)
    )
    return TrainedFeatures(trained.variables, trained.accuracy, known.size)
