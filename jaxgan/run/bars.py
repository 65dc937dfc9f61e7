"""Progress, for those who wait at a terminal; a line for those who read a file."""

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator


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
