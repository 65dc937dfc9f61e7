"""How long a sample takes, of JAX and of the exported run, and how large files are.

    python experiments/benchmarks/speed/latency.py runs/digits runs/stylegan2

The first table: milliseconds of a batch of 1 and of 64, one thread each, and sizes of
the exported files, with float32 and with float16 weights. The second: seconds from the
start of a process to a PNG of 16 samples, of the folder's own program, of `jaxgan
sample` on the folder, and on the run; of the clock, and of the processor, which a busy
machine does not lengthen. All are the least of the rounds.
"""

import dataclasses
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Annotated

# Before JAX is imported: one thread, as onnxruntime has here.
os.environ["XLA_FLAGS"] = (
    os.environ.get("XLA_FLAGS", "") + " --xla_cpu_multi_thread_eigen=false"
)

import jax
import onnxruntime
import tyro
from rounds import head, interleaved, row
from tyro.conf import Positional

import jaxgan
from jaxgan.export.model import as_input
from jaxgan.run.exporting import export_folder
from jaxgan.run.exporting.parts import Part, parts
from jaxgan.run.sampling import stored_run

BATCHES = (1, 64)


@dataclasses.dataclass(frozen=True)
class Options:
    """What is timed, and how often."""

    runs: Annotated[Positional[tuple[pathlib.Path, ...]], "folders"]
    """Folders of runs that make their samples of noise."""
    rounds: int = 10
    """Of which the least is shown."""

    def __post_init__(self):
        """Checks the range."""
        if self.rounds < 1:
            raise SystemExit(f"--rounds: saw {self.rounds}, wanted at least 1")


def milliseconds(folder: pathlib.Path, run: pathlib.Path, rounds: int) -> list[str]:
    """Of the parts behind the latents, one after the other: a cell per batch."""
    stored = stored_run.load(run)
    made = parts(stored.experiment, stored.state).parts
    cells = []
    for batch in BATCHES:
        total = {"jax": 0.0, "onnx": 0.0}
        for name, part in made.items():
            if name == "latents":
                continue
            plays = {
                "jax": _by_jax(part, batch),
                "onnx": _by_onnx(folder, name, part, batch),
            }
            timed = interleaved(plays, rounds)
            total = {kind: total[kind] + 1e3 * min(timed[kind]) for kind in total}
        cells += [f"{total['jax']:.2f}", f"{total['onnx']:.2f}"]
    return cells


def _by_jax(part: Part, batch: int) -> Callable[[], None]:
    function, arrays = jax.jit(part.function), part.examples(batch)
    return lambda: jax.block_until_ready(function(*arrays))


def _by_onnx(
    folder: pathlib.Path, name: str, part: Part, batch: int
) -> Callable[[], None]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        str(folder / f"{name}.onnx"), options, providers=["CPUExecutionProvider"]
    )
    known = {entry.name for entry in session.get_inputs()}
    arrays = zip(part.inputs, part.examples(batch))
    fed = {key: as_input(value) for key, value in arrays if key in known}
    return lambda: session.run(None, fed)


def seconds(words: list[str], rounds: int) -> str:
    """Of the clock and of the processor, of a process from start to end."""
    wall, busy = [], []
    for _ in range(rounds):
        before, began = os.times(), time.perf_counter()
        subprocess.run([sys.executable, *words], check=True, capture_output=True)
        after = os.times()
        wall.append(time.perf_counter() - began)
        busy.append(
            sum(after[place] - before[place] for place in (2, 3))  # of children
        )
    return f"{min(wall):.2f} ({min(busy):.2f})"


def kilobytes(folder: pathlib.Path) -> str:
    """Of all models of a folder."""
    return f"{sum(path.stat().st_size for path in folder.glob('*.onnx')) / 1e3:,.0f}"


def main(options: Options) -> None:
    """Prints both tables."""
    speed, starts = [], []
    for run in options.runs:
        with tempfile.TemporaryDirectory() as place:
            whole, half = (pathlib.Path(place) / name for name in ("whole", "half"))
            stored = stored_run.load(run)
            export_folder.write(stored, whole, "onnx")
            export_folder.write(stored, half, "onnx", half=True)
            cells = milliseconds(whole, run, options.rounds)
            speed.append(row([run.name, *cells, kilobytes(whole), kilobytes(half)]))
            rounds = min(options.rounds, 5)
            wanted = ["--num", "16", "--out", f"{place}/samples.png"]
            by_jaxgan = ["-m", "jaxgan", "sample"]
            programs = (
                [f"{whole}/sample.py", *wanted],
                [*by_jaxgan, str(whole), *wanted],
                [*by_jaxgan, str(run), *wanted],
            )
            starts.append(row([run.name, *(seconds(one, rounds) for one in programs)]))
    print(
        f"jaxgan {jaxgan.__version__}, JAX {jax.__version__}, "
        f"onnxruntime {onnxruntime.__version__}\n"
    )
    columns = [f"{by}, batch {n}" for n in BATCHES for by in ("JAX", "onnxruntime")]
    print(head(["run", *columns, "kB", "kB in half"]), *speed, sep="\n")
    print()
    print(head(["run", "sample.py", "jaxgan sample FOLDER", "jaxgan sample RUN"]))
    print(*starts, sep="\n")


if __name__ == "__main__":
    main(tyro.cli(Options, description=__doc__))
