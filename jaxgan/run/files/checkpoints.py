"""Checkpoints: the newest few states of a run on disk."""

import contextlib
import logging
import pathlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import jax
from orbax.checkpoint import CheckpointManager

from jaxgan.core.types import State
from jaxgan.run.devices import processes
from jaxgan.run.errors import RunError, warn
from jaxgan.run.files import full_disk, run_directory, saved_state
from jaxgan.run.files.saved_state import Damaged

FOLDER = "checkpoints"
LOGGER = logging.getLogger("absl")


class Restored(NamedTuple):
    """Holds a state from disk, and the number of finished steps."""

    state: Any
    step: int


class Checkpoints:
    """Keeps the newest few states of a run on disk. Use as a context manager.

    Every checkpoint carries the fingerprint of its state, and is checked against it
    when it is read: a flipped bit counts as damage.
    """

    def __init__(self, run: pathlib.Path, keep: int = 3):
        self.run = run
        self.folder = (run / FOLDER).absolute()
        self.last: int | None = None
        self._manager = saved_state.manager(self.folder, keep)

    def __enter__(self) -> "Checkpoints":
        # What orbax's threads log at length before they fail is raised here as well.
        self._level = LOGGER.level
        LOGGER.setLevel(logging.CRITICAL)
        return self

    def __exit__(self, kind, error, trace) -> None:
        try:
            if kind is None:
                with self._written(self.last):
                    self._manager.wait_until_finished()
                    self._manager.close()
            else:
                with contextlib.suppress(Exception):  # the first error counts
                    self._manager.close()
        finally:
            LOGGER.setLevel(self._level)

    def save(self, state: State, step: int) -> None:
        """Starts to save; the state may be donated as soon as this returns."""
        if step == self.last:
            return
        run_directory.check_there(self.run)
        arguments = saved_state.to_save(state)
        with self._written(step):
            if not self._manager.save(step, args=arguments):
                raise RunError(f"{self.folder}: step {step} was not saved", code=1)
        self.last = step

    def finish(self) -> None:
        """Waits until all that was saved is on disk."""
        with self._written(self.last):
            self._manager.wait_until_finished()

    @contextlib.contextmanager
    def _written(self, step: int | None) -> Iterator[None]:
        """Tells plainly what could not be written; orbax raises all kinds of errors."""
        try:
            yield
        except (OSError, RunError, jax.errors.JaxRuntimeError):
            raise  # each is told plainly by whom it concerns
        except Exception as error:
            run_directory.check_there(self.run)
            raise RunError(
                f"{self.folder}: the checkpoint of step {step} or the one before it "
                f"cannot be written: {full_disk.cause(error)}",
                "when that is mended, the same command resumes the run",
                code=1,
            ) from error

    def restore_newest(self, target: State) -> Restored | None:
        """Restores the newest readable checkpoint; None if there is none at all.

        Unreadable newer ones are moved aside, with a warning, once an older one is
        restored.

        Args:
          target: shapes, dtypes and shardings of the state.

        Raises:
          RunError: if there are checkpoints, but none can be read. Nothing is moved.
        """
        failures: dict[int, Damaged] = {}
        saved = steps(self.run)
        processes.check_alike({f"checkpoints in {self.folder}": saved})
        for step in reversed(saved):
            state = _read_by_all(self._manager, step, target)
            if isinstance(state, Damaged):
                failures[step] = state
                continue
            if failures:
                if processes.is_chief():
                    for number, damage in failures.items():
                        self._move_aside(number, damage)
                    warn(f"going on from step {step}")
                processes.everyone(True)  # moved, before anyone looks
                self._manager.reload()
            self.last = step
            return Restored(state, step)
        if failures:
            lines = "".join(f"\n  step {n}: {why}" for n, why in failures.items())
            raise RunError(
                f"no checkpoint in {self.folder} can be read:{lines}",
                "has the experiment's code changed? Undo that, or choose a new "
                "--run-dir; nothing was changed",
                code=1,
            )
        return None

    def _move_aside(self, step: int, damage: Damaged) -> None:
        place = self.run / f"damaged-{step}"
        number = 1
        while place.exists():
            number += 1
            place = self.run / f"damaged-{step}-{number}"
        (self.folder / str(step)).rename(place)
        warn(f"the checkpoint of step {step} is damaged ({damage}); moved to {place}")


def steps(run: pathlib.Path) -> list[int]:
    """Lists the steps of which there are checkpoints, oldest first; readable or not."""
    folder = run / FOLDER
    names = (path.name for path in folder.iterdir()) if folder.is_dir() else ()
    return sorted(int(name) for name in names if _is_step(name))


def _is_step(name: str) -> bool:
    return name.isascii() and name.isdecimal()


def read(
    run: pathlib.Path,
    step: int | None = None,
    target: State | None = None,
    parts: Sequence[str] = (),
) -> Restored:
    """Reads a checkpoint without changing anything on disk.

    Args:
      run: the run's folder.
      step: which; by default the newest readable one.
      target: shapes, dtypes and shardings; without it the state comes as dicts on a
        CPU, whatever devices it was saved from; they have the same fingerprint.
      parts: fields of the state that are enough, without a target, as numpy arrays; of
        the others there may be nothing: see `saved_state.PARTS`.

    Raises:
      RunError: if there is none, or it cannot be read.
    """
    saved = steps(run)
    if step is not None and step not in saved:
        raise RunError(f"{run} has no checkpoint of step {step}; it has {saved}")
    if not saved:
        raise RunError(f"{run} has no checkpoint yet")
    with contextlib.closing(_reader(run)) as manager:
        for number in [step] if step is not None else reversed(saved):
            try:
                state = saved_state.read(manager, number, target, parts)
                return Restored(state, number)
            except Damaged as damage:
                if step is not None or number == saved[0]:
                    raise RunError(
                        f"the checkpoint of step {number} is damaged: {damage}", code=1
                    ) from None
                warn(f"the checkpoint of step {number} is damaged ({damage})")
    raise AssertionError("unreachable")


def saved_fingerprint(run: pathlib.Path, step: int) -> str:
    """Reads the fingerprint that a checkpoint was saved with, and not its state.

    Raises:
      RunError: if it cannot be read.
    """
    with contextlib.closing(_reader(run)) as manager:
        try:
            return saved_state.facts(manager, step)["fingerprint"]
        except Exception as error:  # as in `saved_state.read`
            raise RunError(
                f"the checkpoint of step {step} is damaged: {type(error).__name__}",
                code=1,
            ) from None


def _reader(run: pathlib.Path) -> CheckpointManager:
    return saved_state.manager((run / FOLDER).absolute(), None)


def _read_by_all(manager: CheckpointManager, step: int, target: State) -> Any:
    """Reads the state; on every process damage, if any of them could not read it."""
    state = damage = None
    try:
        state = saved_state.read(manager, step, target)
    except Damaged as error:
        damage = error
    if processes.everyone(damage is None):
        return state
    return damage or Damaged("another process could not read it")
