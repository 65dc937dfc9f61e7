"""Translation and restoration in jaxgan and in PyTorch: steps, applications, starts.

    python experiments/benchmarks/speed/translation.py
    python experiments/benchmarks/speed/translation.py --only pix2pix --no-starts

Same networks (PyTorch's are given the parameters of ours, and must compute the same),
losses, optimizers and batch; PyTorch is eager and may compute once what we compute
twice, see `torch_translation_step.py`. The pairs of plays are short, many, and in turn,
so that what else the machine does falls on both alike. Of each there are the seconds
waited for, medians, and those of the processor, means, which a busy machine changes
less. The last table has seconds from the command to the end of the first step, in fresh
processes: with nothing compiled, and again with what the process before left.
"""

import dataclasses
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence

import numpy as np
import tyro
from rounds import head, interleaved, median_ratio, row
from translation_workloads import WORKLOADS, jax_plays, torch_plays

LIBRARIES = ("jaxgan", "torch")
DONE = "stepped"


@dataclasses.dataclass(frozen=True)
class Options:
    """Which rows, and how often."""

    only: Sequence[str] = ()
    """Names of workloads; by default all."""
    batch_size: int = 1
    """Of a step."""
    rounds: int = 15
    """Timed pairs."""
    repeats: int = 2
    """Plays in a row of which a timing consists."""
    starts: int = 1
    """Fresh processes for each start, of which the median is shown; 0 leaves it out."""
    naive: bool = False
    """Time ours with convolutions left to XLA, too."""
    threads: int = 2
    """PyTorch's; XLA has one per processor."""
    first: str = ""
    """Play one step in this process, of this library, and say so."""

    def check(self) -> None:
        """Checks names and ranges.

        Raises:
          SystemExit: naming the option.
        """
        for name in self.only:
            if name not in WORKLOADS:
                raise SystemExit(
                    f"--only: saw {name}, wanted of {', '.join(WORKLOADS)}"
                )
        for name in ("batch_size", "rounds", "repeats", "threads"):
            if getattr(self, name) < 1:
                raise SystemExit(
                    f"--{name}: saw {getattr(self, name)}, wanted at least 1"
                )


def clocked(play: Callable[[], object], repeats: int, seconds: list[float]):
    """Plays several times in a row, and notes the processor's seconds for one."""

    def several() -> None:
        began = time.process_time()
        for _ in range(repeats):
            play()
        seconds.append((time.process_time() - began) / repeats)

    return several


def compared(plays: dict[str, Callable[[], object]], options: Options) -> list[str]:
    """Cells: seconds of each, and how many times longer the others take than ours."""
    processor: dict[str, list[float]] = {name: [] for name in plays}
    several = {
        name: clocked(play, options.repeats, processor[name])
        for name, play in plays.items()
    }
    timed = interleaved(several, options.rounds)
    waited = {
        name: [each / options.repeats for each in seconds]
        for name, seconds in timed.items()
    }
    cells = [
        f"{statistics.median(waited[name]):.3g} ({statistics.mean(spent[1:]):.3g})"
        for name, spent in processor.items()
    ]
    ours = waited["jaxgan"]
    return cells + [
        f"{statistics.median(waited[name]) / statistics.median(ours):.2f}"
        f" ({median_ratio(waited[name], ours):.2f})"
        for name in plays
        if name != "jaxgan"
    ]


def rows_of(name: str, options: Options) -> None:
    """Prints a row for the step, and one for an application."""
    workload = WORKLOADS[name]
    pictures = workload.pictures(options.batch_size)
    ours, state = jax_plays(workload, pictures)
    theirs = torch_plays(workload, pictures, state, options.threads)
    made, wanted = ours.apply(), theirs.apply()
    apart = float(np.abs(made - wanted).max())
    losses = ours.loss(), theirs.loss()
    print(
        f"{name}: outputs differ by {apart:.1e}, losses are {losses}", file=sys.stderr
    )
    pairs = {"step": {"jaxgan": ours.step}, "application": {"jaxgan": ours.apply}}
    if options.naive:
        from peers import left_to_xla

        with left_to_xla():
            naive, _ = jax_plays(workload, pictures)
        pairs["step"]["naive"] = naive.step
        pairs["application"]["naive"] = naive.apply
    pairs["step"]["torch"] = theirs.step
    pairs["application"]["torch"] = theirs.apply
    for what, plays in pairs.items():
        print(row([f"{workload.title}, {what}", *compared(plays, options)]), flush=True)


def first_step(options: Options) -> None:
    """Plays a step in this process."""
    workload = WORKLOADS[options.only[0]]
    pictures = workload.pictures(options.batch_size)
    if options.first == "jaxgan":
        jax_plays(workload, pictures, apply=False)[0].step()
    else:
        torch_plays(workload, pictures, None, options.threads).step()
    print(DONE, flush=True)


def start_seconds(name: str, library: str, compiled: str, options: Options) -> float:
    """From the command to the end of the first step, in a fresh process."""
    command = [sys.executable, __file__, f"--first={library}", "--only", name]
    command += [f"--batch-size={options.batch_size}", f"--threads={options.threads}"]
    env = {**os.environ, "JAX_COMPILATION_CACHE_DIR": compiled}
    began = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=env
    ) as process:
        assert process.stdout is not None
        if process.stdout.readline().strip() != DONE:
            raise SystemExit(f"{name}: {library} did not make a step")
        seconds = time.perf_counter() - began
        process.wait()
    return seconds


def starts_of(name: str, options: Options) -> list[str]:
    """Cells: seconds to the first step of ours, ours again, and PyTorch's."""
    found: list[list[float]] = []
    for _ in range(options.starts):
        with tempfile.TemporaryDirectory() as folder:
            found.append(
                [
                    start_seconds(name, library, folder, options)
                    for library in ("jaxgan", *LIBRARIES)
                ]
            )
    return [f"{statistics.median(column):.1f}" for column in zip(*found)]


def main(options: Options) -> None:
    """Prints the tables."""
    options.check()
    if options.first:
        first_step(options)
        return
    names = options.only or list(WORKLOADS)
    labels = ["jaxgan", *["naive"] * options.naive, "torch"]
    heads = [f"{label}, s (of the processor)" for label in labels]
    heads += [f"{label} / jaxgan (of pairs)" for label in labels[1:]]
    print(head([f"batch {options.batch_size}", *heads]))
    for name in names:
        rows_of(name, options)
    if not options.starts:
        return
    print("\n" + head(["first step of", "jaxgan, s", "compiled before", "torch"]))
    for name in names:
        print(row([WORKLOADS[name].title, *starts_of(name, options)]), flush=True)


if __name__ == "__main__":
    main(tyro.cli(Options))
