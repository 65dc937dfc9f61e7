"""How long a sample takes: JAX, the exported run, PyTorch, a browser; sizes and starts.

    python experiments/benchmarks/speed/latency.py
    python experiments/benchmarks/speed/latency.py --only dcgan --no-starts
    python experiments/benchmarks/speed/latency.py --only --runs runs/digits

Three small generators of 32 × 32 pixels with weights that nobody trained (DCGAN with 64
to 256 channels; StyleGAN2 and ProGAN with 512 / side, at most 64), and runs that are
named. PyTorch's networks have the same weights, and must make the same images.

The first table: milliseconds of a batch of 1 and of 64, one thread each, the least of
the rounds, waited for and, in parentheses, of the processor: JAX (jit), onnxruntime of
the export, PyTorch (eager, channels_last), onnxruntime-web (WebAssembly, in headless
Chromium, if there is one); and sizes of the exported files, with float32 and with
float16 weights. The second: seconds from the start of a process to a PNG of 16 samples,
of the folder's own program, of `jaxgan sample` on the folder, on the run, and of
PyTorch with the network as TorchScript; of the clock, and of the processor, which a
busy machine does not lengthen.
"""

import dataclasses
import importlib.util
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import browser_latency
import jax
import numpy as np
import onnxruntime
import tyro
from latency_networks import LATENT, VARIANTS, torch_generator, write
from rounds import confine, head, interleaved, protocol, row

import jaxgan
from jaxgan.export.model import as_input
from jaxgan.run.exporting import export_folder
from jaxgan.run.exporting.parts import Part, parts
from jaxgan.run.sampling import stored_run

BATCHES = (1, 64)
NEAR = 1e-4
"""How far PyTorch's images may be from ours, as a share of the largest value."""
WAYS = ("JAX", "onnxruntime", "PyTorch", "browser")
PROGRAMS = ("sample.py", "jaxgan sample FOLDER", "jaxgan sample RUN", "PyTorch")


@dataclasses.dataclass(frozen=True)
class Options:
    """What is timed, and how often."""

    only: Sequence[str] = tuple(VARIANTS)
    """Names of networks."""
    runs: Sequence[pathlib.Path] = ()
    """Folders of runs that make their samples of noise, without PyTorch's."""
    rounds: int = 10
    """Of which the least is shown."""
    browser: bool = True
    """Time the browser, if there is one."""
    starts: bool = True
    """Time processes, too."""

    def __post_init__(self):
        """Checks the range and names."""
        if self.rounds < 1:
            raise SystemExit(f"--rounds: saw {self.rounds}, wanted at least 1")
        for name in self.only:
            if name not in VARIANTS:
                raise SystemExit(f"--only: saw {name}, wanted of {', '.join(VARIANTS)}")


def plays_of(
    made: Mapping[str, Part], folder: pathlib.Path, net: Any, batch: int
) -> dict[str, Callable[[], object]]:
    """Of a batch: all parts behind the latents, one after the other."""
    behind = {name: part for name, part in made.items() if name != "latents"}
    functions = {name: jax.jit(part.function) for name, part in behind.items()}
    arrays = {name: part.examples(batch) for name, part in behind.items()}
    sessions = {name: _session(folder / f"{name}.onnx") for name in behind}
    fed = {name: fed_to(folder, name, part, batch) for name, part in behind.items()}

    def by_jax():
        for name, function in functions.items():
            jax.block_until_ready(function(*arrays[name]))

    def by_onnx():
        for name, session in sessions.items():
            session.run(None, fed[name])

    plays = {"JAX": by_jax, "onnxruntime": by_onnx}
    if net is not None:
        import torch

        z = torch.randn(batch, LATENT)

        def by_torch():
            with torch.inference_mode():
                net(z)

        plays["PyTorch"] = by_torch
    return plays


