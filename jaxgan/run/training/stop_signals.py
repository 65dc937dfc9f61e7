"""Stopping a run politely."""

import signal
import threading
from types import FrameType

TIME_IS_UP = 1
"""Stands among the numbers of signals: there it is SIGHUP, which is not caught."""


class Interrupts:
    """Remembers the first SIGINT or SIGTERM; the second one ends the process at once.

    Use as a context manager. Outside the main thread Python gives no signals.

    Attributes:
      received: the signal, or None.
    """

    received: signal.Signals | None = None

    def __enter__(self) -> "Interrupts":
        main = threading.current_thread() is threading.main_thread()
        self._before = {
            number: signal.signal(number, self._receive)
            for number in ((signal.SIGINT, signal.SIGTERM) if main else ())
        }
        return self

    def __exit__(self, kind, error, trace) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        del frame
        self.received = signal.Signals(number)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def reason(stop: int) -> tuple[str, int]:
    """Tells why a run stopped, and its exit status.

    Args:
      stop: the number of a signal, `TIME_IS_UP`, or 0 if all steps are done.
    """
    if stop > TIME_IS_UP:
        return signal.Signals(stop).name, 128 + stop
    return "minutes" if stop else "done", 0
