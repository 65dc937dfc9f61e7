"""How far something has come, for those who wait for it."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

SECONDS = 2.0
"""That one waits without a word."""


@contextlib.contextmanager
def progress_bar(
    name: str, total: int | None, done: int = 0, unit: str = "bytes"
) -> Iterator[Callable[[int], None]]:
    """Shows a bar while it lasts, if standard error is a terminal.

    Elsewhere bytes, whose coming others tell of, show nothing; what is counted in
    another unit and takes more than `SECONDS` is told in a line, and again at the end.

    Args:
      name: of what is waited for.
      total: how much in all; None if nobody knows.
      done: how much was there before.
      unit: of these numbers.

    Yields:
      f(count): to be called when so much more has come.
    """
    if not sys.stderr.isatty():
        with _told(f"{name}: {total or 0:,} {unit}", unit != "bytes") as advance:
            yield advance
        return
    from rich import progress
    from rich.console import Console

    counts = (progress.DownloadColumn(), progress.TransferSpeedColumn())
    if unit != "bytes":
        counts = (progress.MofNCompleteColumn(), progress.TimeElapsedColumn())
    columns = (
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(bar_width=20),
        *counts,
        progress.TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with progress.Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(name, total=total, completed=done)
        yield lambda count: bar.advance(task, count)


@contextlib.contextmanager
def _told(what: str, wanted: bool) -> Iterator[Callable[[int], None]]:
    start, told = time.monotonic(), False

    def advance(count: int) -> None:
        nonlocal told
        if wanted and not told and time.monotonic() > start + SECONDS:
            print(f"{what} ...", file=sys.stderr, flush=True)
            told = True

    yield advance
    if told:
        seconds = time.monotonic() - start
        print(f"{what}: done in {seconds:.0f} s", file=sys.stderr, flush=True)
