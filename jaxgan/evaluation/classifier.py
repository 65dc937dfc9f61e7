"""Features and class probabilities of a classifier trained on the data at hand."""

import os
from typing import Any

import jax
import jax.numpy as jnp

from jaxgan.data.source import Source, Subset, Unlabelled, subset
from jaxgan.data.stacking import Stacked
from jaxgan.evaluation.classifier_cache import cached
from jaxgan.evaluation.classifier_network import Training, computation, network
from jaxgan.evaluation.classifier_training import Progress, apart
from jaxgan.evaluation.extractor import Extractor, Outputs, fingerprint


def classifier(
    source: Source,
    *,
    held_out: Source | None = None,
    seed: int = 0,
    training: Training | None = None,
    batch_size: int = 250,
    cache_dir: str | os.PathLike | None = None,
    progress: Progress = lambda done, total: None,
) -> Extractor:
    """A convolutional classifier of a source's own classes, as a feature extractor.

    It is trained the first time and kept in the cache folder, named by the contents of
    the data, the constants of training, the seed and `VERSION`. Features are those of
    the layer before the logits. Measures by it say so in their title, since they can be
    compared only where the fingerprint of the weights is equal.

    Labels that `without_labels` hides are used. Of `stacked` data, the source below is
    what it is trained on, and it looks at each of the three channels by itself: there
    are three times as many features, and the probability of a triple is the product.

    Which examples are held out, and the order of training, follow from the order of the
    source: data in another order train another classifier, of another fingerprint.

    Args:
      source: images [H, W, C] of at most 64 by 64, with at least two classes.
      held_out: a test set, for the accuracy. Without one, a tenth of the source is
        drawn for it and kept from training.
      seed: of everything that is drawn.
      training: its constants; by default those of `Training`.
      batch_size: of what the network gets afterwards.
      cache_dir: see `jaxgan.data.cache.cache_folder`.
      progress: called as training goes on, with steps done and steps in all.

    Raises:
      DataError: if the source has no classes, no images or images too large, or the
        test set does not fit it.
    """
    if isinstance(under := _labelled(source), Stacked):
        test = None if held_out is None else _labelled(held_out)
        single = classifier(
            under.source,
            held_out=test.source if isinstance(test, Stacked) else test,
            seed=seed,
            training=training,
            batch_size=3 * batch_size,
            cache_dir=cache_dir,
            progress=progress,
        )
        return per_channel(single, batch_size)
    training = training or Training()
    test = None if held_out is None else _labelled(held_out)
    known, test = apart(under, test, seed, "; measure by inception instead")
    model = network(known, training)
    trained = cached(model, known, test, training, seed, cache_dir, progress)
    return Extractor(
        name="classifier",
        published=False,
        description=(
            f"convolutional classifier of {known.size:,} of these data, right on "
            f"{trained.accuracy:.2%} of {test.size:,} others"
        ),
        fingerprint=fingerprint(trained.variables),
        feature_count=training.features,
        class_count=len(known.classes),
        classes=known.classes,
        shape=known.shape,
        weights=trained.variables,
        compute=computation(known, training),
        batch_size=batch_size,
    )


def per_channel(single: Extractor, batch_size: int) -> Extractor:
    """An extractor of images of three channels, each seen by one of grey images.

    Its K³ classes are triples, of which the first channel's changes slowest, as those
    of `jaxgan.data.stacked`.

    Args:
      single: sees [H, W, 1].
      batch_size: of images with three channels.
    """
    count, names = single.class_count, single.classes

    def compute(weights: Any, images: jax.Array) -> Outputs:
        grey = jnp.moveaxis(images, -1, 1).reshape(-1, *images.shape[1:3], 1)
        features, shares = single.compute(weights, grey)
        red, green, blue = jnp.moveaxis(shares.reshape(-1, 3, count), 1, 0)
        triples = (
            red[:, :, None, None] * green[:, None, :, None] * blue[:, None, None, :]
        )
        return Outputs(
            features.reshape(len(images), -1), triples.reshape(len(images), -1)
        )

    height, width, _ = single.shape or (0, 0, 0)
    return Extractor(
        name=f"{single.name}, per channel",
        published=False,
        description=f"each channel by a {single.description}",
        fingerprint=single.fingerprint,
        feature_count=3 * single.feature_count,
        class_count=count**3,
        classes=tuple(a + b + c for a in names for b in names for c in names),
        shape=(height, width, 3),
        weights=single.weights,
        compute=compute,
        batch_size=batch_size,
        stacked=True,
    )


def _labelled(source: Source) -> Source:
    """The same examples with their labels, or, of stacks, all stacks."""
    if isinstance(source, Unlabelled):
        return _labelled(source.source)
    if isinstance(source, Subset):
        below = _labelled(source.source)
        return below if isinstance(below, Stacked) else subset(below, source.indices)
    return source
