"""The training loop: compiled steps; between them logs, pictures, checkpoints."""

import contextlib
import pathlib
import time
from collections.abc import Sequence
from typing import NamedTuple, NoReturn

import jax
import numpy as np

from jaxgan.core.types import State, Tree
from jaxgan.run import pictures
from jaxgan.run.devices import processes, seed_axis
from jaxgan.run.diagnosis import measurements
from jaxgan.run.evaluation import while_training
from jaxgan.run.experiment import Experiment
from jaxgan.run.files import checkpoints
from jaxgan.run.files.fingerprint import fingerprint
from jaxgan.run.files.metrics_log import Records, Silence
from jaxgan.run.options import Options
from jaxgan.run.sampling import preview_grid, sampler
from jaxgan.run.training import not_finite
from jaxgan.run.training.dispatch import make_dispatch
from jaxgan.run.training.prefetch import feed
from jaxgan.run.training.prepare import Prepared
from jaxgan.run.training.stop_signals import TIME_IS_UP, Interrupts, reason

AHEAD = 8
"""Steps that the host may be ahead of its last look at what they made.

To look means to wait, and on CPU to wake up takes a tenth of a quick step.
"""


class Outcome(NamedTuple):
    """How a run ended.

    Attributes:
      step: finished steps, all saved.
      reason: 'done', 'minutes', or the name of a signal.
      code: the exit status.
      fingerprint: of the state.
    """

    step: int
    reason: str
    code: int
    fingerprint: str


def train(
    experiment: Experiment, run: pathlib.Path, options: Options, prepared: Prepared
) -> Outcome:
    """Trains to `options.steps`, from the newest checkpoint if there is one.

    Args:
      experiment: what to train.
      run: the run's folder.
      options: how far, and how often to tell.
      prepared: the same experiment's, by the same options.

    Raises:
      RunError: if a number is not finite, or no checkpoint can be read.
    """
    program = prepared.program
    with (
        Interrupts() as interrupts,
        checkpoints.Checkpoints(run, options.keep) as saves,
        processes.watched(),
    ):
        restored = saves.restore_newest(program.target)
        state, step = restored or (program.init(), 0)
        size = experiment.data.batch_size
        tells = Records if processes.is_chief() else Silence
        with tells(run, step, options.steps, size, program.seeds) as records:
            records.say(prepared.description)
            if restored:
                records.say(f"resuming {run} from step {step}")
            trainer = _Trainer(experiment, run, options, prepared, saves, records)
            return trainer.train(state, step, interrupts)


def sample_folders(run: pathlib.Path, seeds: Sequence[int]) -> list[pathlib.Path]:
    """Where the pictures of each run go."""
    samples = run / "samples"
    return [samples / f"seed_{s}" for s in seeds] if len(seeds) > 1 else [samples]


