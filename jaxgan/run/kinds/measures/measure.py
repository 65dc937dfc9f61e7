"""What a measure is, what it is given, and what it gives."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from jaxgan.core.types import Sample

if TYPE_CHECKING:  # it is heavy
    from jaxgan.evaluation.extractor import Extractor, Outputs

RARE = 0.01
"""Share of fresh real examples that lie as near to a training example as a copy."""


class Score(NamedTuple):
    """One number, and what belongs to it.

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
        """Formats the value, with its spread if there is one."""
        spread = "" if self.spread is None else f" ± {self.spread:.2g}"
        return f"{self.value:.4g}{spread}"


class Near(NamedTuple):
    """Training examples near the samples.

    Attributes:
      indices: [N], of each sample's nearest training example.
      distances: [N], to it.
      fresh: [M], the same of real examples that are not among those looked through.
      about: how many were looked through, and what is fresh.
    """

    indices: np.ndarray
    distances: np.ndarray
    fresh: np.ndarray
    about: str


class Material(NamedTuple):
    """What is measured.

    Attributes:
      real: features and probabilities of real examples, [N, ...].
      fake: the same of as many or more or fewer generated ones.
      extractor: what computed these. None if no measure asks for features: then both
        are empty.
      seed: of whatever a measure draws.
      samples: the generated examples themselves.
      examples: f() reads the real ones.
      unit: what examples are called, in the plural.
      near: training examples near the samples, if they were looked for.
      drawn_again: f(number) -> other samples of the same examples, number 1, 2, ...,
        where it is known how to draw them.
    """

    real: "Outputs"
    fake: "Outputs"
    extractor: "Extractor | None"
    seed: int
    samples: Sample
    examples: Callable[[], Sample]
    unit: str = "images"
    near: Near | None = None
    drawn_again: Callable[[int], Sample] | None = None

    def title(self, measure: str) -> str:
        """Names a measure by whose features it is: 'FID (classifier)'."""
        return measure if self.extractor is None else self.extractor.title(measure)


class Measure(NamedTuple):
    """A function that scores samples, and what it asks for.

    Attributes:
      scores: f(material) -> its scores; none where it does not fit these data.
      features: whether it looks at features.
      classes: whether it needs classes that mean something: the extractor is published,
        or its classes are those of the data.
      neighbours: whether it needs the training examples that are nearest to samples.
      compares: whether it compares samples with real examples as a set; else it looks
        at each on its own, and any number of them will do.
      usual: whether it is taken where none is named.
    """

    scores: Callable[[Material], Sequence[Score]]
    features: bool = True
    classes: bool = False
    neighbours: bool = False
    compares: bool = True
    usual: bool = True


class Comparison(NamedTuple):
    """Compares pictures with their targets.

    Attributes:
      title: of the measure.
      compare: f(outputs, targets) -> [B]: both [B, H, W, C] of one shape; targets are
        in [-1, 1].
      better: 'lower' or 'higher'.
      about: by what it sees them: units, weights, what is left out.
      least: pixels per side that they must have.
      colours: whether they must be coloured.
    """

    title: str
    compare: Callable[[np.ndarray, np.ndarray], np.ndarray]
    better: str = "lower"
    about: str = ""
    least: int = 1
    colours: bool = False