def _session(path: pathlib.Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    providers = ["CPUExecutionProvider"]
    return onnxruntime.InferenceSession(str(path), options, providers=providers)


def fed_to(
    folder: pathlib.Path, name: str, part: Part, batch: int
) -> dict[str, np.ndarray]:
    """What an exported part is given: its examples."""
    known = {entry.name for entry in _session(folder / f"{name}.onnx").get_inputs()}
    arrays = zip(part.inputs, part.examples(batch))
    return {key: as_input(value) for key, value in arrays if key in known}


def repeated(
    play: Callable[[], object], times: int, spent: list[float]
) -> Callable[[], None]:
    """So many plays in a row, which note the processor's seconds of one."""

    def several() -> None:
        began = time.process_time()
        for _ in range(times):
            play()
        spent.append((time.process_time() - began) / times)

    return several


def cells_of(
    run: pathlib.Path, folder: pathlib.Path, net: Any, options: Options
) -> list[str]:
    """Milliseconds, by batch and way."""
    stored = stored_run.load(run)
    made = parts(stored.experiment, stored.state).parts
    cells = []
    for batch in BATCHES:
        times = 5 if batch == 1 else 1
        plays = plays_of(made, folder, net, batch)
        spent: dict[str, list[float]] = {name: [] for name in plays}
        several = {
            name: repeated(play, times, spent[name]) for name, play in plays.items()
        }
        waited = interleaved(several, options.rounds)
        told = {
            name: f"{1e3 * min(waited[name]) / times:.2f}"
            f" ({1e3 * min(spent[name]):.2f})"
            for name in plays
        }
        if options.browser and browser_latency.chromium():
            task = [
                (folder / f"{name}.onnx", fed_to(folder, name, part, batch))
                for name, part in made.items()
                if name != "latents"
            ]
            found = browser_latency.milliseconds([task], options.rounds, times)
            told["browser"] = f"{min(found[0]):.2f}"
        cells += [told.get(way, "-") for way in WAYS]
    return cells


def check_alike(name: str, folder: pathlib.Path, run: pathlib.Path, net: Any) -> None:
    """Holds PyTorch's images against those of the exported run.

    Raises:
      SystemExit: if they are others.
    """
    import torch

    stored = stored_run.load(run)
    made = parts(stored.experiment, stored.state).parts
    z = np.random.default_rng(0).standard_normal((4, LATENT)).astype(np.float32)
    value: Any = z
    for part_name, part in made.items():
        if part_name != "latents":
            fed = fed_to(folder, part_name, part, 4)
            fed["w" if part_name == "synthesis" else "z"] = value
            if "psi" in fed:
                fed["psi"] = np.float32(1.0)
            value = _session(folder / f"{part_name}.onnx").run(None, fed)[0]
    with torch.inference_mode():
        theirs = net(torch.from_numpy(z)).numpy().transpose(0, 2, 3, 1)
    apart = float(np.abs(value - theirs).max() / np.abs(value).max())
    print(f"{name}: images differ by {apart:.1e}", file=sys.stderr)
    if not apart < NEAR:
        raise SystemExit(f"{name}: images differ by {apart}, wanted {NEAR}")


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


def starts_of(
    run: pathlib.Path, whole: pathlib.Path, net: Any, place: str, rounds: int
) -> list[str]:
    """Seconds of each program, until there is a PNG."""
    wanted = ["--num", "16", "--out", f"{place}/samples.png"]
    by_jaxgan = ["-m", "jaxgan", "sample"]
    programs = [
        [f"{whole}/sample.py", *wanted],
        [*by_jaxgan, str(whole), *wanted],
        [*by_jaxgan, str(run), *wanted],
    ]
    if net is not None:
        import torch

        scripted = f"{place}/scripted.pt"
        torch.jit.save(torch.jit.trace(net, torch.randn(16, LATENT)), scripted)
        script = str(pathlib.Path(__file__).with_name("torch_sample.py"))
        programs.append([script, scripted, str(LATENT), f"{place}/samples.png"])
    told = [seconds(one, min(rounds, 5)) for one in programs]
    return told + ["-"] * (len(PROGRAMS) - len(told))


def kilobytes(folder: pathlib.Path) -> str:
    """Of all models of a folder."""
    return f"{sum(path.stat().st_size for path in folder.glob('*.onnx')) / 1e3:,.0f}"


def rows_of(
    name: str, run: pathlib.Path, net: Any, place: str, options: Options
) -> tuple[str, str]:
    """The two rows of a run."""
    whole, half = (pathlib.Path(place) / f"{name}-{way}" for way in ("whole", "half"))
    stored = stored_run.load(run)
    export_folder.write(stored, whole, "onnx")
    export_folder.write(stored, half, "onnx", half=True)
    if net is not None:
        check_alike(name, whole, run, net)
    cells = cells_of(run, whole, net, options)
    speed = row([name, *cells, kilobytes(whole), kilobytes(half)])
    if not options.starts:
        return speed, ""
    return speed, row([name, *starts_of(run, whole, net, place, options.rounds)])


def main(options: Options) -> None:
    """Prints both tables."""
    confine(1)
    speed, starts = [], []
    with tempfile.TemporaryDirectory() as place:
        for name in options.only:
            run = pathlib.Path(place) / name
            variables, net = write(run, name), None
            if importlib.util.find_spec("torch") is not None:
                net = torch_generator(name, variables)
            rows = rows_of(name, run, net, place, options)
            speed.append(rows[0])
            starts.append(rows[1])
            print(*rows, sep="\n", file=sys.stderr)
        for run in options.runs:
            rows = rows_of(run.name, run, None, place, options)
            speed.append(rows[0])
            starts.append(rows[1])
    print(f"jaxgan {jaxgan.__version__}, {protocol(1)}\n")
    columns = [f"{way}, batch {batch}" for batch in BATCHES for way in WAYS]
    print(
        head(["ms (of the processor)", *columns, "kB", "kB in half"]), *speed, sep="\n"
    )
    if options.starts:
        print("\n" + head(["s (of the processor)", *PROGRAMS]), *starts, sep="\n")


if __name__ == "__main__":
    main(tyro.cli(Options, description=__doc__))
