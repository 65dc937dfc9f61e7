"""The evaluation of a stored run as plain numbers."""

import os
import pathlib
from collections.abc import Sequence
from typing import Any

from jaxgan.run.evaluation import equivariance, stored_evaluation
from jaxgan.run.kinds.evaluation_protocol import EvaluationProtocol
from jaxgan.run.sampling.stored_run import StoredRun

Path = str | os.PathLike[str]


def scores(
    stored: StoredRun,
    metrics: Sequence[str],
    *,
    num: int,
    seed: int,
    split: str | None,
    real: Path | None,
    extractor: str | None,
    weights: Path | None,
    current: bool = False,
    batch_size: int = 64,
    **options: Any,
) -> dict[str, float]:
    """Measures samples, and adds what is found to the run's file.

    Args:
      stored: the run.
      metrics: names of measures; none stand for all, and for what the experiment
        measures itself.
      num: how many real and generated examples.
      seed: of the samples, and of which real examples are seen.
      split: of the run's data, which are compared with.
      real: a folder of examples to compare with, instead.
      extractor: what sees the examples, of kinds that have several.
      weights: file of its weights.
      current: take the current generator, not its running average.
      batch_size: samples per compiled call.
      options: further options of `Sampler`.

    Returns:
      Numbers by their full names.

    Raises:
      RunError: if what is asked for does not fit the run.
    """
    kind = stored.experiment.kind
    file = None if weights is None else pathlib.Path(weights)
    fitting = equivariance.fitting(stored.experiment.game)
    wanted = metrics or [*kind.usual_measures, *fitting]
    protocol = EvaluationProtocol(wanted, num, seed, extractor, file)
    protocol.check(kind.unit, (*kind.measures, equivariance.EQUIVARIANCE))
    measurements = stored_evaluation.evaluate(
        stored,
        protocol,
        folder=None if real is None else pathlib.Path(real),
        split=split,
        by_experiment=not metrics,
        ema=not current,
        batch_size=batch_size,
        **options,
    )
    return {one.metric: one.value for part in measurements for _, one in part.scores}
