"""Runs of equal cost: trained until processors have worked on them for so long.

What else a busy machine does costs a run no steps, as it would by `--minutes`. Where
paces were counted on one machine, another makes the steps that are due there.
"""

import pathlib
import shutil
import signal
import threading
from typing import Any

import paces

import jaxgan
from jaxgan.run.files import metrics_log

NEVER = 10**9
"""Steps that no run here reaches."""
LOOK = 0.2
"""Seconds between looks whether a run has begun."""


class TimeIsUp(Exception):
    """The processors have worked for long enough."""


class Budget:
    """Ends a run as SIGTERM does, which saves it, after so much of processors' time.

    The clock starts when the run has a first row of metrics, so that what is compiled
    before is for nothing.

    Attributes:
      run: its folder.
      seconds: of all processors, together.
    """

    def __init__(self, run: pathlib.Path, seconds: float):
        """Notes what is to be spent."""
        self.run, self.seconds = run, seconds
        self._over = threading.Event()

    def __enter__(self) -> "Budget":
        """Begins to look for the first row."""

        def end(number: int, frame: Any) -> None:
            raise TimeIsUp

        def pass_on(number: int, frame: Any) -> None:
            signal.raise_signal(signal.SIGTERM)

        self._before = {
            number: signal.signal(number, handler)
            for number, handler in ((signal.SIGTERM, end), (signal.SIGPROF, pass_on))
        }
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        """Takes back all that was set; whoever asked is told nothing of the end."""
        self._over.set()
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        return kind is TimeIsUp

    def _watch(self) -> None:
        while not self._over.wait(LOOK):
            if metrics_log.read_rows(self.run / metrics_log.METRICS):
                signal.setitimer(signal.ITIMER_PROF, self.seconds)
                return


def trained(
    seconds: float,
    experiment: str,
    run: pathlib.Path,
    pace: paces.Pace | None = None,
    **options: Any,
) -> jaxgan.Run:
    """A run of so many seconds of processors; one that was not finished begins anew.

    Args:
      seconds: of training, all processors together.
      experiment: name or path.
      run: the folder for it.
      pace: of another machine, whose seconds they are.
      options: those of `jaxgan.train`.
    """
    shutil.rmtree(run, ignore_errors=True)
    seldom = dict.fromkeys(("sample_every", "save_every", "diagnose_every"), NEVER)
    options = {"run_dir": run, "log_every": 5, **seldom, **options}
    if pace is not None:
        return jaxgan.train(experiment, steps=pace.steps_in(seconds), **options)
    with Budget(run, seconds):
        jaxgan.train(experiment, steps=NEVER, **options)
    return jaxgan.load(run)
