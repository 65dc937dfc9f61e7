"""`jaxgan train`: trains an experiment, or resumes its run."""

import dataclasses
from typing import Annotated

from tyro.conf import Positional

from jaxgan.run.command_line import Rest, option

ExperimentName = Annotated[Positional[str], option("EXPERIMENT")]
"""The type of the argument that names an experiment."""


@dataclasses.dataclass(frozen=True)
class TrainCommand:
    """Train or resume an experiment.

    Its own options stand behind its name: see them with
    `jaxgan train EXPERIMENT --help`.
    """

    experiment: ExperimentName
    """A file, or the name of an experiment that `jaxgan list` shows."""
    rest: Rest = ()
    """Options of the experiment."""

    def execute(self) -> None:
        """Trains; ends the process with a status if that fails.

        Raises:
          RunError: if there is no such experiment.
        """
        from jaxgan.run.files import experiment_catalogue

        path = experiment_catalogue.find(self.experiment)
        from jaxgan.run import launch

        launch.main(str(path), self.rest)
