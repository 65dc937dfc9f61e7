"""What is trained on: opened, and compared with what the run was trained on before."""

import pathlib
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from jaxgan.data import opening
from jaxgan.data.source import DataError
from jaxgan.run.devices import processes, seed_axis
from jaxgan.run.errors import RunError, warn
from jaxgan.run.experiment import Experiment
from jaxgan.run.files import data_record, experiment_file, run_directory
from jaxgan.run.files.data_record import DataRecord, RunData
from jaxgan.run.progress import waiting
from jaxgan.run.training.request import Request

PATIENCE = 2.0
"""Seconds after which it is said that data are being read."""


class Built(NamedTuple):
    """Holds the experiment of one seed, and what it has opened.

    Attributes:
      experiment: that was built.
      seed: of its run.
      opened: while it was built, in order.
    """

    experiment: Experiment
    seed: int
    opened: Sequence[opening.Opened]


def built(request: Request) -> list[Built]:
    """Builds the experiment of every seed, and notes what each opens.

    Raises:
      RunError: if one cannot be built.
    """
    parts, skip_bad = [], request.options.skip_bad
    for config in seed_axis.configs(request.config, request.options.seeds):
        with opening.recorded() as opened:
            try:
                experiment = experiment_file.build(request.module, config, skip_bad)
            except RunError as error:
                raise _with_hint(error, request.run) from error
        parts.append(Built(experiment, getattr(config, "seed", 0), opened))
    return parts


def _with_hint(error: RunError, run: pathlib.Path) -> RunError:
    """Adds to an error of data that cannot be opened where they were before."""
    record = data_record.read(run) if (run / run_directory.CONFIG).is_file() else None
    known = [] if record is None else [*record.runs[0].openings]
    lay = [f"{one.path} ({one.facts})" for one in known if one.path]
    if not lay or error.hint or not _of_data(error):
        return error
    return RunError(
        error.args[0],
        f"the run was trained on {' and '.join(lay)}; if they have moved, say where "
        "they are now: the same data may lie anywhere",
        error.code,
    )


def _of_data(error: RunError) -> bool:
    return isinstance(error.__cause__, DataError | OSError)


def record_of(parts: Sequence[Built]) -> DataRecord:
    """Finds what there is to know of the data of all seeds.

    Every example is read once, but not again in later invocations if they come from
    the cache of decoded images.
    """
    began = time.monotonic()
    with waiting("reading the data, to know them again") as progress:

        def told(done: int, total: int) -> None:
            if time.monotonic() - began > PATIENCE:
                progress(done, total)

        return data_record.record_of([_of_run(one, told) for one in parts])


def _of_run(part: Built, progress: Callable[[int, int], Any]) -> RunData:
    return RunData(
        tuple(one.opening(progress) for one in part.opened),
        data_record.facts_of(part.experiment),
        data_record.described(part.experiment.data(0)),
    )


def check(run: pathlib.Path, seen: DataRecord, changed: bool) -> None:
    """Checks that a run goes on with the data that it began with.

    Args:
      run: the run's folder.
      seen: today's data.
      changed: whether they may be others.

    Raises:
      RunError: if they are others, and may not be.
    """
    stored = data_record.read(run)
    lines = [] if stored is None else data_record.differences(stored, seen)
    if not lines:
        return
    told = "\n  ".join(lines)
    if changed:
        if processes.is_chief():
            warn(f"{run} goes on with other data than before:\n  {told}")
        return
    raise RunError(
        f"{run} was trained on other data:\n  {told}",
        "give it those, wherever they lie by now; or go on with these, neither as the "
        "old run nor as a new one: --data-changed; or choose a new --run-dir; nothing "
        "was changed",
    )


def keep(run: pathlib.Path, seen: DataRecord, identity: Any) -> None:
    """Writes into a run's folder what it is trained on, and where that lies."""
    stored = run_directory.read_identity(run)
    # First, for a config may differ from the run's where its record says so.
    if stored.config != identity.config:
        run_directory.write_identity(run, stored._replace(config=identity.config))
    data_record.write(run, seen)
