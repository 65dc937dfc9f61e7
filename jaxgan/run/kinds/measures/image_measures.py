"""The measures of images, by name, and the networks that see images for them."""

from collections.abc import Mapping

import numpy as np

from jaxgan.data.source import Source
from jaxgan.evaluation.class_coverage import class_coverage, class_histogram
from jaxgan.evaluation.classifier import classifier
from jaxgan.evaluation.classifier_training import LARGEST
from jaxgan.evaluation.extractor import Extractor
from jaxgan.evaluation.inception import inception
from jaxgan.evaluation.inception_score import inception_score
from jaxgan.run.kinds.evaluation_protocol import EvaluationProtocol
from jaxgan.run.kinds.measures import feature_measures
from jaxgan.run.kinds.measures.measure import Material, Measure, Score
from jaxgan.run.progress import waiting

NAMED = 100
"""Classes that are told by name, at most."""


def extractor_of(train: Source, protocol: EvaluationProtocol) -> Extractor:
    """Makes what sees the images: a classifier of these data, or FID's network.

    By default the classifier, if the data are labelled and small. It is trained if it
    was not before.

    Raises:
      DataError: if there can be no such classifier.
      WeightsError: if weights cannot be had.
    """
    wanted = protocol.extractor
    labelled = len(train.classes) > 1 and max(train.shape[:2]) <= LARGEST
    if wanted is None and (protocol.weights or not labelled):
        wanted = "inception"
    if wanted == "inception":
        return inception(protocol.weights)
    what = "training a classifier of these data, which is kept for the next time"
    with waiting(what) as progress:
        return classifier(train, progress=progress)


def _inception_score(material: Material) -> list[Score]:
    score = inception_score(material.fake.probabilities, seed=material.seed)
    name = material.title("inception score")
    return [Score(name, score.mean, score.deviation, better="higher")]


def _classes(material: Material) -> list[Score]:
    extractor = material.extractor
    assert extractor is not None
    names, count = extractor.classes, extractor.class_count
    fake, real = (
        np.argmax(outputs.probabilities, axis=1)
        for outputs in (material.fake, material.real)
    )
    coverage = class_coverage(fake, count, real)
    each = None
    if count <= len(names) <= NAMED:
        shares = class_histogram(fake, count) / len(fake)
        each = dict(zip(names, map(float, shares)))
    name = material.title(f"classes of {count:,}")
    divergence = material.title("class divergence, nats")
    return [
        Score(name, coverage.modes, classes=each, better="higher"),
        Score(divergence, float(coverage.reverse_divergence), better="lower"),
    ]


def _modes(material: Material) -> list[Score]:
    """Counts StackedMNIST's modes, by VEEGAN's protocol; of any other data none."""
    extractor = material.extractor
    assert extractor is not None
    if not extractor.stacked:
        return []
    fake = np.argmax(material.fake.probabilities, axis=1)
    coverage = class_coverage(fake, extractor.class_count)
    modes = material.title(f"modes of {coverage.total:,}")
    divergence = material.title("divergence of modes from uniform, nats")
    return [
        Score(modes, coverage.modes, better="higher"),
        Score(divergence, float(coverage.reverse_divergence), better="lower"),
    ]


MEASURES: Mapping[str, Measure] = {
    "fid": feature_measures.frechet("FID"),
    "kid": feature_measures.kernel("KID"),
    "inception-score": Measure(_inception_score, classes=True),
    "precision-recall": feature_measures.PRECISION_RECALL,
    "density-coverage": feature_measures.DENSITY_COVERAGE,
    "classes": Measure(_classes, classes=True),
    "modes": Measure(_modes),
    "collapse": feature_measures.SIMILARITY,
    "duplicates": feature_measures.DUPLICATES,
    "memorisation": feature_measures.MEMORISATION,
}
