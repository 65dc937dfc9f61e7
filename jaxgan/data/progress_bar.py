"""A bar of the bytes that have come, for those who wait at a terminal."""

import contextlib
import sys
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def progress_bar(
    name: str, total: int | None, done: int = 0
) -> Iterator[Callable[[int], None]]:
    """Shows a bar while it lasts, if standard error is a terminal; else nothing.

    Args:
      name: of what is waited for.
      total: bytes in all; None if nobody knows.
      done: bytes that were there before.

    Yields:
      f(count): to be called when so many more bytes have come.
    """
    if not sys.stderr.isatty():
        yield lambda count: None
        return
    from rich import progress
    from rich.console import Console

    columns = (
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(bar_width=20),
        progress.DownloadColumn(),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with progress.Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(name, total=total, completed=done)
        yield lambda count: bar.advance(task, count)
