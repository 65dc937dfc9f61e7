"""`jaxgan list`: the experiments and runs that there are."""

import dataclasses
import itertools
import pathlib
from collections.abc import Iterable
from typing import Any

from jaxgan.run.errors import RunError, plain
from jaxgan.run.files import experiment_catalogue, experiment_file, run_directory


@dataclasses.dataclass(frozen=True)
class ListCommand:
    """List experiments and runs."""

    experiments: pathlib.Path = experiment_catalogue.HERE
    """Folder of experiments, beside those that come with jaxgan."""
    runs: pathlib.Path = run_directory.RUNS
    """Folder of runs."""

    def execute(self) -> None:
        """Prints experiments by family with their first lines, and runs with theirs."""
        folder, package = self.experiments, experiment_catalogue.packaged()
        known = {
            place: experiment_file.experiment_files(place)
            for place in (folder, package)
        }
        for name in known[folder] if package != folder else ():
            known[package].pop(name, None)
        width = max(
            (len(name) for names in known.values() for name in names), default=0
        )
        for place, experiments in known.items():
            if experiments:
                title = f"in {folder}" if place == folder else "that come with jaxgan"
                print(f"experiments {title}:")
                _show(place, experiments.values(), width)
        if not any(known.values()):
            print("no experiments")
        runs = sorted(path.parent for path in self.runs.glob("**/config.json"))
        print(f"runs in {self.runs}:" if runs else f"no runs in {self.runs}")
        width = max((len(str(run)) for run in runs), default=0)
        for run in runs:
            print(plain(f"  {run!s:{width}}  {describe(run)}"))


def _show(place: pathlib.Path, experiments: Iterable[pathlib.Path], width: int) -> None:
    """Prints the experiments of a folder, those of each folder in it together."""
    paths = sorted(experiments, key=lambda path: (path.parent, path.stem))
    for family, members in itertools.groupby(paths, lambda path: path.parent):
        indent = "  " if family == place else "    "
        if family != place:
            print(f"  {family.name}")
        for path in members:
            line = experiment_file.first_line(path)
            print(plain(f"{indent}{path.stem:{width}}  {line}"))


def describe(run: pathlib.Path) -> str:
    """Writes one line about a run: experiment, step, losses."""
    # Not at the top: they import numpy and TensorBoard.
    from jaxgan.run import progress
    from jaxgan.run.files import metrics_log

    try:
        identity = run_directory.read_identity(run)
    except RunError as error:
        return str(error)
    rows = metrics_log.read_rows(run / metrics_log.METRICS)
    name = f"{identity.experiment} ({identity.variant})"
    if not rows:
        imported = (run / run_directory.IMPORTED).is_file()
        return name if imported else f"{name}, no metrics yet"
    latest: dict[str, Any] = {}
    for row in rows:
        latest |= row  # what an experiment measures has rows of its own
    saved = [
        int(path.name) for path in run.glob("checkpoints/*") if path.name.isdecimal()
    ]
    return (
        f"{name}, step {latest['step']}, saved at {max(saved, default='none')}, "
        f"{progress.losses(latest)}"
    )
