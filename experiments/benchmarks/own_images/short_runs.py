"""Runs of equal cost: trained until processors have worked on them for so long.

What else a busy machine does costs a run no steps, as it would by `--minutes`. Where
paces were counted on one machine, another makes the steps that are due there.
"""

import os
import pathlib
import shutil
import signal
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import paces

import jaxgan
from jaxgan.run.files import metrics_log

NEVER = 10**9
"""Steps that no run here reaches."""
LOOK = 0.2
"""Seconds between looks whether a run has begun, or is over."""


class TimeIsUp(Exception):
    """The processors have worked for long enough."""


class Budget:
    """Ends a run as SIGTERM does, which saves it, after so much of processors' time.

    The clock starts when the run has a new row of metrics, so that what is compiled
    before is for nothing; what a network that grows compiles on its way is not.

    Attributes:
      run: its folder.
      seconds: of all processors, together.
    """

    def __init__(self, run: pathlib.Path, seconds: float):
        """Notes what is to be spent."""
        self.run, self.seconds = run, seconds
        self._over = threading.Event()
        self._spent = False

    def __enter__(self) -> "Budget":
        """Begins to look for a new row."""
        known = self._steps()

        def end(number: int, frame: Any) -> None:
            raise TimeIsUp if self._spent else SystemExit(128 + number)

        self._handler = signal.signal(signal.SIGTERM, end)
        threading.Thread(target=self._watch, args=(known,), daemon=True).start()
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        """Takes back all that was set; whoever asked is told nothing of the end."""
        self._over.set()
        signal.signal(signal.SIGTERM, self._handler)
        return kind is TimeIsUp

    def _steps(self) -> int:
        """The step of the last row that there is."""
        rows = metrics_log.read_rows(self.run / metrics_log.METRICS)
        return int(rows[-1]["step"]) if rows else 0

    def _watch(self, known: int) -> None:
        """Waits for the row, and then for the end.

        The system's own timer of processors' time (ITIMER_PROF) interrupts whichever
        thread works, and XLA's do not bear that: memory was damaged (jaxlib 0.10.1 and
        0.10.2).
        """
        began = None
        while not self._over.wait(LOOK):
            if began is None and self._steps() > known:
                began = time.process_time()
            if began is not None and time.process_time() - began > self.seconds:
                self._spent = True
                os.kill(os.getpid(), signal.SIGTERM)
                return


def check_minutes(minutes: Sequence[float]) -> None:
    """Holds times, after which runs are measured and go on, to their order.

    Raises:
      SystemExit: if they do not rise, from above 0.
    """
    rising = sorted(set(minutes))
    if not (rising and rising[0] > 0 and rising == [*minutes]):
        raise SystemExit(
            f"--minutes: saw {tuple(minutes)}, wanted numbers above 0 that rise"
        )


def before(
    minutes: float, every: Sequence[float], folder: Callable[[float], pathlib.Path]
) -> tuple[pathlib.Path, float] | None:
    """What a run goes on from, see `trained`; None at the first of the times.

    Args:
      minutes: that it is to have.
      every: all times, as `check_minutes` has them.
      folder: f(minutes) -> where the run lies that has had so many.
    """
    less = [each for each in every if each < minutes]
    return (folder(less[-1]), 60.0 * less[-1]) if less else None


def trained(
    seconds: float,
    experiment: str,
    run: pathlib.Path,
    pace: paces.Pace | None = None,
    before: tuple[pathlib.Path, float] | None = None,
    **options: Any,
) -> jaxgan.Run:
    """A run of so many seconds of processors; one that was not finished begins anew.

    Args:
      seconds: of training, all processors together.
      experiment: name or path.
      run: the folder for it.
      pace: of another machine, whose seconds they are.
      before: the folder of the same run when it had fewer seconds, and how many: the
        run goes on from a copy.
      options: those of `jaxgan.train`.
    """
    shutil.rmtree(run, ignore_errors=True)
    if before is not None:
        shutil.copytree(before[0], run)
    seldom = dict.fromkeys(("sample_every", "save_every", "diagnose_every"), NEVER)
    options = {"run_dir": run, "log_every": 5, **seldom, **options}
    if pace is not None:
        return jaxgan.train(experiment, steps=pace.steps_in(seconds), **options)
    with Budget(run, seconds - (before[1] if before else 0.0)):
        jaxgan.train(experiment, steps=NEVER, **options)
    return jaxgan.load(run)
