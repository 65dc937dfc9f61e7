"""The training loop: compiled steps; between them logs, pictures, checkpoints."""

import contextlib
import pathlib
import time
from collections.abc import Sequence
from typing import Any, NamedTuple, NoReturn

import jax
import numpy as np

from jaxgan.core import metrics
from jaxgan.core.types import State
from jaxgan.run import (
    checkpoint,
    devices,
    gallery,
    hosts,
    not_finite,
    pictures,
    sampling,
)
from jaxgan.run.experiment import Experiment
from jaxgan.run.feed import feed
from jaxgan.run.fingerprint import fingerprint
from jaxgan.run.interrupts import TIME_IS_UP, Interrupts, reason
from jaxgan.run.options import Options
from jaxgan.run.program import Program, fit
from jaxgan.run.records import Records, Silence


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


class Prepared(NamedTuple):
    """An experiment whose parts fit together and onto the devices."""

    program: Program
    description: str


def prepare(experiment: Experiment, options: Options, seed: int) -> Prepared:
    """Traces the step. No file is touched and nothing is compiled.

    Args:
      experiment: what to train.
      options: of which the devices count.
      seed: of the run: initialisation and every draw.

    Raises:
      RunError: if the parts of the experiment, or the devices, do not fit.
    """
    size = experiment.data.batch_size
    placement = devices.place(
        options.devices, size, experiment.microbatches, options.model_parallel
    )
    program = fit(experiment, placement, seed, experiment.data(0))
    generator, discriminator = program.parameters
    return Prepared(
        program,
        f"parameters: generator {generator:,}, discriminator {discriminator:,}; "
        f"batch {size} on {placement.count} {jax.local_devices()[0].platform}"
        + (f" of {jax.process_count()} processes" if hosts.several() else ""),
    )


def train(
    experiment: Experiment, run: pathlib.Path, options: Options, prepared: Prepared
) -> Outcome:
    """Trains to `options.steps`, from the newest checkpoint if there is one.

    Args:
      experiment: what to train.
      run: the run's folder.
      options: how far, and how often to tell.
      prepared: the same experiment's.

    Raises:
      RunError: if a number is not finite, or no checkpoint can be read.
    """
    program = prepared.program
    with (
        Interrupts() as interrupts,
        checkpoint.Checkpoints(run, options.keep) as saves,
        hosts.watched(),
    ):
        restored = saves.restore_newest(program.target)
        state, step = restored or (program.init(), 0)
        size = experiment.data.batch_size
        tells = Records if hosts.is_chief() else Silence
        with tells(run, step, options.steps, size) as records:
            records.say(prepared.description)
            if restored:
                records.say(f"resuming {run} from step {step}")
            trainer = _Trainer(experiment, run, options, program, saves, records)
            return trainer.train(state, step, interrupts)


class _Trainer:
    """A run under way."""

    def __init__(
        self,
        experiment: Experiment,
        run: pathlib.Path,
        options: Options,
        program: Program,
        saves: checkpoint.Checkpoints,
        records: Records | Silence,
    ):
        self.experiment, self.run, self.options = experiment, run, options
        self.program, self.saves, self.records = program, saves, records
        self.sampler = sampling.Sampler(experiment)
        self.totals = program.zeros()
        self.unchecked: tuple[int, jax.Array] | None = None

    def train(self, state: State, step: int, interrupts: Interrupts) -> Outcome:
        """Steps until there is a reason to stop, then saves."""
        self.state, self.step, self.first = state, step, step
        self.written = step
        if step < self.options.steps and hosts.is_chief():
            start = hosts.local(state)
            self.grid = gallery.grid_of(self.sampler, self.experiment, start)
            self.draw_real()
        stop, began = 0, time.monotonic()
        data = hosts.own_batches(
            self.experiment.data, jax.process_index(), jax.process_count()
        )
        batches = feed(data, step, self.options.steps)
        with contextlib.closing(batches):
            for batch in batches:
                self.advance(batch)
                wanted = interrupts.received or 0
                if time.monotonic() - began > 60 * self.options.minutes:
                    wanted = wanted or (TIME_IS_UP if hosts.is_chief() else 0)
                stop = self.program.agree(wanted)
                if stop:
                    break
        if self.step > self.first:
            self.write()
            self.draw()
            self.save()
        self.saves.finish()
        digest = fingerprint(hosts.local(self.state))
        return Outcome(self.step, *reason(stop), digest)

    def advance(self, batch: Any) -> None:
        """One step, and what is due after it."""
        batch = self.program.put(batch)
        self.state, self.totals, finite = self.program.step(
            self.state, self.totals, batch
        )
        # One step late, so that the device is not idle while the host looks.
        self.check()
        self.step += 1
        self.unchecked = self.step, finite
        if self.step == self.first + 1 and self.step % self.options.log_every:
            jax.block_until_ready(finite)
            self.records.restart_clock(self.step)  # it was compiling
        if self.step % self.options.log_every == 0:
            self.write()
        self.records.advance(self.step)
        began = time.monotonic()
        if self.step % self.options.sample_every == 0:
            self.draw()
        if self.step % self.options.save_every == 0:
            self.save()
        self.records.skip(began)

    def write(self) -> None:
        """Writes the means of the steps since the last row."""
        if self.step > self.written:
            self.check()
            self.records.write(self.step, metrics.result(self.totals))
            self.totals, self.written = self.program.zeros(), self.step

    def draw(self) -> None:
        """Draws the same latents as always, by the averaged generator."""
        path = self.run / "samples" / f"step_{self.step:08d}.png"
        if hosts.is_chief() and self.drawn != self.step:
            self.check()
            state, (num, labels) = hosts.local(self.state), self.grid
            sample = self.sampler(state, 0, np.arange(num), labels)
            if self.experiment.progress is None:
                picture = self.experiment.picture(sample)
            else:
                picture = self.experiment.progress(state, sample)
            picture = pictures.enlarged(picture)
            pictures.save_png(path, picture)
            self.records.picture(self.step, picture)
            self.records.measured(self.step, self.experiment.measure(state))
            self.drawn = self.step

    def draw_real(self) -> None:
        """Draws real examples, once, beside the samples."""
        path = self.run / "samples" / "real.png"
        self.drawn = None
        if not path.exists():
            batch = sampling.examples(self.experiment.data, np.arange(self.grid.num))
            real = jax.device_get(self.experiment.game.real(batch))
            pictures.save_png(path, pictures.enlarged(self.experiment.picture(real)))

    def save(self) -> None:
        """Saves a state of which every number was looked at."""
        self.check()
        if not self.program.is_finite(self.state):
            self.fail(self.step, ())
        self.saves.save(self.state, self.step)

    def check(self) -> None:
        """Looks at the flags of the last step that was not looked at."""
        if self.unchecked is not None:
            (step, finite), self.unchecked = self.unchecked, None
            flags = np.asarray(finite)
            if not flags.all():
                names = zip(self.program.names, flags)
                self.fail(step, [name for name, flag in names if not flag])

    def fail(self, step: int, names: Sequence[str]) -> NoReturn:
        """Ends the run: numbers are not finite."""
        self.saves.finish()
        raise not_finite.told(step, names, hosts.local(self.state), self.saves)
