"""What a training run shows: a bar on a terminal, a panel in a notebook, else lines."""

import contextlib
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, Protocol

import numpy as np

from jaxgan.diagnosis import names
from jaxgan.run import notebook, progress

COMPILING = "compiling"


class Display(Protocol):
    """Shows how far a run is."""

    def compiling(self) -> None:
        """Begins to compile: from now on no step ends for a while."""

    def compiled(self) -> None:
        """Ends that: the first step is done."""

    def busy(self, what: str) -> AbstractContextManager[None]:
        """Shows what is done instead of steps, if it lasts."""
        ...

    def advance(self, step: int) -> None:
        """Moves on to a step."""

    def show(self, row: dict[str, Any]) -> None:
        """Shows the rate and the losses of a row of metrics."""

    def picture(self, picture: np.ndarray) -> None:
        """Shows a picture of samples, uint8 [H, W, 3]."""

    def say(self, message: str) -> None:
        """Shows a line that stays."""

    def close(self) -> None:
        """Leaves things as they are for whatever is shown next."""


def display(start: int, stop: int, unit: str = "images") -> Display:
    """Makes the display that fits to where this process writes.

    Args:
      start: the step at which the run starts.
      stop: the step at which it ends.
      unit: what examples are called.
    """
    shown = notebook.output()
    if shown is not None:
        return Panel(start, stop, shown, unit)
    return Bar(start, stop, unit) if sys.stdout.isatty() else Lines(stop, unit)


def _rate(row: dict[str, Any], unit: str) -> str:
    return f"{row[names.IMAGES_PER_SECOND]:.0f} {unit}/s"


def _short(row: dict[str, Any], unit: str) -> str:
    """Writes the rate and the losses, where there is little room."""
    short = progress.losses(row).replace("discriminator", "D").replace("generator", "G")
    return f"{_rate(row, unit)}  {short}"


class Lines:
    """Prints one plain line per row, for files and pipes."""

    def __init__(self, stop: int, unit: str):
        self._stop, self._unit, self._began = stop, unit, time.monotonic()

    def compiling(self) -> None:
        """Says so."""
        self._began = time.monotonic()
        self.say("compiling")

    def compiled(self) -> None:
        """Says how long it took."""
        self.say(f"compiled in {time.monotonic() - self._began:.1f} s")

    def busy(self, what: str) -> AbstractContextManager[None]:
        """Says it, and how long it took, if it lasts."""
        return progress.lasting(what, self.say)

    def advance(self, step: int) -> None:
        """Says nothing."""

    def show(self, row: dict[str, Any]) -> None:
        """Prints the row's line."""
        rate = _rate(row, self._unit)
        self.say(f"step {row['step']}/{self._stop}  {rate}  {progress.losses(row)}")

    def picture(self, picture: np.ndarray) -> None:
        """Says nothing: there is a file of it."""

    def say(self, message: str) -> None:
        """Prints a line."""
        print(message, flush=True)

    def close(self) -> None:
        """Does nothing."""


class Bar:
    """Draws a progress bar with the time that is left, for terminals."""

    def __init__(self, start: int, stop: int, unit: str):
        from rich import progress as rich_progress
        from rich.text import Text

        self._unit = unit

        status = self._status

        class Status(rich_progress.ProgressColumn):
            # Drawn anew at every refresh: the seconds tick while XLA is at work.
            def render(self, task: rich_progress.Task) -> Text:
                del task
                return Text(status())

        self._text, self._began, self._what = "", None, COMPILING
        self._progress = rich_progress.Progress(
            rich_progress.TextColumn("step {task.completed:.0f}/{task.total:.0f}"),
            rich_progress.BarColumn(bar_width=20),
            rich_progress.TimeRemainingColumn(),
            Status(),
            auto_refresh=False,
        )
        self._task = self._progress.add_task("", total=stop, completed=start)
        self._progress.start()
        # Rich's own thread is not waited for at the end.
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._refresh, daemon=True)
        self._thread.start()

    def _refresh(self) -> None:
        while not self._ended.wait(progress.REFRESH):
            self._progress.refresh()

    def _status(self) -> str:
        began = self._began
        seconds = 0.0 if began is None else time.monotonic() - began
        if began is None or (self._what != COMPILING and seconds < progress.PATIENCE):
            return self._text
        return f"{self._what}, {seconds:.0f} s"

    def compiling(self) -> None:
        """Shows the seconds from now on."""
        self._began, self._what = time.monotonic(), COMPILING

    def compiled(self) -> None:
        """Shows how many there were, until there is a row."""
        seconds = time.monotonic() - (self._began or time.monotonic())
        self._text, self._began = f"compiled in {seconds:.0f} s", None

    @contextlib.contextmanager
    def busy(self, what: str) -> Iterator[None]:
        """Shows it with its seconds, in the place of the losses."""
        before = self._began, self._what
        self._began, self._what = time.monotonic(), what
        try:
            yield
        finally:
            self._began, self._what = before

    def advance(self, step: int) -> None:
        """Moves the bar."""
        self._progress.update(self._task, completed=step)

    def show(self, row: dict[str, Any]) -> None:
        """Shows rate and losses beside the bar."""
        self._text = _short(row, self._unit)

    def picture(self, picture: np.ndarray) -> None:
        """Shows nothing: there is a file of it."""

    def say(self, message: str) -> None:
        """Prints a line above the bar."""
        self._progress.console.print(message, markup=False, highlight=False)

    def close(self) -> None:
        """Ends the bar and its thread."""
        self._ended.set()
        self._thread.join()
        self._progress.stop()


class Panel:
    """Keeps one panel of a notebook up to date: a bar, losses, the newest samples."""

    def __init__(self, start: int, stop: int, output: notebook.Output, unit: str):
        self._unit = unit
        self._step, self._stop, self._output = start, stop, output
        self._text, self._image, self._began = "", "", time.monotonic()
        self._drawn = -notebook.SECONDS

    def compiling(self) -> None:
        """Says so in the panel."""
        self._began, self._text = time.monotonic(), "compiling"
        self._draw()

    def compiled(self) -> None:
        """Says how long it took."""
        self._text = f"compiled in {time.monotonic() - self._began:.0f} s"
        self._draw()

    @contextlib.contextmanager
    def busy(self, what: str) -> Iterator[None]:
        """Shows it in the place of the losses."""
        before, self._text = self._text, what
        if time.monotonic() - self._drawn > notebook.SECONDS:
            self._draw()
        try:
            yield
        finally:
            if self._text == what:
                self._text = before

    def advance(self, step: int) -> None:
        """Moves the bar, now and then."""
        self._step = step
        if time.monotonic() - self._drawn > notebook.SECONDS:
            self._draw()

    def show(self, row: dict[str, Any]) -> None:
        """Shows rate and losses."""
        self._text = _short(row, self._unit)

    def picture(self, picture: np.ndarray) -> None:
        """Shows a picture instead of the one before."""
        self._image = notebook.image(picture)
        self._draw()

    def say(self, message: str) -> None:
        """Prints a line under the panel."""
        print(message, flush=True)

    def close(self) -> None:
        """Shows the last step."""
        self._draw()

    def _draw(self) -> None:
        self._drawn = time.monotonic()
        line = f"step {self._step}/{self._stop}  {self._text}"
        bar = f'<progress value="{self._step}" max="{self._stop}"></progress>'
        self._output.show(f"<div>{bar} {line}</div>{self._image}", line)
