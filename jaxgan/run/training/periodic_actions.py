"""What is due after a step: rows, pictures, measurements, evaluations, checkpoints."""

import pathlib
import time

from jaxgan.run.devices import processes, seed_axis
from jaxgan.run.diagnosis import measurements
from jaxgan.run.evaluation import while_training
from jaxgan.run.files.checkpoints import Checkpoints
from jaxgan.run.files.metrics_log import Records, Silence
from jaxgan.run.training.prepare import Prepared
from jaxgan.run.training.previews import Previews
from jaxgan.run.training.steps import Steps


class PeriodicActions:
    """Does all that happens every so many steps, in a fixed order.

    Of several processes, process 0 alone writes and draws; all save together.
    """

    def __init__(
        self,
        run: pathlib.Path,
        prepared: Prepared,
        saves: Checkpoints,
        records: Records | Silence,
        evaluation: while_training.Interim | None,
        steps: Steps,
    ):
        """Draws the real examples.

        Args:
          run: the run's folder.
          prepared: what is trained, and how often what is due.
          saves: the run's checkpoints.
          records: its logs.
          evaluation: of samples, if that is wanted.
          steps: its steps, none of them done yet.
        """
        experiment, seeds = prepared.experiment, prepared.seeds
        self._options, self._seeds = prepared.options, seeds
        self._saves, self._records, self._steps = saves, records, steps
        self._first = self._seen = self._written = steps.step
        self._previews = self._signals = None
        self._compiles = True
        if processes.is_chief():
            state = processes.local(steps.state)
            frozen = processes.local(prepared.frozen)
            self._previews = Previews(experiment, run, seeds, records, state, frozen)
            self._signals = measurements.Signals(experiment, frozen)
        self._evaluation = evaluation

    def compile(self) -> None:
        """Compiles what the first pictures and the first checkpoint need."""
        self._steps.compile_checks()
        if self._previews:
            self._previews.compile(processes.local(self._steps.state))

    def before_dispatch(self) -> None:
        """Shows that the steps that come are compiled first, if they are."""
        self._compiles = self._steps.compiles
        if self._compiles and self._steps.step > self._first:
            self._records.compiling()

    def after_dispatch(self) -> None:
        """Does what is due after the steps that have just been done."""
        steps, options, records = self._steps, self._options, self._records
        start, step = self._seen, steps.step
        self._seen = step
        if self._compiles:
            records.compiled()
            if step % options.log_every:
                steps.wait()
                records.restart_clock(step)
        if step % options.log_every == 0:
            self._write()
        records.advance(step)
        began = time.monotonic()
        if step % options.sample_every == 0:
            self._draw()
        if step % options.diagnose_every == 0:
            self._measure()
        if self._evaluation and self._evaluation.is_due(start, step):
            with records.busy("evaluating"):
                steps.check()
                self._evaluation(step, processes.local(steps.state))
        if step % options.save_every == 0:
            self._save()
        records.skip(began)

    def after_all(self) -> None:
        """Writes, draws and saves the last step, if there was any."""
        if self._steps.step > self._first:
            self._write()
            self._draw()
            self._save()
        with self._records.busy("writing the checkpoint"):
            self._saves.finish()

    def _write(self) -> None:
        """Writes the means of the steps since the last row."""
        step = self._steps.step
        if step > self._written:
            self._steps.check()
            totals = self._steps.take_totals()
            self._records.write(step, seed_axis.results(totals, len(self._seeds)))
            self._written = step

    def _draw(self) -> None:
        """Draws the same latents as always, by the averaged generator."""
        steps = self._steps
        if self._previews and not self._previews.is_drawn(steps.step):
            with self._records.busy("drawing samples"):
                steps.check()
                self._previews.draw(steps.step, processes.local(steps.state))

    def _measure(self) -> None:
        """Writes the signals that `jaxgan diagnose` reads, of each run."""
        if self._signals is None:
            return
        state, count = processes.local(self._steps.state), len(self._seeds)
        members = (seed_axis.member(state, place, count) for place in range(count))
        with self._records.busy("measuring for the diagnosis"):
            signals = [self._signals(one) for one in members]
        self._records.note(self._steps.step, signals)

    def _save(self) -> None:
        """Saves a state of which every number was looked at."""
        with self._records.busy("saving"):
            self._steps.check_state()
            self._saves.save(self._steps.state, self._steps.step)
