"""Which experiments there are: those of the working directory, and jaxgan's own."""

import pathlib

from jaxgan.run.errors import RunError, suggestion
from jaxgan.run.files import run_directory
from jaxgan.run.files.experiment_file import experiment_files

HERE = pathlib.Path("experiments")
"""Of the working directory."""


def packaged() -> pathlib.Path:
    """Finds the folder of the experiments that come with jaxgan.

    In an installed package it is a part of that; in a checkout it lies beside.
    """
    package = pathlib.Path(__file__).parents[2]
    beside = package.parent / HERE
    in_checkout = (package.parent / "pyproject.toml").is_file() and beside.is_dir()
    return beside if in_checkout else package / HERE


def experiments() -> dict[str, pathlib.Path]:
    """Lists experiments by name; those of the working directory go before jaxgan's."""
    return {**experiment_files(packaged()), **experiment_files(HERE)}


def find(experiment: str) -> pathlib.Path:
    """Finds the file of an experiment.

    Args:
      experiment: the path of a file, or the name of one in ./experiments or of one
        that comes with jaxgan.

    Raises:
      RunError: if there is none, naming the nearest.
    """
    path, known = pathlib.Path(experiment), experiments()
    if path.suffix == ".py" and path.is_file():
        return path
    if experiment in known:
        return known[experiment]
    if (path / run_directory.CONFIG).is_file():
        started = run_directory.first_command(path)
        raise RunError(
            f"{path} is a run, wanted an experiment",
            f"to resume the run, repeat its command: {started}" if started else "",
        )
    raise RunError(
        f"there is no experiment {experiment}", suggestion(path.stem, list(known))
    )
