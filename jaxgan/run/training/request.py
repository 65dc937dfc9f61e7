"""A request to train: an experiment, its config, and the options of this time."""

import dataclasses
import pathlib
from types import ModuleType
from typing import Any, NamedTuple

from jaxgan.run.experiment import Experiment
from jaxgan.run.files import config_json, run_directory
from jaxgan.run.options import Options, of_the_run
from jaxgan.run.training import gentle_start


class Request(NamedTuple):
    """Says what is to be trained, and how.

    Attributes:
      path: of the experiment's file.
      module: that it is.
      variant: the name of the one that the config started from.
      config: of the experiment; of several seeds, the first one's.
      options: how to train.
      command: what was typed, to be typed again.
    """

    path: pathlib.Path
    module: ModuleType
    variant: str
    config: Any
    options: Options
    command: str

    def of_run(self, stored: run_directory.Identity | None) -> "Request":
        """Takes over how the run in its folder began, if there is one."""
        kept: dict[str, Any] = {"warm_up": gentle_start.steps_of(self.options)}
        if stored is not None:
            names = ("steps_per_dispatch", *run_directory.START)
            kept = {name: getattr(stored, name) for name in names}
        return self._replace(options=dataclasses.replace(self.options, **kept))

    def begun(self, experiment: Experiment) -> Experiment:
        """Makes an experiment begin as is asked for: gently, from another run."""
        return gentle_start.gentle(experiment, self.options)

    @property
    def run(self) -> pathlib.Path:
        """Finds the run's folder, where none is asked for."""
        if self.options.run_dir is not None:
            return self.options.run_dir
        default = self.variant == next(iter(self.module.VARIANTS))
        name = self.path.stem if default else f"{self.path.stem}-{self.variant}"
        seeds = self.options.seeds
        return pathlib.Path("runs", f"{name}-{seeds}-seeds" if seeds > 1 else name)

    @property
    def identity(self) -> run_directory.Identity:
        """Tells what run it is."""
        return run_directory.Identity(
            self.path.stem,
            self.variant,
            config_json.to_json(self.config),
            **of_the_run(self.options),
            **{name: getattr(self.options, name) for name in run_directory.START},
        )
