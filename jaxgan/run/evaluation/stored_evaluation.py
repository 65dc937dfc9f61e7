"""The evaluation of a run on disk."""

import pathlib
from typing import Any

from jaxgan.core.types import Sample
from jaxgan.data.source import LostDataError
from jaxgan.run.errors import RunError, warn
from jaxgan.run.evaluation import equivariance, neighbour_picture, real_data
from jaxgan.run.evaluation.judge import Judge, Measurement
from jaxgan.run.evaluation.real_data import RealData
from jaxgan.run.files import evaluations_log
from jaxgan.run.kinds import EvaluationProtocol, Score
from jaxgan.run.sampling import sampler, sampling_options
from jaxgan.run.sampling.stored_run import StoredRun


def evaluate(
    loaded: StoredRun,
    protocol: EvaluationProtocol,
    *,
    folder: pathlib.Path | None = None,
    split: str | None = None,
    by_experiment: bool = True,
    **options: Any,
) -> list[Measurement]:
    """Measures a run, and adds what it finds to the run's file, if that can be written.

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
    measurements: list[Measurement] = []
    protocol, moving = _apart(protocol)
    if moving and not by_experiment:
        equivariance.check(loaded.experiment.game)
    asked_for = bool(folder or split) or not by_experiment
    try:
        if by_experiment:
            measurements.append(measurement_by_experiment(loaded))
        measurements = [one for one in measurements if one.scores]
        if measurements and not asked_for and not hasattr(_source(loaded), "examples"):
            unit = loaded.experiment.kind.unit
            warn(f"no {unit} can be read to compare samples with")
        elif protocol.names:
            real = real_data.find(loaded.experiment, folder, split)
            measurements.append(_by_kind(loaded, real, protocol, options))
    except LostDataError as error:
        if not measurements or asked_for:
            raise RunError(str(error), real_data.HINT) from error
        warn(str(error))
    if moving:
        measurements += _of_movements(loaded, moving, options, not by_experiment)
    if not measurements:
        raise RunError(
            f"{loaded.directory}: {loaded.experiment.kind.unit} have no measures, and "
            "the experiment measures nothing itself"
        )
    return [_kept(loaded, one) for one in measurements]


def _apart(
    protocol: EvaluationProtocol,
) -> tuple[EvaluationProtocol, EvaluationProtocol | None]:
    """Splits what is measured of movements, if it is, from what needs real examples."""
    names = [name for name in protocol.names if name != equivariance.EQUIVARIANCE]
    moving = protocol if len(names) < len(protocol.names) else None
    return protocol._replace(names=names), moving


def _of_movements(
    loaded: StoredRun,
    protocol: EvaluationProtocol,
    options: dict[str, Any],
    asked_for: bool,
) -> list[Measurement]:
    """Measures equivariance; where nobody asked for it, if it can be."""
    try:
        scores, about = equivariance.measured(loaded, protocol, **options)
    except RunError as error:
        if asked_for:
            raise
        warn(str(error.args[0]))
        return []
    return [Measurement(scores, _card(loaded, about))]


def _kept(loaded: StoredRun, found: Measurement) -> Measurement:
    """Writes what was found to the run's file, if that can be written."""
    rows = evaluations_log.rows(found.scores, loaded.step, found.card, seed_of(loaded))
    return found._replace(kept=evaluations_log.keep(loaded.directory, rows))


def measurement_by_experiment(loaded: StoredRun) -> Measurement:
    """Reads what the experiment measures of a state; it may be nothing."""
    values = loaded.experiment.measure(loaded.state)
    scores = [(name, Score(name, float(value))) for name, value in values.items()]
    return Measurement(scores, _card(loaded, {"measured by": "the experiment"}))


def _by_kind(
    loaded: StoredRun,
    real: RealData,
    protocol: EvaluationProtocol,
    options: dict[str, Any],
) -> Measurement:
    """Measures samples; draws those nearest to training examples, if it looked."""
    judge = Judge(real, protocol)

    def draw(number: int) -> Sample:
        return sampler.generate(
            loaded.experiment,
            loaded.state,
            protocol.num,
            protocol.seed + number,
            source=real.given,
            **options,
        )

    samples = draw(0)
    measurement = judge(samples, drawn_again=draw)
    if measurement.near:
        path = picture_path(loaded)
        try:
            neighbour_picture.write(path, samples, measurement.near, real)
        except (OSError, RunError) as error:
            warn(f"{path} cannot be written: {error.args[-1]}")
            measurement = measurement._replace(near=None)
    card = _card(loaded, sampling_options.card(**options))
    return measurement._replace(card={**card, **measurement.card})


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
    return loaded.seed
