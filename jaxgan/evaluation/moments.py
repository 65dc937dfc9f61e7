"""Mean and covariance of features that come in batches."""

import dataclasses
from typing import Self

import numpy as np

from jaxgan.evaluation import checks
from jaxgan.evaluation.distances import parts

BLOCK = 4096


# Compared by identity: arrays have no truth value.
@dataclasses.dataclass(frozen=True, eq=False)
class Moments:
    """Count, mean and scatter of a set of features; those of a union are a sum.

    (n, m, S) + (n', m', S') = (n + n', m + δ n'/(n + n'), S + S' + δδᵀ n n'/(n + n'))
    with δ = m' - m: Chan, Golub and LeVeque 1979. Any split and any order
    of the data give the same moments up to float64 rounding, however far the mean is
    from zero.

    Attributes:
      count: how many examples.
      mean: [D], float64.
      scatter: [D, D], float64: the sum of (x - mean)(x - mean)ᵀ.
    """

    count: int
    mean: np.ndarray
    scatter: np.ndarray

    @classmethod
    def empty(cls, width: int) -> Self:
        """Of nothing: the zero of the addition."""
        width = checks.count("width", width)
        return cls(0, np.zeros(width), np.zeros((width, width)))

    @classmethod
    def of(cls, features) -> Self:
        """Of features [N, D], a block of rows at a time.

        Raises:
          ValueError: if the shape is another, or a number is not finite.
        """
        features = checks.features("features", features)
        total = cls.empty(features.shape[1])
        for rows in parts(len(features), BLOCK):
            block = features[rows].astype(np.float64)
            mean = block.mean(axis=0)
            block -= mean
            total += cls(len(block), mean, block.T @ block)
        return total

    def __add__(self, other: Self) -> Self:
        """The moments of the union.

        Raises:
          ValueError: if the widths differ.
        """
        if self.mean.shape != other.mean.shape:
            raise ValueError(
                f"moments: saw widths {len(self.mean)} and {len(other.mean)}, "
                "wanted the same"
            )
        count = self.count + other.count
        if not self.count or not other.count:
            return self if self.count else other
        change = other.mean - self.mean
        between = np.outer(change, change * (self.count * other.count / count))
        return type(self)(
            count,
            self.mean + change * (other.count / count),
            self.scatter + other.scatter + between,
        )

    @property
    def covariance(self) -> np.ndarray:
        """[D, D]: scatter / (N - 1), unbiased, as every implementation of FID has it.

        Raises:
          ValueError: below two examples.
        """
        if self.count < 2:
            raise ValueError(f"moments: saw {self.count} examples, wanted at least 2")
        return self.scatter / (self.count - 1)
