"""The folder of a run: which run it holds, and where things are in it."""

import difflib
import json
import pathlib
import shlex
import sys
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from jaxgan.run.errors import RunError
from jaxgan.run.files import config_json, json_file, origin, output_path, stored_text
from jaxgan.run.files.atomic_file import write_text
from jaxgan.run.options import of_the_run

RUNS = pathlib.Path("runs")
"""Where runs lie, unless they are put elsewhere."""
CONFIG = "config.json"
EXPERIMENT = "experiment.py"
IMPORTED = "imported.json"
"""Where weights came from that no training here has made."""
COMMANDS = "command.txt"
"""The commands that started and resumed the run, one per line."""
VERSIONS = "versions.json"
"""Of the libraries that the run began with."""
SAMPLES = "samples"
"""Folder of the pictures."""
START = ("start_from", "from_average", "discriminator_from", "warm_up")
"""Of the identity, how the run began with the networks of others."""
MOST = 1_000_000
"""Of seeds, parts and steps that are compiled together."""


class Identity(NamedTuple):
    """Tells what makes a run this run: fixed before its first step.

    Attributes:
      experiment: the name of the experiment's file, without '.py'.
      variant: the name of the variant that the config started from.
      config: as JSON; of several runs side by side, the first one's.
      seeds: the number of runs side by side.
      microbatches: the number of parts that each batch is gone through in.
      shared_draws: whether the turns of a step draw the same numbers.
      skip_bad: whether bad files among the data are left out.
      steps_per_dispatch: how many steps are compiled together, for their rounding
        depends on it. None, of one that is asked for: as many as the run has.
      start_from: 'RUN:STEP' whose networks it began with; see `files.origin`.
      from_average: whether the generator began as that one's average.
      discriminator_from: 'RUN:STEP' whose discriminator it began with.
      warm_up: steps in which it went on with them gently; None, of one that is asked
        for: as many as the run has.
    """

    experiment: str
    variant: str
    config: dict[str, Any]
    seeds: int = 1
    microbatches: int = 1
    shared_draws: bool = False
    skip_bad: bool = False
    steps_per_dispatch: int | None = 1
    start_from: str | None = None
    from_average: bool = False
    discriminator_from: str | None = None
    warm_up: int | None = 0


def read_identity(directory: pathlib.Path) -> Identity:
    """Reads what run lies in a folder.

    Raises:
      RunError: if none does.
    """
    path = directory / CONFIG
    if not path.is_file():
        what = "does not exist" if not directory.exists() else "is not a run"
        near = nearest(directory)
        raise RunError(
            f"{directory} is a file, wanted the folder of a run"
            if directory.is_file()
            else f"{directory} {what}: there is no {CONFIG}",
            f"did you mean {near}?" if near else "see the runs with: jaxgan list",
        )
    try:
        identity = Identity(**json_file.read(path))
        _check_types(identity)
    except (ValueError, TypeError) as error:
        raise RunError(f"{path} is damaged: {error}") from None
    return identity


def _check_types(identity: Identity) -> None:
    """Checks what a file says: the folder may be of others.

    Raises:
      TypeError: if a value is not of its type.
      ValueError: if a number is beyond what a run can have.
    """
    kinds = {
        "experiment": str,
        "variant": str,
        "config": dict,
        "shared_draws": bool,
        "start_from": str | None,
        "from_average": bool,
        "discriminator_from": str | None,
        "seeds": int,
        "microbatches": int,
        "steps_per_dispatch": int | None,
        "warm_up": int | None,
    }
    for name, kind in kinds.items():
        value = getattr(identity, name)
        if not isinstance(value, kind):
            raise TypeError(f"{name}: saw {value!r:.60}")
        if isinstance(value, int) and not 0 <= value <= MOST:
            raise ValueError(f"{name}: saw {value}, wanted at most {MOST}")


def check_no_link(path: pathlib.Path) -> None:
    """Checks that a file that is to be written is no symbolic link.

    Raises:
      RunError: if it is.
    """
    if path.is_symlink():
        raise RunError(
            f"{path} is a symbolic link, and what it leads to is not written",
            "remove the link, or choose --out",
        )


def write_identity(directory: pathlib.Path, identity: Identity) -> None:
    """Writes what run lies in a folder."""
    write_text(directory / CONFIG, json.dumps(identity._asdict(), indent=2) + "\n")


