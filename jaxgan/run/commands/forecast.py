"""`jaxgan forecast`: what a step needs of devices, from the compiler."""

import dataclasses
import json
import sys
from typing import Annotated

from jaxgan.run.command_line import Flag, Rest, option
from jaxgan.run.commands.train import ExperimentName


@dataclasses.dataclass(frozen=True)
class ForecastCommand:
    """Compile an experiment's step, for TPUs that are not here too.

    The experiment's own options stand behind its name: see them with
    `jaxgan train EXPERIMENT --help`.
    """

    experiment: ExperimentName
    """A file, or the name of an experiment that `jaxgan list` shows."""
    target: Annotated[str | None, option("TPU", "the devices that are here")] = None
    """TPUs to compile for, like v5e:2x4; they need not be there, libtpu must."""
    largest_batch: Flag = False
    """Look for the largest batch that fits, by compiling a few more."""
    json: Flag = False
    """Print one line of JSON."""
    rest: Rest = ()
    """Options of the experiment."""

    def execute(self) -> None:
        """Prints the forecast.

        Raises:
          RunError: if there is nothing to compile, or it does not.
        """
        from jaxgan.run.files import experiment_catalogue

        path = experiment_catalogue.find(self.experiment)
        from jaxgan.run.forecast import step_forecast, text

        try:
            forecast = step_forecast.foresee(
                path, list(self.rest), self.target, self.largest_batch, say
            )
        except step_forecast.DoesNotCompile as error:
            if self.json:
                print(json.dumps({"compiles": False, "error": error.args[0]}))
            raise
        print(text.to_json(forecast) if self.json else text.report(forecast))


def say(message: str) -> None:
    """Prints what takes a while, beside the forecast."""
    print(message, file=sys.stderr)
