"""Progress of what takes a while, for those who wait at a terminal."""

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from jaxgan.diagnosis import names


def tracked(items: range, what: str) -> Iterable[int]:
    """Gives the items, with a bar on a terminal while they are gone through."""
    if len(items) < 2 or not sys.stderr.isatty():
        return items
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return track(items, what, transient=True, console=console)


PATIENCE = 2.0
"""Seconds after which one wants to know what is waited for."""
REFRESH = 0.25
"""Seconds between two drawings on a terminal."""


@contextlib.contextmanager
def lasting(what: str, say: Callable[[str], None] | None = None) -> Iterator[None]:
    """Says what is waited for, if it lasts, and how long it lasted.

    On a terminal a line shows it and goes away.

    Args:
      what: 'restoring runs/digits'.
      say: prints a line that stays; by default, on stderr, where there is a terminal
        or not.
    """
    live = say is None and sys.stderr.isatty()
    say = say or (lambda line: print(line, file=sys.stderr, flush=True))
    began, ended = time.monotonic(), threading.Event()

    def tell() -> None:
        if ended.wait(PATIENCE):
            return
        if not live:
            say(what)
            return
        while not ended.wait(REFRESH):
            seconds = time.monotonic() - began
            print(f"\r{what}, {seconds:.0f} s", end="", file=sys.stderr, flush=True)
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        seconds = time.monotonic() - began
        if seconds > PATIENCE and not live:
            say(f"{what}: {seconds:.1f} s")


@contextlib.contextmanager
def waiting(what: str) -> Iterator[Callable[[int, int], None]]:
    """Shows work that happens seldom and takes a while: gives f(done, of all)."""
    named = False
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(
        console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(what, total=None)

        def progress(done: int, total: int) -> None:
            nonlocal named
            if not named and not console.is_terminal:
                print(what, file=sys.stderr, flush=True)
            named = True
            bar.update(task, completed=done, total=total)

        yield progress


def losses(row: dict[str, Any]) -> str:
    """Writes both players' losses, as far as a row has them."""
    logged = [name for name in names.LOSSES if name in row]
    parts = [f"{name.removesuffix('/loss')} {row[name]:.4g}" for name in logged]
    return " · ".join(parts)
