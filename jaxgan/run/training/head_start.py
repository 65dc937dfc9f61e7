"""The step is compiled in a thread, while other programs are made and compiled.

XLA goes through a large program on one core, and the others would wait for it.
"""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any, Protocol

from jaxgan.run.training.stop_signals import COMPILER


class Lowered(Protocol):
    """A program ready for XLA, as `jax.stages.Lowered` is."""

    def compile(self) -> Any:
        """Compiles it."""
        ...


@contextlib.contextmanager
def compiling(lowered: Lowered | None) -> Iterator[None]:
    """Compiles a program beside what is done meanwhile, and waits for it at the end.

    A call of the function that it was lowered from, with arrays of the same types and
    shardings, then finds it compiled.

    Args:
      lowered: the program; None leaves it to that call.

    Raises:
      Exception: what the compiler raises, at the end.
    """
    if lowered is None:
        yield
        return
    failures: list[Exception] = []

    def compile_it() -> None:
        try:
            lowered.compile()
        except Exception as error:
            failures.append(error)

    thread = threading.Thread(target=compile_it, name=COMPILER, daemon=True)
    thread.start()
    try:
        yield
    except KeyboardInterrupt:  # nobody waits minutes for what is not wanted any more
        raise
    except BaseException:
        thread.join()
        raise
    thread.join()
    for error in failures:
        raise error
