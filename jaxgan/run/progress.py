"""Progress, for those who wait at a terminal; a line for those who read a file."""

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from jaxgan.diagnosis import names


def tracked(items: range, what: str) -> Iterable[int]:
    """The items, with a bar on a terminal while they are gone through."""
    if len(items) < 2 or not sys.stderr.isatty():
        return items
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return track(items, what, transient=True, console=console)


@contextlib.contextmanager
def waiting(what: str) -> Iterator[Callable[[int, int], None]]:
    """f(done, of all): told of work that happens seldom, and takes a while."""
    told = False
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(
        console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(what, total=None)

        def progress(done: int, total: int) -> None:
            nonlocal told
            if not told and not console.is_terminal:
                print(what, file=sys.stderr, flush=True)
            told = True
            bar.update(task, completed=done, total=total)

        yield progress


def terminal(step: int, stop: int) -> "_Bar | _Lines":
    """Makes what a training run prints: a bar on a terminal, else lines.

    Args:
      step: at which it starts.
      stop: at which it ends.
    """
    return _Bar(step, stop) if sys.stdout.isatty() else _Lines(stop)


def losses(row: dict[str, Any]) -> str:
    """Both players' losses, as far as a row has them."""
    logged = [name for name in names.LOSSES if name in row]
    parts = [f"{name.removesuffix('/loss')} {row[name]:.4g}" for name in logged]
    return " · ".join(parts)


class _Lines:
    """One plain line per row, for files and pipes."""

    def __init__(self, stop: int):
        self._stop = stop

    def advance(self, step: int) -> None:
        del step

    def show(self, row: dict[str, Any]) -> None:
        rate = f"{row[names.IMAGES_PER_SECOND]:.0f} images/s"
        self.say(f"step {row['step']}/{self._stop}  {rate}  {losses(row)}")

    def say(self, message: str) -> None:
        print(message, flush=True)

    def close(self) -> None:
        pass


class _Bar:
    """A progress bar with the time that is left, for terminals."""

    def __init__(self, step: int, stop: int):
        from rich import progress

        self._progress = progress.Progress(
            progress.TextColumn("step {task.completed:.0f}/{task.total:.0f}"),
            progress.BarColumn(bar_width=20),
            progress.TimeRemainingColumn(),
            progress.TextColumn("{task.description}"),
            refresh_per_second=4,
        )
        self._task = self._progress.add_task("compiling", total=stop, completed=step)
        self._progress.start()

    def advance(self, step: int) -> None:
        self._progress.update(self._task, completed=step)

    def show(self, row: dict[str, Any]) -> None:
        rate = f"{row[names.IMAGES_PER_SECOND]:.0f} images/s"
        short = losses(row).replace("discriminator", "D").replace("generator", "G")
        self._progress.update(self._task, description=f"{rate}  {short}")

    def say(self, message: str) -> None:
        self._progress.console.print(message, markup=False, highlight=False)

    def close(self) -> None:
        self._progress.stop()
