"""`jaxgan evaluate`: measures a run's samples."""

import dataclasses
import json
import pathlib
import sys
from typing import TYPE_CHECKING, Annotated, ClassVar

from jaxgan.run.command_line import Flag, option
from jaxgan.run.commands.metadata_options import MetadataOptions
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
    from jaxgan.run.sampling.stored_run import StoredRun

ARROWS = {"lower": "↓", "higher": "↑", None: " "}


@dataclasses.dataclass(frozen=True)
class EvaluateCommand:
    """Measure a run's samples.

    Several truncations, such as --truncation 0.3,0.5,0.7,1, are drawn in one picture.
    """

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
    metadata: MetadataOptions = dataclasses.field(default_factory=MetadataOptions)

    def execute(self) -> None:
        """Prints what it measures, and appends it to the run's file.

        Raises:
          RunError: if there is nothing to measure, or a measure does not fit; or, after
            all was printed, if it could not be written.
        """
        from jaxgan.data import skipping_bad
        from jaxgan.run.evaluation import (
            equivariance,
            stored_evaluation,
            truncation_curve,
        )
        from jaxgan.run.sampling import sampling_options

        loaded = self.checkpoint.load(self.run)
        kind = loaded.experiment.kind
        fitting = equivariance.fitting(loaded.experiment.game)
        protocol = self.measure.protocol(kind, fitting, [equivariance.EQUIVARIANCE])
        each = self.sampling.each(loaded.experiment)
        game, cutoff = loaded.experiment.game, self.sampling.truncation_cutoff
        for options in each:  # before any of them is measured
            sampling_options.truncated(game, options["truncation"], cutoff)
        sampling_options.in_passes(game, self.sampling.passes)
        measured, place = [], 0
        for options in each:
            with skipping_bad(self.skip_bad):
                measurements = stored_evaluation.evaluate(
                    loaded,
                    protocol,
                    folder=self.real,
                    split=self.split,
                    by_experiment=not self.measure.metrics and not measured,
                    batch_size=self.batch_size,
                    **options,
                )
            measured.append((options["truncation"], measurements))
            for measurement in measurements:
                if place and not self.json:
                    print()
                place += 1
                seed = stored_evaluation.seed_of(loaded)
                show(measurement, loaded.step, seed, self.json)
                if measurement.near:
                    self._mark(stored_evaluation.picture_path(loaded), loaded)
                    print(
                        f"the samples nearest to training {kind.unit}, left of them: "
                        f"{stored_evaluation.picture_path(loaded)}",
                        file=sys.stderr,
                    )
        if len(each) > 1:
            path = truncation_curve.path_of(loaded)
            truncation_curve.write(path, measured)
            self._mark(path, loaded)
            print(f"against truncation: {path}", file=sys.stderr)
        every = [one for _, some in measured for one in some]
        if not all(measurement.kept for measurement in every):
            raise RunError(
                f"the figures above are not in {self.run}, which cannot be written",
                code=1,
            )

    def _mark(self, path: pathlib.Path, loaded: "StoredRun") -> None:
        """Writes into a picture how it was made; nobody learns where files lie."""
        measure = dataclasses.replace(self.measure, weights=None)
        told = dataclasses.replace(self, real=None, measure=measure)
        self.metadata.mark(path, "evaluate", told, loaded, composite=True)


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
