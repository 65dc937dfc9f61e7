"""`jaxgan export`: a run's generator for other software."""

import dataclasses
import pathlib
import sys
from typing import Annotated, Literal

from jaxgan.run.bounds import Count
from jaxgan.run.command_line import Flag, option
from jaxgan.run.commands.shared_options import CheckpointOptions, Run
from jaxgan.run.errors import RunError


@dataclasses.dataclass(frozen=True)
class ExportCommand:
    """Write a run's generator as ONNX or StableHLO, in a folder that stands alone."""

    run: Run
    """The run's folder."""
    to: Literal["onnx", "stablehlo", "litert"] = "onnx"
    """onnx: runs without JAX, in browsers too. stablehlo: for JAX on CPU, CUDA and TPU
    without the program of the run. litert: for phones, one example at a time."""
    out: Annotated[pathlib.Path | None, option("FOLDER", "RUN/exported/FORMAT")] = None
    """A new or an empty folder."""
    half: Flag = False
    """Store weights in 16 bits: half the size, a little less exact. Of onnx."""
    direction: Annotated[str | None, option("NAME", "the first")] = None
    """Of a run that maps both ways: x_to_y or y_to_x."""
    passes: Annotated[Count | None, option("N", "as trained")] = None
    """Of the generator per sample, all in the one file: of adversarial flow models."""
    license: Annotated[str | None, option("TEXT", "not stated")] = None
    """Of what the generator makes, for its card."""
    current: Flag = False
    """Take the current generator, not its running average."""
    checkpoint: CheckpointOptions = dataclasses.field(default_factory=CheckpointOptions)

    def execute(self) -> None:
        """Writes the folder, and prints where.

        Raises:
          RunError: if there is no such run, it has no form in this format, or differs
            from JAX.
        """
        from jaxgan.run.files import output_path

        out = self.out or self.run / "exported" / self.to
        output_path.check_new_folder(out)
        if self.half and self.to != "onnx":
            raise RunError(f"--half: saw it with --to {self.to}, wanted onnx")
        loaded = self.checkpoint.load(self.run)
        from jaxgan.run.exporting import export_folder
        from jaxgan.run.sampling.sampling_options import in_passes

        experiment = loaded.experiment
        game = in_passes(experiment.game, self.passes)
        experiment = dataclasses.replace(experiment, game=game)
        loaded = loaded._replace(experiment=experiment)
        export_folder.write(
            *(loaded, out, self.to),
            half=self.half,
            direction=self.direction,
            ema=not self.current,
            license=self.license,
            say=lambda line: print(line, file=sys.stderr, flush=True),
        )
        print(out)
