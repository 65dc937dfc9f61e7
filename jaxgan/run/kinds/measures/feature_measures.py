"""Measures of features, whatever they are features of."""

from jaxgan.evaluation.collapse import collapse
from jaxgan.evaluation.content_order import content_order
from jaxgan.evaluation.density_coverage import density_coverage
from jaxgan.evaluation.frechet_distance import frechet_distance
from jaxgan.evaluation.kernel_distance import kernel_distance
from jaxgan.evaluation.memorisation import copied_share, near_duplicate_share
from jaxgan.evaluation.precision_recall import precision_recall
from jaxgan.evaluation.sliced_distance import sliced_distance
from jaxgan.run.kinds.measures.measure import RARE, Material, Measure, Score

SUBSET = 1000
"""Examples per subset of the kernel distance, or all if there are fewer."""


def frechet(name: str = "Fréchet distance") -> Measure:
    """Makes the measure of the Fréchet distance, which goes by a name."""

    def scores(material: Material) -> list[Score]:
        value = frechet_distance(material.real.features, material.fake.features)
        return [Score(material.title(name), value, better="lower")]

    return Measure(scores)


def kernel(name: str = "kernel distance") -> Measure:
    """Makes the measure of the kernel distance, which goes by a name."""

    def scores(material: Material) -> list[Score]:
        real, fake = material.real.features, material.fake.features
        size = min(SUBSET, len(real), len(fake))
        distance = kernel_distance(real, fake, subset_size=size, seed=material.seed)
        # Of all examples there is but one subset.
        spread = distance.deviation if size < max(len(real), len(fake)) else None
        return [Score(material.title(name), distance.mean, spread, better="lower")]

    return Measure(scores)


def _precision(material: Material) -> list[Score]:
    shares = precision_recall(material.real.features, material.fake.features)
    return [
        Score(material.title("precision"), shares.precision, better="higher"),
        Score(material.title("recall"), shares.recall, better="higher"),
    ]


def _density(material: Material) -> list[Score]:
    shares = density_coverage(material.real.features, material.fake.features)
    return [
        Score(material.title("density"), shares.density, better="higher"),
        Score(material.title("coverage"), shares.coverage, better="higher"),
    ]


def _sliced(material: Material) -> list[Score]:
    real, fake = material.real.features, material.fake.features
    value = sliced_distance(real, fake, seed=material.seed)
    name = material.title("sliced Wasserstein distance")
    return [Score(name, value, better="lower")]


def _collapse(material: Material) -> list[Score]:
    similarities = collapse(material.fake.features, material.real.features)
    return [
        Score(material.title("cosine similarity"), similarities.similarity),
        Score(
            material.title("cosine similarity of the data"),
            similarities.real_similarity,
        ),
    ]


def _duplicates(material: Material) -> list[Score]:
    count = min(len(material.real.features), len(material.fake.features))
    real, fake = (
        features[content_order(features, material.seed)[:count]]
        for features in (material.real.features, material.fake.features)
    )
    share = near_duplicate_share(fake, real)
    name = material.title("near-duplicates among samples")
    return [Score(name, share, better="lower")]


def _memorisation(material: Material) -> list[Score]:
    near = material.near
    assert near is not None
    share = copied_share(near.distances, near.fresh, RARE).share
    name = material.title(f"near-copies of training {material.unit}")
    return [Score(name, share, better="lower", about=near.about)]


PRECISION_RECALL = Measure(_precision)
DENSITY_COVERAGE = Measure(_density)
SLICED_DISTANCE = Measure(_sliced)
SIMILARITY = Measure(_collapse)
DUPLICATES = Measure(_duplicates)
MEMORISATION = Measure(_memorisation, neighbours=True)
FVD = frechet()._replace(usual=False)
"""The Fréchet distance by a name that wants FVD's network with published weights."""
