"""The evaluation of a run on disk."""

import pathlib
from collections.abc import Sequence
from typing import Any

from jaxgan.data.source import DataError
from jaxgan.run.errors import RunError, warn
from jaxgan.run.evaluation import neighbour_picture, real_data
from jaxgan.run.evaluation.judge import Judge, Measurement
from jaxgan.run.evaluation.real_data import RealData
from jaxgan.run.files import evaluations_log, run_directory
from jaxgan.run.kinds import EvaluationProtocol, Score
from jaxgan.run.sampling import sampler, sampling_options
from jaxgan.run.sampling.stored_run import StoredRun
from jaxgan.weights import WeightsError


def evaluate(
    loaded: StoredRun,
    protocol: EvaluationProtocol,
    *,
    folder: pathlib.Path | None = None,
    split: str | None = None,
    by_experiment: bool = True,
    **options: Any,
) -> list[Measurement]:
    """Measures a run, and adds what it finds to the run's file.

    Args:
      loaded: the run.
      protocol: what is measured of the kind's measures, and how.
      folder: of the real examples; by default those of a split.
      split: of the run's data; by default what was trained on.
      by_experiment: whether what the experiment measures itself is told too.
      options: of `sampler.generate`.

    Raises:
      RunError: if there is nothing to measure, or what is asked for does not fit.
    """
    found = [measurement_by_experiment(loaded)] if by_experiment else []
    found = [one for one in found if one.scores]
    asked_for = bool(folder or split) or not by_experiment
    if found and not asked_for and not hasattr(_source(loaded), "examples"):
        warn(f"no {loaded.experiment.kind.unit} can be read to compare samples with")
    elif protocol.names:
        real = real_data.find(loaded.experiment, folder, split)
        found.append(_by_kind(loaded, real, protocol, options))
    if not found:
        raise RunError(
            f"{loaded.directory}: {loaded.experiment.kind.unit} have no measures, and "
            "the experiment measures nothing itself"
        )
    for one in found:
        rows = evaluations_log.rows(one.scores, loaded.step, one.card, seed_of(loaded))
        evaluations_log.append(loaded.directory, rows)
    return found


def figures(
    loaded: StoredRun,
    metrics: Sequence[str],
    num: int,
    seed: int,
    *,
    extractor: str | None = None,
    weights: pathlib.Path | None = None,
    **chosen: Any,
) -> dict[str, float]:
    """Measures a run as `evaluate` does; numbers by their full names.

    Args:
      loaded: the run.
      metrics: of its kind of data; () for all, and what the experiment measures itself.
      num: how many real and generated examples.
      seed: of the samples, and of which real examples are seen.
      extractor: as of `EvaluationProtocol`, and so are the weights.
      weights: file of them.
      chosen: as `evaluate` takes it.

    Raises:
      RunError: if a measure or an argument does not fit the run.
    """
    kind = loaded.experiment.kind
    wanted = metrics or list(kind.measures)
    protocol = EvaluationProtocol(wanted, num, seed, extractor, weights)
    protocol.check(kind.unit, kind.measures)
    try:
        found = evaluate(loaded, protocol, by_experiment=not metrics, **chosen)
    except (DataError, WeightsError) as error:
        raise RunError(str(error)) from error
    return {one.metric: one.value for part in found for _, one in part.scores}


def measurement_by_experiment(loaded: StoredRun) -> Measurement:
    """Reads what the experiment measures of a state; it may be nothing."""
    found = loaded.experiment.measure(loaded.state)
    scores = [(name, Score(name, float(value))) for name, value in found.items()]
    return Measurement(scores, _card(loaded, {"measured by": "the experiment"}))


def _by_kind(
    loaded: StoredRun,
    real: RealData,
    protocol: EvaluationProtocol,
    options: dict[str, Any],
) -> Measurement:
    """Measures samples; draws those nearest to training examples, if it looked."""
    judge = Judge(real, protocol)
    samples = sampler.generate(
        loaded.experiment, loaded.state, protocol.num, protocol.seed, **options
    )
    found = judge(samples)
    if found.near:
        neighbour_picture.write(picture_path(loaded), samples, found.near, real)
    card = _card(loaded, sampling_options.card(**options))
    return found._replace(card={**card, **found.card})


def _card(loaded: StoredRun, about: dict[str, Any]) -> dict[str, Any]:
    seed = getattr(loaded.config, "seed", 0)
    return evaluations_log.run_card(loaded.name, seed, about)


def _source(loaded: StoredRun) -> Any:
    return loaded.experiment.data.source


def picture_path(loaded: StoredRun) -> pathlib.Path:
    """Names the picture of samples beside the training examples nearest to them."""
    return evaluations_log.picture_path(loaded.directory, loaded.step, seed_of(loaded))


def seed_of(loaded: StoredRun) -> int | None:
    """Finds the seed of a run, where several were trained side by side."""
    several = run_directory.read_identity(loaded.directory).seeds > 1
    return getattr(loaded.config, "seed", 0) if several else None
