"""A claim to a run's folder: nothing in it is lost, or mixed up with another run."""

import contextlib
import functools
import importlib.metadata
import json
import os
import pathlib
import platform
import shutil
import time
from collections.abc import Callable, Iterator

from jaxgan.run.devices import processes
from jaxgan.run.errors import RunError, warn
from jaxgan.run.files import (
    checkpoints,
    data_record,
    metrics_log,
    origin,
    output_path,
    run_program,
    stored_text,
    tensorboard_log,
)
from jaxgan.run.files.atomic_file import write_text
from jaxgan.run.files.run_directory import (
    COMMANDS,
    CONFIG,
    EXPERIMENT,
    SAMPLES,
    VERSIONS,
    Identity,
    check,
    command,
)

LIBRARIES = ("jax", "jaxlib", "flax", "optax", "orbax-checkpoint", "numpy")
"""Whose versions are kept with a run."""

PATIENCE = 60.0
"""Seconds after which a file that one host wrote must be visible on the others."""


@contextlib.contextmanager
def claimed(
    directory: pathlib.Path, identity: Identity, source: pathlib.Path, words: str = ""
) -> Iterator[Callable[[], None]]:
    """Makes a folder this run's, or goes on with it, alone until the end of the block.

    Of several processes that train together, process 0 does it for all. A new run that
    ends with an error before its first step leaves no folder; f(), which the block is
    given, removes it where no error can be raised.

    Args:
      directory: of the run.
      identity: of the run that is asked for.
      source: the experiment's file, of which a copy is kept.
      words: of the command that starts or resumes it; by default this process's.

    Raises:
      RunError: on all processes, if the folder holds anything else, or a run that is
        being trained already, or the others do not see it.
    """
    withdraw: Callable[[], None] = lambda: None  # noqa: E731
    with contextlib.ExitStack() as stack:
        with processes.together():
            if processes.is_chief():
                here = _claimed_here(directory, identity, source, words)
                withdraw = stack.enter_context(here)
        if not processes.everyone(_appears(directory / CONFIG)):
            raise RunError(
                f"--run-dir: {directory} is not one folder for all processes",
                "choose one on a disk that all hosts share",
            )
        with contextlib.suppress(RunError):  # another host may see it later
            run_program.remember(directory)
        yield withdraw


def _appears(path: pathlib.Path) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not path.exists():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


@contextlib.contextmanager
def _claimed_here(
    directory: pathlib.Path, identity: Identity, source: pathlib.Path, words: str = ""
) -> Iterator[Callable[[], None]]:
    check(directory, identity)
    there = directory.exists()
    withdraw: Callable[[], None] = lambda: None  # noqa: E731
    with output_path.written(directory):
        directory.mkdir(parents=True, exist_ok=True)
    with locked(directory):
        check(directory, identity)  # another process may have been quicker
        if not (directory / CONFIG).exists():
            withdraw = functools.partial(_withdraw, directory, there)
        _clear_way(directory)
        _clear_leavings(directory)
        try:
            if not (directory / CONFIG).exists():
                # First of all, so that a folder with anything else in it is a run.
                text = json.dumps(identity._asdict(), indent=2)
                write_text(directory / CONFIG, text + "\n")
            _keep_source(directory, source)
            _keep_versions(directory)
            _keep_command(directory, words or command())
            yield withdraw
        except BaseException:
            withdraw()
            raise


def _clear_way(directory: pathlib.Path) -> None:
    """Sets aside folders in the place of files, and whatever else, that are written."""
    folders = (checkpoints.FOLDER, tensorboard_log.FOLDER, SAMPLES)
    for path in [*directory.iterdir(), *(directory / SAMPLES).glob("**/*.png")]:
        if path.name in folders:
            fits = path.is_dir()
        elif path.suffix in (".json", ".jsonl", ".txt", ".py", ".png", ".gif", ".html"):
            fits = path.is_file() or path.name.startswith("damaged-")
        else:
            fits = True
        if not fits:
            stored_text.set_aside(path, "is not what a run has there")


def _clear_leavings(directory: pathlib.Path) -> None:
    """Removes what a process that was killed had not finished; none is alive here."""
    for pattern in (".*.tmp", f"{SAMPLES}/.*.tmp", f"{SAMPLES}/*/.*.tmp"):
        for path in directory.glob(pattern):
            path.unlink(missing_ok=True)
    for path in (directory / checkpoints.FOLDER).glob("*.orbax-checkpoint-tmp*"):
        shutil.rmtree(path, ignore_errors=True)


def _withdraw(directory: pathlib.Path, there: bool) -> None:
    """Removes a new run that has done nothing, if there is nothing else in its folder.

    Args:
      directory: of the run.
      there: whether it was there before, empty.
    """
    folders = (checkpoints.FOLDER, tensorboard_log.FOLDER, SAMPLES)
    names = (
        *(metrics_log.METRICS, origin.FILE, data_record.DATA),
        *(COMMANDS, VERSIONS, EXPERIMENT, CONFIG),
    )
    with contextlib.suppress(OSError):  # the first error counts
        for path in directory.iterdir():
            known = path.name in (*folders, *names) or path.match(".*.tmp")
            if not known or (path.suffix == ".jsonl" and path.stat().st_size):
                return
        if checkpoints.steps(directory):
            return
        for name in folders:
            shutil.rmtree(directory / name, ignore_errors=True)
        for path in (*directory.glob(".*.tmp"), *(directory / name for name in names)):
            path.unlink(missing_ok=True)
        if not there:
            directory.rmdir()


def _keep_source(directory: pathlib.Path, source: pathlib.Path) -> None:
    copy, text = directory / EXPERIMENT, source.read_text()
    if copy.exists() and copy.read_bytes() != source.read_bytes():
        number = 1 + len(list(directory.glob("experiment-*.py")))
        copy.replace(directory / f"experiment-{number}.py")
        warn(
            f"{source} has changed since this run began; the run goes on with the new "
            f"code, the old is kept as experiment-{number}.py"
        )
    if not copy.exists():
        write_text(copy, text)


def _keep_versions(directory: pathlib.Path) -> None:
    path = directory / VERSIONS
    versions = {"python": platform.python_version(), "platform": platform.platform()}
    for name in ("jaxgan", *LIBRARIES):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[name] = importlib.metadata.version(name)
    before = stored_text.read_object(path)
    if before is None and path.exists():
        stored_text.set_aside(path, "is damaged")
    if before is not None:
        for name in ("jax", "jaxlib"):
            if before.get(name) != versions.get(name):
                warn(
                    f"this run began with {name} {before.get(name)}, this is "
                    f"{versions.get(name)}: it goes on, but not with the same bits"
                )
    else:
        write_text(path, json.dumps(versions, indent=2) + "\n")


def _keep_command(directory: pathlib.Path, words: str) -> None:
    path = directory / COMMANDS
    lines = stored_text.read_text(path).splitlines()
    if words not in lines:
        write_text(path, "".join(f"{line}\n" for line in [*lines, words]))


@contextlib.contextmanager
def locked(directory: pathlib.Path) -> Iterator[None]:
    """Keeps a second process from training the same run at the same time."""
    try:
        import fcntl
    except ImportError:  # not on Windows
        yield
        return
    handle = os.open(directory, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunError(f"another process is training {directory}") from None
        yield
    finally:
        os.close(handle)
