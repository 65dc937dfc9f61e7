"""What there is: experiments, runs, and the fingerprint of a run."""

import argparse
import pathlib
from typing import Any

from jaxgan.run import progress
from jaxgan.run.errors import RunError
from jaxgan.run.files import experiment_file, run_directory


def show(arguments: argparse.Namespace) -> None:
    """Prints the experiments with their first lines, and the runs with their state."""
    experiments = experiment_file.experiment_files(arguments.experiments).values()
    print(
        f"experiments in {arguments.experiments}:" if experiments else "no experiments"
    )
    for path in experiments:
        print(f"  {path.stem:24} {experiment_file.first_line(path)}")
    runs = sorted(p.parent for p in arguments.runs.glob("**/config.json"))
    print(f"runs in {arguments.runs}:" if runs else f"no runs in {arguments.runs}")
    for run in runs:
        print(f"  {run!s:24} {describe(run)}")


def describe(run: pathlib.Path) -> str:
    """One line: experiment, step, losses."""
    # Not at the top: they import TensorBoard and orbax.
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
    saved = [int(p.name) for p in run.glob("checkpoints/*") if p.name.isdigit()]
    return (
        f"{name}, step {latest['step']}, saved at {max(saved, default='none')}, "
        f"{progress.losses(latest)}"
    )


def identify(arguments: argparse.Namespace) -> None:
    """Prints the fingerprint of a checkpoint, after checking that it is whole."""
    run_directory.read_identity(arguments.run)
    from jaxgan.run.files import checkpoints
    from jaxgan.run.files.fingerprint import fingerprint

    restored = checkpoints.read(arguments.run, arguments.step)
    print(f"step {restored.step}: {fingerprint(restored.state)}")
