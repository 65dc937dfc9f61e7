"""Seconds until something happens: of the import, and to the first finished step.

    python experiments/benchmarks/speed/start.py
    python experiments/benchmarks/speed/start.py --only digits --rounds 5

Everything is timed in fresh processes. The first table shows what imports add to JAX's
own. The second shows the time from the command to the row of the first step's metrics:
with an empty folder of compiled code, and again with what the process before left there
(JAX keeps only what took it a second or more to compile). Data sets lie decoded in the
cache, as after any earlier run, which an untimed run sees to; MNIST must be there.
"""

import dataclasses
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

import tyro
from rounds import head, row

from jaxgan.run.files.experiment_file import experiment_files

EXPERIMENTS = experiment_files(pathlib.Path(__file__).parents[2])
BEFORE = "import jax"
IMPORTS = {
    "import jaxgan": "import jaxgan",
    "jaxgan.make_step": "import jaxgan; jaxgan.make_step",
    "games, models, recipes": (
        "import jaxgan.games.latent, jaxgan.models.dcgan, jaxgan.recipes"
    ),
    "all that an experiment imports": (
        "import jaxgan.run.training.loop, jaxgan.data, tyro"
    ),
}
"""Each in a process of its own, after JAX."""

CLOCK = """
import time
began = time.perf_counter()
{before}
middle = time.perf_counter()
{after}
print(middle - began, time.perf_counter() - middle)
"""


@dataclasses.dataclass(frozen=True)
class Options:
    """What is timed, and how often."""

    only: Sequence[str] = ("digits", "mlp_mnist", "dcgan_mnist")
    """Names of experiments."""
    rounds: int = 3
    """Of which the median is shown."""

    def __post_init__(self):
        """Checks the range."""
        if self.rounds < 1:
            raise SystemExit(f"--rounds: saw {self.rounds}, wanted at least 1")


def import_seconds(code: str) -> tuple[float, float]:
    """Of JAX, and of what is imported after it."""
    program = CLOCK.format(before=BEFORE, after=code)
    out = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    before, after = map(float, out.stdout.split())
    return before, after


def first_step_seconds(name: str, compiled: pathlib.Path) -> float:
    """From the command to the first row of metrics.

    Args:
      name: of the experiment.
      compiled: the folder of compiled code.

    Raises:
      SystemExit: if the experiment ends without one, with what it said.
    """
    with tempfile.TemporaryDirectory() as folder:
        run = pathlib.Path(folder) / "run"
        rows = run / "metrics.jsonl"
        command = [sys.executable, str(EXPERIMENTS[name]), "--steps=1"]
        began = time.perf_counter()
        with subprocess.Popen(
            [*command, "--log-every=1", f"--run-dir={run}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "JAX_COMPILATION_CACHE_DIR": str(compiled)},
        ) as process:
            while not (rows.exists() and rows.stat().st_size):
                if process.poll() is not None:
                    raise SystemExit(process.communicate()[1])
                time.sleep(0.002)
            seconds = time.perf_counter() - began
            process.kill()
    return seconds


def cold_and_warm(name: str, rounds: int) -> list[tuple[float, float]]:
    """Seconds to the first step without compiled code, and with it, in every round."""
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        first_step_seconds(name, pathlib.Path(folder) / "untimed")
        for number in range(rounds):
            compiled = pathlib.Path(folder) / str(number)
            cold = first_step_seconds(name, compiled)
            seconds.append((cold, first_step_seconds(name, compiled)))
    return seconds


def main(options: Options) -> None:
    """Prints both tables."""
    print(head(["import", "s"]))
    for place, (label, code) in enumerate(IMPORTS.items()):
        seconds = [import_seconds(code) for _ in range(options.rounds)]
        before, after = (statistics.median(part) for part in zip(*seconds))
        if not place:
            print(row([BEFORE, f"{before:.2f}"]))
        print(row([f"{label}, after it", f"{after:.3f}"]), flush=True)
    print()
    print(head(["first step of", "nothing compiled yet, s", "compiled before, s"]))
    for name in options.only:
        pairs = zip(*cold_and_warm(name, options.rounds))
        cells = [f"{statistics.median(part):.1f}" for part in pairs]
        print(row([name, *cells]), flush=True)


if __name__ == "__main__":
    main(tyro.cli(Options))