def nearest(directory: pathlib.Path) -> pathlib.Path | None:
    """Finds the run whose name is most like a folder's, beside it or in ./runs."""
    if directory.is_file() and (directory.parent / CONFIG).is_file():
        return directory.parent
    for folder in (directory.parent, RUNS):
        runs = {path.parent.name: path.parent for path in folder.glob(f"*/{CONFIG}")}
        near = difflib.get_close_matches(directory.name, list(runs), n=1)
        if near:
            return runs[near[0]]
    return None


def check(
    directory: pathlib.Path, identity: Identity, places: Collection[str] | None = None
) -> Identity | None:
    """Checks that a folder holds this run or nothing. It touches nothing.

    Args:
      directory: of the run.
      identity: of the run that is asked for.
      places: where its data lie. A field of the config that said where they lay when
        the run began may say one of these by now. None, of an experiment that is not
        built yet: it may say anything.

    Returns:
      What the folder holds; None if nothing.

    Raises:
      RunError: if the folder holds anything else.
    """
    output_path.check_name(directory, "--run-dir")
    if (directory / CONFIG).exists():
        from jaxgan.run.files import data_record

        stored = read_identity(directory)
        for path in directory.iterdir():
            if not path.is_dir():
                check_no_link(path)
        record = data_record.read(directory)
        before = set() if record is None else record.places
        config = config_json.moved(identity.config, stored.config, before, places)
        _check_same(directory, stored, identity._replace(config=config))
        return stored
    output_path.check_folder(directory, "--run-dir")
    if directory.exists() and any(
        path.name != f".{CONFIG}.tmp" for path in directory.iterdir()
    ):
        raise RunError(
            f"--run-dir: {directory} is not empty and not a run: it has no {CONFIG}",
            "choose a new folder; nothing was changed",
        )
    return None


def _check_same(directory: pathlib.Path, stored: Identity, asked: Identity) -> None:
    if stored.experiment != asked.experiment:
        raise RunError(
            f"--run-dir: {directory} holds a run of {stored.experiment!r}, you asked "
            f"{asked.experiment!r}",
            "choose a new folder; nothing was changed",
        )
    if asked.steps_per_dispatch is None:
        asked = asked._replace(steps_per_dispatch=stored.steps_per_dispatch)
    for name in ("start_from", "discriminator_from"):
        if origin.agree(getattr(stored, name), getattr(asked, name)):
            asked = asked._replace(**{name: getattr(stored, name)})
    if not asked.from_average:
        asked = asked._replace(from_average=stored.from_average)
    if asked.warm_up is None:
        asked = asked._replace(warm_up=stored.warm_up)
    lines = config_json.differences(_facts(stored), _facts(asked))
    if lines:
        started = first_command(directory)
        raise RunError(
            f"{directory} holds a run with another config:\n  " + "\n  ".join(lines),
            "to resume it, repeat its options"
            + (f": {started}" if started else "")
            + "\n      to train the new config, choose a new --run-dir; nothing was "
            "changed",
        )


def _facts(identity: Identity) -> dict[str, Any]:
    """Gathers the config, and the options that are part of the run."""
    start = {name: getattr(identity, name) for name in START}
    return {**identity.config, **of_the_run(identity), **start}


def check_there(directory: pathlib.Path, name: str = CONFIG) -> None:
    """Checks that a run that is being trained is still where it began.

    Args:
      directory: of the run.
      name: of a file that must be in it.

    Raises:
      RunError: if its folder was moved or removed: what is written would make another.
    """
    if not (directory / name).exists():
        raise RunError(
            f"{directory} was moved or removed while it was trained",
            "put it back, to resume from its newest checkpoint",
            code=1,
        )


def command() -> str:
    """Writes this process's command line, to be typed again."""
    return shlex.join([*program(), *sys.argv[1:]])


def program() -> list[str]:
    """What is typed before all arguments."""
    path = pathlib.Path(sys.argv[0])
    if path.name == "__main__.py":
        return ["python", "-m", "jaxgan"]
    return ["python", sys.argv[0]] if path.suffix == ".py" else [path.name]


def sample_folders(run: pathlib.Path, seeds: Sequence[int]) -> list[pathlib.Path]:
    """Finds where the pictures of each run go."""
    samples = run / SAMPLES
    return [samples / f"seed_{s}" for s in seeds] if len(seeds) > 1 else [samples]


def first_command(directory: pathlib.Path) -> str:
    """Reads the command that started the run; '' if there is none."""
    return stored_text.read_text(directory / COMMANDS).split("\n")[0]