class _Trainer:
    """A run under way."""

    def __init__(
        self,
        experiment: Experiment,
        run: pathlib.Path,
        options: Options,
        prepared: Prepared,
        saves: checkpoints.Checkpoints,
        records: Records | Silence,
    ):
        self.experiment, self.run, self.options = experiment, run, options
        self.program, self.saves, self.records = prepared.program, saves, records
        self.seeds = prepared.program.seeds
        self.dispatch = make_dispatch(
            prepared.program, prepared.data, prepared.steps_per_dispatch
        )
        self.sampler = sampler.Sampler(experiment)
        self.signals = measurements.Signals(experiment)
        self.totals = self.program.zeros()
        self.unchecked: list[tuple[int, jax.Array]] = []

    def train(self, state: State, step: int, interrupts: Interrupts) -> Outcome:
        """Steps until there is a reason to stop, then saves."""
        self.state, self.step, self.first = state, step, step
        self.written = step
        if step < self.options.steps and processes.is_chief():
            start = seed_axis.member(processes.local(state), 0, len(self.seeds))
            self.grid = preview_grid.grid_of(self.sampler, self.experiment, start)
            self.draw_real(start)
        self.evaluate = None
        if step < self.options.steps:
            self.evaluate = while_training.make(
                self.experiment, self.options, self.seeds, self.records, self.run
            )
        stop, began = 0, time.monotonic()
        each = self.dispatch.steps
        fed = feed(self.dispatch.feed, step // each, self.options.steps // each)
        with contextlib.closing(fed):
            for batches in fed:
                self.advance(batches)
                wanted = interrupts.received or 0
                if time.monotonic() - began > 60 * self.options.minutes:
                    wanted = wanted or (TIME_IS_UP if processes.is_chief() else 0)
                stop = self.program.agree(wanted)
                if stop:
                    break
        if self.step > self.first:
            self.write()
            self.draw()
            self.save()
        self.saves.finish()
        digest = fingerprint(processes.local(self.state))
        return Outcome(self.step, *reason(stop), digest)

    def advance(self, batches: Tree) -> None:
        """The steps of one dispatch, and what is due after them."""
        self.state, self.totals, finite = self.dispatch.run(
            self.state, self.totals, self.dispatch.put(batches)
        )
        start, self.step = self.step, self.step + self.dispatch.steps
        self.unchecked.append((start, finite))
        if len(self.unchecked) * self.dispatch.steps > AHEAD:
            # All but the last, so that the device is not idle while the host looks.
            self.check(len(self.unchecked) - 1)
        if start == self.first and self.step % self.options.log_every:
            jax.block_until_ready(finite)
            self.records.restart_clock(self.step)  # it was compiling
        if self.step % self.options.log_every == 0:
            self.write()
        self.records.advance(self.step)
        began = time.monotonic()
        if self.step % self.options.sample_every == 0:
            self.draw()
        if self.step % self.options.diagnose_every == 0 and processes.is_chief():
            self.note()
        if self.evaluate and self.evaluate.is_due(start, self.step):
            self.check()
            self.evaluate(self.step, processes.local(self.state))
        if self.step % self.options.save_every == 0:
            self.save()
        self.records.skip(began)

    def write(self) -> None:
        """Writes the means of the steps since the last row."""
        if self.step > self.written:
            self.check()
            self.records.write(
                self.step, seed_axis.results(self.totals, len(self.seeds))
            )
            self.totals, self.written = self.program.zeros(), self.step

    def draw(self) -> None:
        """Draws the same latents as always, by the averaged generator."""
        if not processes.is_chief() or self.drawn == self.step:
            return
        self.check()
        self.drawn = self.step
        state, (num, labels) = processes.local(self.state), self.grid
        measures = []
        for place, folder in enumerate(sample_folders(self.run, self.seeds)):
            of_run = seed_axis.member(state, place, len(self.seeds))
            sample = self.sampler(of_run, 0, np.arange(num), labels)
            if self.experiment.progress is None:
                picture = self.experiment.kind.picture(sample)
            else:
                picture = self.experiment.progress(of_run, sample)
            picture = pictures.enlarged(picture)
            pictures.save_png(folder / f"step_{self.step:08d}.png", picture)
            if not place:
                self.records.picture(self.step, picture)
            measures.append(self.experiment.measure(of_run))
        self.records.measured(self.step, measures)

    def note(self) -> None:
        """Writes the signals that `jaxgan diagnose` reads, of each run."""
        state, count = processes.local(self.state), len(self.seeds)
        parts = (seed_axis.member(state, place, count) for place in range(count))
        self.records.note(self.step, [self.signals(part) for part in parts])

    def draw_real(self, state: State) -> None:
        """Draws real examples, once, beside the samples."""
        path = self.run / "samples" / "real.png"
        self.drawn = None
        if not path.exists():
            places = np.arange(self.grid.num)
            real = sampler.real_samples(self.experiment, state, places)
            picture = self.experiment.kind.picture(real)
            pictures.save_png(path, pictures.enlarged(picture))

    def save(self) -> None:
        """Saves a state of which every number was looked at."""
        self.check()
        if not self.program.is_finite(self.state):
            self.fail(self.step, ())
        self.saves.save(self.state, self.step)

    def check(self, count: int | None = None) -> None:
        """Looks at the flags of the first dispatches not looked at; by default of all.

        The host waits until these are done.
        """
        looked = jax.device_get(self.unchecked[:count])
        self.unchecked = self.unchecked[len(looked) :]
        for start, flags in looked:
            for number, of_step in enumerate(np.atleast_2d(flags), 1):
                if not of_step.all():
                    names = zip(self.program.names, of_step)
                    bad = [name for name, flag in names if not flag]
                    self.fail(start + number, bad)

    def fail(self, step: int, names: Sequence[str]) -> NoReturn:
        """Ends the run: numbers are not finite."""
        self.saves.finish()
        raise not_finite.error(step, names, processes.local(self.state), self.saves)
