"""The training loop against the bare compiled step: seconds per step of both.

    python experiments/benchmarks/speed/loop.py
    python experiments/benchmarks/speed/loop.py --only digits --steps-per-dispatch 1 50

'Bare' is the compiled step alone, on one batch that lies on the device; as in the loop,
the host is no more than eight steps ahead, without which it is slower. 'Loop' is the
real one: it makes the batches, looks at the finite flags, and writes one row of metrics
in as many steps as the experiment's default says; pictures and checkpoints are left
out. With several steps per dispatch, these are one `jax.lax.scan`. Every round times
each once, for as many steps as lie between two rows, so that what else the machine does
falls on all. The table shows medians over rounds, of the ratios too.

MNIST is downloaded if need be; the folder of 64×64 images is made here.
"""

import contextlib
import dataclasses
import io
import os
import pathlib
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from unittest import mock

import jax
import numpy as np
import tyro
from PIL import Image

from jaxgan.run import launch
from jaxgan.run.devices import xla
from jaxgan.run.experiment import Experiment
from jaxgan.run.files import experiment_file
from jaxgan.run.files.metrics_log import Records
from jaxgan.run.training import loop, prepare, steps

EXPERIMENTS = experiment_file.experiment_files(
    pathlib.Path(__file__).resolve().parents[2]
)
NAMES = ("digits", "dcgan_mnist", "dcgan_folder")
IMAGES = 512


@dataclasses.dataclass(frozen=True)
class Options:
    """What to measure, and how long."""

    only: Sequence[str] = NAMES
    """Names of experiments."""
    steps_per_dispatch: Sequence[int] = (1, 10, 20)
    """Each divides the number of steps between two rows, and is less."""
    rounds: int = 5
    """Timed rounds."""
    log_every: int | None = None
    """Steps between two rows; by default the experiment's."""


class Stamps(Records):
    """Records that note when the loop was done with which step."""

    seen: dict[int, float]

    def advance(self, step: int) -> None:
        """Notes the time."""
        super().advance(step)
        type(self).seen[step] = time.perf_counter()


@dataclasses.dataclass
class Trained:
    """A run that goes on, round by round."""

    prepared: prepare.Prepared
    run: pathlib.Path
    step: int = 0

    def seconds_per_step(self) -> float:
        """Trains on to the next row.

        Timed is what comes after the first dispatch, which compiles: the loop waits for
        it, and for the row, so the device has nothing left to do at either end.
        """
        first = self.step + self.prepared.steps_per_dispatch
        self.step += self.prepared.options.log_every
        options = dataclasses.replace(self.prepared.options, steps=self.step)
        prepared = self.prepared._replace(options=options)
        Stamps.seen = {}
        with (
            mock.patch.object(loop, "Records", Stamps),
            contextlib.redirect_stdout(io.StringIO()),
        ):
            end = loop.train(self.run, prepared, loop.Interrupts())
        if end.code:
            sys.exit(end.code)
        span = Stamps.seen[self.step] - Stamps.seen[first]
        return span / (self.step - first)


class Bare:
    """The compiled step alone."""

    def __init__(self, prepared: prepare.Prepared):
        program = prepared.program
        self._batch = program.put(prepared.data(0))
        self._carry = program.init(), program.zeros()
        self._frozen = prepared.frozen
        lowered = program.step_at(0).lower(*self._carry, self._batch, self._frozen)
        self._step = lowered.compile()

    def seconds_per_step(self, count: int) -> float:
        """Runs so many steps."""
        began, last = time.perf_counter(), None
        for number in range(count):
            *self._carry, finite = self._step(*self._carry, self._batch, self._frozen)
            if number % steps.AHEAD == 0:
                jax.block_until_ready(last)
            last = finite
        jax.block_until_ready(self._carry)
        return (time.perf_counter() - began) / count


@contextlib.contextmanager
def built(name: str) -> Iterator[tuple[Experiment, launch.Options]]:
    """An experiment by its default config, and its default options."""
    module = experiment_file.load_module(EXPERIMENTS[name])
    config = next(iter(module.VARIANTS.values()))
    with tempfile.TemporaryDirectory() as folder:
        patch = contextlib.nullcontext()
        if hasattr(config, "path"):
            make_images(pathlib.Path(folder) / "images", config.size)
            config = dataclasses.replace(config, path=f"{folder}/images")
            patch = mock.patch.dict(os.environ, JAXGAN_CACHE=folder)
        with patch:
            experiment = module.build(config)
        yield experiment, getattr(module, "OPTIONS", launch.Options())


def make_images(folder: pathlib.Path, size: int) -> None:
    """Random smooth pictures, as files."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    for number in range(IMAGES):
        coarse = Image.fromarray(rng.integers(0, 256, (4, 4, 3), dtype=np.uint8))
        coarse.resize((size, size), Image.Resampling.BICUBIC).save(
            folder / f"{number}.png"
        )


def measure(name: str, options: Options, folder: pathlib.Path) -> Iterator[list[str]]:
    """The rows of the table of one experiment."""
    with built(name) as (experiment, usual):
        log_every = options.log_every or usual.log_every
        runs, timings = {}, {}
        for each in options.steps_per_dispatch:
            never = each * 10**9
            chosen = dataclasses.replace(
                usual,
                steps=log_every,
                log_every=log_every,
                sample_every=never,
                save_every=never,
                steps_per_dispatch=each,
            )
            prepared = prepare.prepare([experiment], chosen, [0])
            run = folder / f"{name}-{each}"
            runs[each] = Trained(prepared, run)
        bare = Bare(prepared)
        for number in range(options.rounds + 1):
            seconds = {0: bare.seconds_per_step(log_every)}
            seconds |= {each: run.seconds_per_step() for each, run in runs.items()}
            if number:  # the first round warms up
                for key, value in seconds.items():
                    timings.setdefault(key, []).append(value)
    for each in runs:
        ratios = [a / b for a, b in zip(timings[0], timings[each])]
        yield [
            name,
            str(experiment.data.batch_size),
            str(each),
            *(f"{1e3 * statistics.median(timings[key]):.2f}" for key in (0, each)),
            f"{100 * statistics.median(ratios):.1f} %",
            f"{100 * min(ratios):.0f} to {100 * max(ratios):.0f} %",
        ]


def main(options: Options) -> None:
    """Prints the table, row by row."""
    xla.set_up_xla()
    heads = ["experiment", "batch", "steps per dispatch", "bare ms", "loop ms"]
    heads += ["bare / loop", "rounds"]
    print(f"| {' | '.join(heads)} |\n{'|---' * len(heads)}|")
    with tempfile.TemporaryDirectory() as folder:
        for name in options.only:
            for row in measure(name, options, pathlib.Path(folder)):
                print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main(tyro.cli(Options))
