"""`jaxgan evaluate`: measures a run's samples."""

import dataclasses
import json
import pathlib
import sys
from typing import TYPE_CHECKING, Annotated, ClassVar

from jaxgan.run.command_line import Flag, option
from jaxgan.run.commands.shared_options import (
    BatchSize,
    CheckpointOptions,
    MeasureOptions,
    Run,
    SamplingOptions,
)
from jaxgan.run.errors import RunError, plain

if TYPE_CHECKING:
    from jaxgan.run.evaluation.judge import Measurement

ARROWS = {"lower": "↓", "higher": "↑", None: " "}


@dataclasses.dataclass(frozen=True)
class EvaluateCommand:
    """Measure a run's samples."""

    beside: ClassVar[str] = (
        "did you mean jaxgan compare REAL FAKE? It measures a folder of images against "
        "another"
    )
    """The hint if there is a second folder."""

    run: Run
    """The run's folder."""
    split: Annotated[str | None, option("NAME", "train")] = None
    """Real examples to compare with: train, which the run was trained on, or held_out.
    The names that the data have for them, like test, do too."""
    real: Annotated[pathlib.Path | None, option("FOLDER", "the run's data")] = None
    """Examples to compare with, instead."""
    skip_bad: Flag = False
    """Leave out files of it that are no images, or damaged; they are named."""
    batch_size: BatchSize = 64
    """Samples at once."""
    json: Flag = False
    """Print lines of JSON."""
    measure: MeasureOptions = dataclasses.field(default_factory=MeasureOptions)
    sampling: SamplingOptions = dataclasses.field(default_factory=SamplingOptions)
    checkpoint: CheckpointOptions = dataclasses.field(default_factory=CheckpointOptions)

    def execute(self) -> None:
        """Prints what it measures, and appends it to the run's file.

        Raises:
          RunError: if there is nothing to measure, or a measure does not fit; or, after
            all was printed, if it could not be written.
        """
        from jaxgan.data import skipping_bad
        from jaxgan.run.evaluation import equivariance, stored_evaluation

        loaded = self.checkpoint.load(self.run)
        kind = loaded.experiment.kind
        fitting = equivariance.fitting(loaded.experiment.game)
        protocol = self.measure.protocol(kind, fitting, [equivariance.EQUIVARIANCE])
        with skipping_bad(self.skip_bad):
            measurements = stored_evaluation.evaluate(
                loaded,
                protocol,
                folder=self.real,
                split=self.split,
                by_experiment=not self.measure.metrics,
                batch_size=self.batch_size,
                **self.sampling.single(loaded.experiment),
            )
        for place, measurement in enumerate(measurements):
            if place and not self.json:
                print()
            seed = stored_evaluation.seed_of(loaded)
            show(measurement, loaded.step, seed, self.json)
            if measurement.near:
                print(
                    f"the samples nearest to training {kind.unit}, left of them: "
                    f"{stored_evaluation.picture_path(loaded)}",
                    file=sys.stderr,
                )
        if not all(measurement.kept for measurement in measurements):
            raise RunError(
                f"the figures above are not in {self.run}, which cannot be written",
                code=1,
            )


def show(
    measurement: "Measurement",
    step: int | None,
    seed: int | None,
    as_json: bool = False,
) -> None:
    """Prints what was measured, as a table with its protocol or as lines of JSON.

    Args:
      measurement: what was measured.
      step: of the run's checkpoint, if it is one of a run.
      seed: of the run, where there are several side by side.
      as_json: lines of JSON.
    """
    from jaxgan.run.files import evaluations_log

    if as_json:
        for row in evaluations_log.rows(
            measurement.scores, step or 0, measurement.card, seed
        ):
            print(json.dumps(row))
        return
    scores = [score for _, score in measurement.scores]
    width = max(len(score.metric) for score in scores)
    lines = [f"{one.metric:{width}} {ARROWS[one.better]} {one.shown}" for one in scores]
    if step is not None:
        lines.append(f"\nof step {step:,}, measured so:")
    lines += [f"  {one.metric}: {one.about}" for one in scores if one.about]
    width = max(map(len, measurement.card))
    lines += [f"  {name:{width}}  {x}" for name, x in measurement.card.items()]
    print(plain("\n".join(lines)))
