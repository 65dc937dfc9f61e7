"""What there is: experiments, runs, and the fingerprint of a run."""

import argparse
import ast
import pathlib
from typing import Any

from jaxgan.run import run_directory
from jaxgan.run.errors import RunError


def show(arguments: argparse.Namespace) -> None:
    """Prints the experiments with their first lines, and the runs with their state."""
    experiments = sorted(arguments.experiments.glob("[!_]*.py"))
    print(
        f"experiments in {arguments.experiments}:" if experiments else "no experiments"
    )
    for path in experiments:
        print(f"  {path.stem:24} {first_line(path)}")
    runs = sorted(p.parent for p in arguments.runs.glob("**/config.json"))
    print(f"runs in {arguments.runs}:" if runs else f"no runs in {arguments.runs}")
    for run in runs:
        print(f"  {run!s:24} {describe(run)}")


def first_line(path: pathlib.Path) -> str:
    """The first line of an experiment's docstring; the file is not run."""
    try:
        text = ast.get_docstring(ast.parse(path.read_text())) or ""
    except SyntaxError as error:
        return f"(does not parse: {error})"
    return text.split("\n")[0]


def describe(run: pathlib.Path) -> str:
    """One line: experiment, step, losses."""
    # Not at the top: they import TensorBoard and orbax.
    from jaxgan.run import records

    try:
        identity = run_directory.read_identity(run)
    except RunError as error:
        return str(error)
    rows = records.read_rows(run / records.METRICS)
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
        f"{records.losses(latest)}"
    )


def identify(arguments: argparse.Namespace) -> None:
    """Prints the fingerprint of a checkpoint, after checking that it is whole."""
    run_directory.read_identity(arguments.run)
    from jaxgan.run import checkpoint
    from jaxgan.run.fingerprint import fingerprint

    restored = checkpoint.read(arguments.run, arguments.step)
    print(f"step {restored.step}: {fingerprint(restored.state)}")
