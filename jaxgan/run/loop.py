"""The training loop: compiled steps; between them logs, pictures, checkpoints."""

import contextlib
import pathlib
import time
from collections.abc import Sequence
from typing import Any, NamedTuple, NoReturn

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core import metrics
from jaxgan.core.types import State
from jaxgan.run import checkpoint, devices, gallery, pictures, sampling
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Experiment
from jaxgan.run.feed import feed
from jaxgan.run.fingerprint import fingerprint, leaf_name
from jaxgan.run.interrupts import Interrupts
from jaxgan.run.options import Options
from jaxgan.run.program import Program, fit
from jaxgan.run.records import Records

ADVICE = (
    "the same command meets the same numbers again; in a new --run-dir try a lower "
    "learning rate, a gradient penalty (r1), or a larger batch"
)


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
    placement = devices.place(options.devices, size, experiment.microbatches)
    program = fit(experiment, placement, seed, experiment.data(0))
    generator, discriminator = program.parameters
    return Prepared(
        program,
        f"parameters: generator {generator:,}, discriminator {discriminator:,}; "
        f"batch {size} on {placement.count} {jax.local_devices()[0].platform}",
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
    ):
        restored = saves.restore_newest(program.target)
        state, step = restored or (program.init(), 0)
        with Records(run, step, options.steps, experiment.data.batch_size) as records:
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
        records: Records,
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
        if step < self.options.steps:
            self.grid = gallery.grid_of(self.sampler, self.experiment, state)
            self.draw_real()
        reason, code, began = "done", 0, time.monotonic()
        batches = feed(self.experiment.data, step, self.options.steps)
        with contextlib.closing(batches):
            for batch in batches:
                self.advance(batch)
                if interrupts.received:
                    number = interrupts.received
                    reason, code = number.name, 128 + number
                    break
                if time.monotonic() - began > 60 * self.options.minutes:
                    reason = "minutes"
                    break
        if self.step > self.first:
            self.write()
            self.draw()
            self.save()
        self.saves.finish()
        return Outcome(self.step, reason, code, fingerprint(self.state))

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
        if self.drawn != self.step:
            self.check()
            num, labels = self.grid
            sample = self.sampler(self.state, 0, np.arange(num), labels)
            if self.experiment.progress is None:
                picture = self.experiment.picture(sample)
            else:
                picture = self.experiment.progress(self.state, sample)
            picture = pictures.enlarged(picture)
            pictures.save_png(path, picture)
            self.records.picture(self.step, picture)
            self.records.measured(self.step, self.experiment.measure(self.state))
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
        leaves = jax.tree_util.tree_leaves_with_path(self.state)
        bad = (leaf_name(path) for path, leaf in leaves if not _finite(leaf))
        last = self.saves.last
        raise RunError(
            f"step {step}: not finite: {', '.join(names) or 'the state'}\n"
            f"  first such leaf of the state: {next(bad, 'none')}\n"
            + (
                f"  last good checkpoint: step {last} ({self.saves.folder / str(last)})"
                if last is not None
                else "  there is no checkpoint yet"
            ),
            ADVICE,
            code=1,
        )


def _finite(leaf: jax.Array) -> bool:
    return not jnp.issubdtype(leaf.dtype, jnp.inexact) or bool(
        np.isfinite(np.asarray(leaf, np.float32)).all()
    )
