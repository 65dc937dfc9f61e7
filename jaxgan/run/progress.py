"""Progress of what takes a while, for those who wait at a terminal."""

import contextlib
import sys
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
