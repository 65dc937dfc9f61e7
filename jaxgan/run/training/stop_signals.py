"""Signals: a run that has done steps is saved, whatever else is ended at once.

It is imported before everything that takes long, JAX above all.
"""

import contextlib
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

SIGNALS = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP")
    if hasattr(signal, name)  # Windows has not all of them
)
"""Ctrl-C; what clusters and containers send; the end of a terminal."""

TIME_IS_UP = 1
"""What processes agree upon, beside signals: see `proposal`."""

GRACE = 2.0
"""Seconds that Python has to end by itself; a compiler does not hear of signals."""

ECHO = 0.2
"""Seconds within which two signals are one: a launcher hands on what all have heard."""

STDERR = 2
"""Its descriptor."""

COMPILER = "jaxgan compiler"
"""The name of threads that compile: they do not hear of signals either."""


class Interrupted(KeyboardInterrupt):
    """Tells of a signal that came when there was nothing to save.

    Attributes:
      number: the signal.
      code: the exit status.
    """

    def __init__(self, number: signal.Signals):
        super().__init__(number)
        self.number, self.code = number, 128 + number

    def __str__(self) -> str:
        return f"interrupted ({self.number.name})"


class Interrupts:
    """Hears SIGINT, SIGTERM and SIGHUP. Use as a context manager.

    Where there is something to save, the first one is remembered; else it raises
    `Interrupted`. The second one ends the process, or in a caller's process raises
    KeyboardInterrupt. A SIGHUP that is ignored, as by nohup, stays ignored. Outside the
    main thread Python gives no signals.

    Attributes:
      received: the first signal, or None.
      has_work: whether there is something to save.
      forget: f() removes what nobody wants when the process is ended.
    """

    received: signal.Signals | None = None
    has_work = False

    def __init__(self, *, command: bool = False):
        """Hears nothing yet.

        Args:
          command: whether the process is a command's, so that it may be ended even
            while a compiler is at work.
        """
        self._command, self._before = command, {}
        self.forget: Callable[[], None] = lambda: None

    def __enter__(self) -> "Interrupts":
        if threading.current_thread() is not threading.main_thread():
            return self
        for number in SIGNALS:
            if number == signal.SIGINT or signal.getsignal(number) != signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._receive)
        self._heard, self._hook = -ECHO, sys.unraisablehook
        sys.unraisablehook = self._unraisable
        if self._command:
            self._pipe, write = os.pipe()
            os.set_blocking(write, False)
            self._former = signal.set_wakeup_fd(write, warn_on_full_buffer=False)
            self._thread = threading.Thread(target=self._watch, daemon=True)
            self._thread.start()
        return self

    def __exit__(self, kind, error, trace) -> None:
        if not self._before:
            return
        self._end()
        if isinstance(error, Exception) and self.received and not self.has_work:
            # An extension that was being imported has raised something of its own.
            raise Interrupted(self.received) from error

    def _end(self) -> None:
        if self._command:
            write = signal.set_wakeup_fd(self._former)
            os.write(write, b"\0")
            self._thread.join()
            for end in (self._pipe, write):
                os.close(end)
        sys.unraisablehook = self._hook
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}

    def _receive(self, number: int, frame: FrameType | None) -> None:
        if self.received is None:
            self.received, self._heard = signal.Signals(number), time.monotonic()
            if not self.has_work:
                if self._command and _imports(frame):
                    self._leave(self.received)
                raise Interrupted(self.received)
        elif not self._command and self._is_second(number, self._heard):
            if number == signal.SIGINT:
                raise KeyboardInterrupt
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    @staticmethod
    def _is_second(number: int, first: float) -> bool:
        """Tells whether a signal is to end what is being saved.

        A terminal that is closed sends several SIGHUP, and nobody by hand.
        """
        late = time.monotonic() - first > ECHO
        return late and number != getattr(signal, "SIGHUP", None)

    def _watch(self) -> None:
        """Ends the process, from a thread, when the main one does not hear."""
        first, came = None, 0.0
        while True:
            waits = first is not None and not self.has_work
            rest = max(0.0, came + GRACE - time.monotonic()) if waits else None
            if not select.select([self._pipe], [], [], rest)[0]:
                self._leave(first)
            for number in os.read(self._pipe, 1):
                if not number:
                    return
                if number not in self._before:
                    continue
                if first is None:
                    first, came = signal.Signals(number), time.monotonic()
                elif self._is_second(number, came):
                    self._leave(signal.Signals(number))

    def _leave(self, number: Any) -> None:
        line = str(Interrupted(number))
        if self.has_work:
            line += ", twice: steps after the newest checkpoint are lost"
        with contextlib.suppress(Exception):
            self.forget()
        with contextlib.suppress(Exception):
            if sys.stdout.isatty():
                print("\x1b[?25h", flush=True)  # a bar hides the cursor
            tell(line)
        os._exit(128 + number)

    def _unraisable(self, unraisable: Any) -> None:
        """Hides an interrupt that fell into a destructor: it is remembered."""
        if not isinstance(unraisable.exc_value, Interrupted):
            self._hook(unraisable)


def is_compiling() -> bool:
    """Tells whether a thread is left that compiles: Python cannot end beside it."""
    return any(thread.name == COMPILER for thread in threading.enumerate())


def _imports(frame: FrameType | None) -> bool:
    """Tells whether a library is being imported: extensions print what interrupts."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def tell(line: object) -> None:
    """Prints why a process ends, below the ^C of a terminal."""
    start = "\n" if sys.stderr.isatty() else ""
    try:
        print(f"{start}{line}", file=sys.stderr, flush=True)
    except RuntimeError:  # the signal came amid another line: streams are not reentrant
        os.write(STDERR, f"\n{line}\n".encode())


def proposal(received: signal.Signals | None, late: bool) -> int:
    """Writes as a number what a process wants: 0 to go on, `TIME_IS_UP`, a signal.

    Args:
      received: a signal.
      late: whether its time is up.
    """
    if received is not None:
        return TIME_IS_UP + received
    return TIME_IS_UP if late else 0


def reason(stop: int) -> tuple[str, int]:
    """Tells why a run stopped, and its exit status.

    Args:
      stop: what was agreed upon: a `proposal`; 0 if all steps are done.
    """
    if stop > TIME_IS_UP:
        number = signal.Signals(stop - TIME_IS_UP)
        return number.name, 128 + number
    return "minutes" if stop else "done", 0
