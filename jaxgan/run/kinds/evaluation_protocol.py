"""What an evaluation measures, and how."""

import pathlib
from collections.abc import Collection, Sequence
from typing import NamedTuple

from jaxgan.run.bounds import SEED
from jaxgan.run.errors import RunError, suggestion

LEAST = 16
"""Examples of either sort, below which no measure means anything."""


class EvaluationProtocol(NamedTuple):
    """What is measured, and how.

    Attributes:
      names: of the kind's measures.
      num: how many real and generated examples.
      seed: of whatever is drawn.
      extractor: what sees the examples, of kinds that have several; None for what fits
        the data.
      weights: file of its weights.
      neighbours: training examples among which copies are looked for, at most.
    """

    names: Sequence[str]
    num: int
    seed: int = 0
    extractor: str | None = None
    weights: pathlib.Path | None = None
    neighbours: int | None = None

    def check(self, unit: str, measures: Collection[str], option: str = "--") -> None:
        """Checks the names and the numbers.

        Args:
          unit: what the examples are called.
          measures: their names.
          option: what the options' names begin with.

        Raises:
          RunError: naming the option.
        """
        for name in self.names:
            if name not in measures:
                raise RunError(
                    f"{option}metrics: saw {name!r}, which is no measure of {unit}",
                    suggestion(name, list(measures)),
                )
        if not SEED.hold(self.seed):
            raise RunError(f"{option}seed: saw {self.seed}, wanted {SEED}")
        if self.weights is not None and not self.weights.is_file():
            raise RunError(f"{option}weights: there is no file {self.weights}")
        for name in ("num", "neighbours"):
            value = getattr(self, name)
            if value is not None and value < LEAST:
                raise RunError(f"{option}{name}: saw {value}, wanted at least {LEAST}")

    def check_no_extractor(self, unit: str) -> None:
        """Checks that no extractor is asked for, where there is nothing to choose.

        Raises:
          RunError: naming the option.
        """
        for name in ("extractor", "weights"):
            if getattr(self, name) is not None:
                raise RunError(
                    f"--{name}: saw {getattr(self, name)}, but {unit} are measured "
                    "without a network"
                )
