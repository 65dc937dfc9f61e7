"""The measures of `jaxgan evaluate`, by name: each makes figures of its material."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from jaxgan.evaluation.class_coverage import class_coverage, class_histogram
from jaxgan.evaluation.collapse import collapse
from jaxgan.evaluation.density_coverage import density_coverage
from jaxgan.evaluation.extractor import Extractor, Outputs
from jaxgan.evaluation.frechet_distance import frechet_distance
from jaxgan.evaluation.inception_score import inception_score
from jaxgan.evaluation.kernel_distance import kernel_distance
from jaxgan.evaluation.memorisation import copied_share, near_duplicate_share
from jaxgan.evaluation.precision_recall import precision_recall

SUBSET = 1000
"""Examples per subset of the kernel distance, or all if there are fewer."""

RARE = 0.01
"""Share of fresh real images that lie as near to a training image as a copy."""


class Near(NamedTuple):
    """Training images near the samples.

    Attributes:
      indices: [N], of each sample's nearest training image.
      distances: [N], to it.
      fresh: [M], the same of real images that are not among those looked through.
      about: how many were looked through, and what is fresh.
    """

    indices: np.ndarray
    distances: np.ndarray
    fresh: np.ndarray
    about: str


class Material(NamedTuple):
    """What is measured.

    Attributes:
      real: of real images.
      fake: of as many or more or fewer generated ones.
      extractor: whose outputs these are.
      seed: of whatever a measure draws.
      near: training images near the samples, if they were looked for.
    """

    real: Outputs
    fake: Outputs
    extractor: Extractor
    seed: int
    near: Near | None = None


class Figure(NamedTuple):
    """One number.

    Attributes:
      metric: its full name, which says by whose features it was measured.
      value: the number.
      spread: its standard deviation over repetitions, if there were some.
      classes: the share of samples of each class, if it is about classes.
      better: 'lower' or 'higher', or None where nearer to the data's own is.
      about: what else is to be said of it, beside the protocol of all.
    """

    metric: str
    value: float
    spread: float | None = None
    classes: Mapping[str, float] | None = None
    better: str | None = None
    about: str | None = None

    @property
    def shown(self) -> str:
        """The value with its spread, if there is one."""
        spread = "" if self.spread is None else f" ± {self.spread:.2g}"
        return f"{self.value:.4g}{spread}"


def _frechet(material: Material) -> list[Figure]:
    value = frechet_distance(material.real.features, material.fake.features)
    return [Figure(material.extractor.title("FID"), value, better="lower")]


def _kernel(material: Material) -> list[Figure]:
    real, fake = material.real.features, material.fake.features
    size = min(SUBSET, len(real), len(fake))
    found = kernel_distance(real, fake, subset_size=size, seed=material.seed)
    name = material.extractor.title("KID")
    # Of all examples there is but one subset.
    spread = found.deviation if size < max(len(real), len(fake)) else None
    return [Figure(name, found.mean, spread, better="lower")]


def _inception_score(material: Material) -> list[Figure]:
    found = inception_score(material.fake.probabilities)
    name = material.extractor.title("inception score")
    return [Figure(name, found.mean, found.deviation, better="higher")]


def _precision(material: Material) -> list[Figure]:
    found = precision_recall(material.real.features, material.fake.features)
    title = material.extractor.title
    return [
        Figure(title("precision"), found.precision, better="higher"),
        Figure(title("recall"), found.recall, better="higher"),
    ]


def _density(material: Material) -> list[Figure]:
    found = density_coverage(material.real.features, material.fake.features)
    title = material.extractor.title
    return [
        Figure(title("density"), found.density, better="higher"),
        Figure(title("coverage"), found.coverage, better="higher"),
    ]


def _classes(material: Material) -> list[Figure]:
    extractor = material.extractor
    names, count = extractor.classes, extractor.class_count
    seen, wanted = (
        np.argmax(outputs.probabilities, axis=1)
        for outputs in (material.fake, material.real)
    )
    found = class_coverage(seen, count, wanted)
    shares = class_histogram(seen, count) / len(seen)
    each = dict(zip(names, map(float, shares))) if count <= len(names) <= 100 else None
    name = extractor.title(f"classes of {count:,}")
    divergence = extractor.title("class divergence, nats")
    return [
        Figure(name, found.modes, classes=each, better="higher"),
        Figure(divergence, float(found.reverse_divergence), better="lower"),
    ]


def _modes(material: Material) -> list[Figure]:
    """StackedMNIST's, by VEEGAN's protocol; of any other data nothing."""
    extractor = material.extractor
    if not extractor.stacked:
        return []
    seen = np.argmax(material.fake.probabilities, axis=1)
    found = class_coverage(seen, extractor.class_count)
    modes = extractor.title(f"modes of {found.total:,}")
    divergence = extractor.title("divergence of modes from uniform, nats")
    return [
        Figure(modes, found.modes, better="higher"),
        Figure(divergence, float(found.reverse_divergence), better="lower"),
    ]


def _collapse(material: Material) -> list[Figure]:
    found = collapse(material.fake.features, material.real.features)
    title = material.extractor.title
    return [
        Figure(title("cosine similarity"), found.similarity),
        Figure(title("cosine similarity of the data"), found.real_similarity),
    ]


def _duplicates(material: Material) -> list[Figure]:
    count = min(len(material.real.features), len(material.fake.features))
    real, fake = (o.features[:count] for o in (material.real, material.fake))
    share = near_duplicate_share(fake, real)
    name = material.extractor.title("near-duplicates among samples")
    return [Figure(name, share, better="lower")]


def _memorisation(material: Material) -> list[Figure]:
    assert material.near is not None
    near = material.near
    share = copied_share(near.distances, near.fresh, RARE).share
    name = material.extractor.title("near-copies of training images")
    return [Figure(name, share, better="lower", about=near.about)]


MEASURES: dict[str, Callable[[Material], list[Figure]]] = {
    "fid": _frechet,
    "kid": _kernel,
    "inception-score": _inception_score,
    "precision-recall": _precision,
    "density-coverage": _density,
    "classes": _classes,
    "modes": _modes,
    "collapse": _collapse,
    "duplicates": _duplicates,
    "memorisation": _memorisation,
}

OF_CLASSES = ("inception-score", "classes")
"""Measures of an extractor whose classes are those of the data, or of ImageNet."""

LEAST = 16
"""Images of either kind, below which no measure means anything."""
