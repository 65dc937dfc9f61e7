"""Which classes samples fall into, and how evenly: StackedMNIST's thousand modes."""

from typing import NamedTuple

import numpy as np

from jaxgan.evaluation import checks


class ClassCoverage(NamedTuple):
    """How samples cover classes.

    Attributes:
      modes: how many classes have at least one sample.
      total: how many classes there are.
      reverse_divergence: KL(generated || data) in nats, of distributions over classes.
    """

    modes: int
    total: int
    reverse_divergence: float


def class_histogram(labels, classes: int) -> np.ndarray:
    """How many labels [N] there are of each class: [classes], int64.

    Raises:
      ValueError: if a label is no integer in [0, classes), or there are none.
    """
    classes = checks.count("classes", classes)
    labels = np.asarray(labels)
    if labels.ndim != 1 or not len(labels) or labels.dtype.kind not in "ui":
        raise ValueError(
            f"labels: saw shape {labels.shape} of {labels.dtype}, wanted integers [N]"
        )
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(
            f"labels: saw numbers from {labels.min()} to {labels.max()}, "
            f"wanted them in [0, {classes})"
        )
    return np.bincount(labels.astype(np.int64), minlength=classes)


def class_coverage(labels, classes: int, data_labels=None) -> ClassCoverage:
    """Counts classes with a sample, and the divergence from the data's distribution.

    Srivastava et al. 2017 (arXiv 1705.07761), section 4.2; on StackedMNIST a sample's
    class is 100 r + 10 g + b, of the digits that a classifier sees in its channels, and
    26,000 samples are drawn.

    Args:
      labels: [N], integers: the classes that a classifier gives to samples.
      classes: how many there are.
      data_labels: [M], those of the data; without them the data are uniform.

    Raises:
      ValueError: if a label is no integer in [0, classes), or there are none.
    """
    counts = class_histogram(labels, classes)
    uniform = data_labels is None
    data = np.ones(classes) if uniform else class_histogram(data_labels, classes)
    return ClassCoverage(
        int(np.count_nonzero(counts)), classes, divergence(counts, data)
    )


def divergence(counts: np.ndarray, data: np.ndarray) -> float:
    """KL(p || q) in nats, p and q proportional to non-negative counts [classes].

    Infinite where p is not 0 but q is, or if all counts are 0.
    """
    seen = counts > 0
    if not seen.any() or not data[seen].all():
        return float("inf")
    shares = counts[seen] / counts.sum()
    return float(np.sum(shares * np.log(shares / (data[seen] / data.sum()))))
