"""What is asked of training: an experiment, its config, and how to train."""

import pathlib
from types import ModuleType
from typing import Any, NamedTuple

from jaxgan.run.devices import processes, seed_axis
from jaxgan.run.files import (
    checkpoints,
    config_json,
    experiment_file,
    origin,
    run_directory,
)
from jaxgan.run.options import Options, of_the_run
from jaxgan.run.training import warm_start
from jaxgan.run.training.prepare import Prepared, prepare


class Request(NamedTuple):
    """Says what is asked for.

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
            start_from=self.options.start_from,
        )


def prepare_request(request: Request) -> Prepared:
    """Finds out all that can be wrong, before a folder becomes a run.

    Raises:
      RunError: on all processes, if anything is.
    """
    facts = {"config": request.identity, "experiment": request.path.read_text()}
    processes.join(request.options, facts)
    with processes.together():
        prepared = _prepare(request)
    start = prepared.warm_start
    processes.check_alike(
        {
            "--steps-per-dispatch": prepared.steps_per_dispatch,
            "--start-from": start and (start.weights.origin, start.weights.fingerprint),
        }
    )
    return prepared


def _prepare(request: Request) -> Prepared:
    """Builds the experiment of every seed, and what the loop needs for all of them."""
    options = request.options
    weights = None
    if (
        options.start_from is not None
        and not options.benchmark
        and _is_new(request.run)
    ):
        weights = warm_start.read(origin.parse(options.start_from))
    configs = seed_axis.configs(request.config, options.seeds)
    experiments = [experiment_file.build(request.module, one) for one in configs]
    seeds = [getattr(one, "seed", 0) for one in configs]
    return prepare(experiments, options, seeds, weights)


def _is_new(run: pathlib.Path) -> bool:
    """Whether it begins at step 0; a run may have been killed before its first save."""
    return not checkpoints.steps(run)
