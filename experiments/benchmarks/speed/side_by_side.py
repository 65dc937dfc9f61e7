"""Networks in jaxgan and in PyTorch, timed in turn: steps, applications, starts.

What `translation.py` and `style_line.py` have in common. The pairs of plays are short,
many, and in turn, so that what else the machine does falls on both alike. Of each there
are the seconds waited for and those of the processor, which a busy machine changes
less; ratios are medians over the pairs, with their quartiles.
"""

import dataclasses
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from rounds import confine, head, interleaved, protocol, quartiles, row

LIBRARIES = ("jaxgan", "torch")
DONE = "stepped"
NEAR = 1e-4
"""How far apart outputs may be, as a share of the largest."""


class Plays(NamedTuple):
    """What one library does: once each.

    Attributes:
      step: f(): a train step.
      loss: f() -> a loss of a step, to be looked at.
      apply: f() -> what is made of one picture or latent, in our layout.
      outputs: f() -> what is held against the other's, by name, before any step.
    """

    step: Callable[[], Any]
    loss: Callable[[], float]
    apply: Callable[[], np.ndarray]
    outputs: Callable[[], Mapping[str, np.ndarray]]


class Workload(Protocol):
    """One row of the table."""

    title: str
    period: int
    """Steps after which every turn was played."""

    def ours(self, batch: int, apply: bool = True) -> tuple[Plays, Any]:
        """Compiles ours; with the variables that it begins with, on the host."""
        ...

    def theirs(self, batch: int, begun: Any) -> Plays:
        """The same of PyTorch, with the parameters that ours begins with, or None."""
        ...


@dataclasses.dataclass(frozen=True)
class Options:
    """Which rows, and how often."""

    only: Sequence[str] = ()
    """Names of workloads; by default all."""
    batch_size: int | None = None
    """Of a step; by default the workload's own."""
    rounds: int = 15
    """Timed pairs."""
    repeats: int = 2
    """Plays in a row of which a timing consists."""
    starts: int = 1
    """Fresh processes for each start, of which the median is shown; 0 leaves it out."""
    steps: bool = True
    """Time steps and applications, too, and not starts alone."""
    naive: bool = False
    """Time ours with convolutions left to XLA, too."""
    threads: int = 2
    """Of either library; so many processors are left to the process."""
    first: str = ""
    """Play one step in this process, of this library, and say so."""

    def check(self, workloads: Mapping[str, Any]) -> None:
        """Checks names and ranges.

        Raises:
          SystemExit: naming the option.
        """
        for name in self.only:
            if name not in workloads:
                raise SystemExit(
                    f"--only: saw {name}, wanted of {', '.join(workloads)}"
                )
        least = {"rounds": 1, "repeats": 1, "threads": 1, "starts": 0}
        for name, bound in least.items():
            if getattr(self, name) < bound:
                raise SystemExit(
                    f"--{name}: saw {getattr(self, name)}, wanted at least {bound}"
                )
        if self.batch_size is not None and self.batch_size < 1:
            raise SystemExit(f"--batch-size: saw {self.batch_size}, wanted at least 1")


def clocked(play: Callable[[], object], repeats: int, seconds: list[float]):
    """Plays several times in a row, and notes the processor's seconds of all."""

    def several() -> None:
        began = time.process_time()
        for _ in range(repeats):
            play()
        seconds.append(time.process_time() - began)

    return several


def compared(
    plays: dict[str, Callable[[], object]], rounds: int, repeats: int
) -> list[str]:
    """Cells: seconds of each, and how many times longer the others take than ours."""
    processor: dict[str, list[float]] = {name: [] for name in plays}
    several = {
        name: clocked(play, repeats, processor[name]) for name, play in plays.items()
    }
    waited = interleaved(several, rounds)
    spent = {name: seconds[1:] for name, seconds in processor.items()}
    cells = [
        f"{statistics.median(waited[name]) / repeats:.3g}"
        f" ({statistics.median(spent[name]) / repeats:.3g})"
        for name in plays
    ]
    for name in plays:
        if name != "jaxgan":
            for seconds in (spent, waited):
                cells.append(_ratio(seconds[name], seconds["jaxgan"]))
    return cells


def _ratio(above: Sequence[float], below: Sequence[float]) -> str:
    low, median, high = quartiles([a / b for a, b in zip(above, below, strict=True)])
    return f"{median:.2f} ({low:.2f} to {high:.2f})"


def rows_of(name: str, workload: Workload, batch: int, options: Options) -> None:
    """Prints a row for the step, and one for an application."""
    ours, begun = workload.ours(batch)
    theirs = workload.theirs(batch, begun)
    check_alike(name, ours.outputs(), theirs.outputs())
    losses = ", ".join(f"{play.loss():.4g}" for play in (ours, theirs))
    print(f"{name}: losses of a step are {losses}", file=sys.stderr)
    pairs = {"step": {"jaxgan": ours.step}, "application": {"jaxgan": ours.apply}}
    if options.naive:
        from peers import left_to_xla

        with left_to_xla():
            naive, _ = workload.ours(batch)
        pairs["step"]["naive"] = naive.step
        pairs["application"]["naive"] = naive.apply
    pairs["step"]["torch"] = theirs.step
    pairs["application"]["torch"] = theirs.apply
    for what, plays in pairs.items():
        size, repeats = 1, 4 * options.repeats
        if what == "step":
            size, period = batch, workload.period
            repeats = -(-options.repeats // period) * period
        cells = compared(plays, options.rounds, repeats)
        print(row([f"{workload.title}, {what}", str(size), *cells]), flush=True)


def check_alike(
    name: str, ours: Mapping[str, np.ndarray], theirs: Mapping[str, np.ndarray]
) -> None:
    """Says how far outputs are apart.

    Raises:
      SystemExit: if it is too far.
    """
    for what, made in ours.items():
        apart = float(np.abs(made - theirs[what]).max() / np.abs(made).max())
        print(f"{name}: {what} differs by {apart:.1e}", file=sys.stderr)
        if not apart < NEAR:
            raise SystemExit(f"{name}: {what} differs by {apart}, wanted {NEAR}")


def first_step(workload: Workload, batch: int, library: str) -> None:
    """Plays a step in this process."""
    if library == "jaxgan":
        workload.ours(batch, apply=False)[0].step()
    else:
        workload.theirs(batch, None).step()
    print(DONE, flush=True)


def start_seconds(
    script: str, name: str, library: str, batch: int, compiled: str, threads: int
) -> tuple[float, float]:
    """From the command to the end of the first step, in a fresh process.

    Returns:
      Seconds waited for, and those of the processor until the process ended.
    """
    command = [sys.executable, script, f"--first={library}", "--only", name]
    command += [f"--batch-size={batch}", f"--threads={threads}"]
    env = {**os.environ, "JAX_COMPILATION_CACHE_DIR": compiled}
    before, began = _childrens_seconds(), time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=env
    ) as process:
        assert process.stdout is not None
        if process.stdout.readline().strip() != DONE:
            raise SystemExit(f"{name}: {library} did not make a step")
        seconds = time.perf_counter() - began
        process.wait()
    return seconds, _childrens_seconds() - before


def _childrens_seconds() -> float:
    """Of the processor, of all processes that were begun here and have ended."""
    times = os.times()
    return times.children_user + times.children_system


def starts_of(script: str, name: str, batch: int, options: Options) -> list[str]:
    """Cells: seconds to the first step of ours, ours again, and PyTorch's."""
    found: list[list[tuple[float, float]]] = []
    for _ in range(options.starts):
        with tempfile.TemporaryDirectory() as folder:
            found.append(
                [
                    start_seconds(script, name, one, batch, folder, options.threads)
                    for one in ("jaxgan", *LIBRARIES)
                ]
            )
    cells = []
    for column in zip(*found):
        waited, spent = map(statistics.median, zip(*column))
        cells.append(f"{waited:.1f} ({spent:.1f})")
    return cells


def main(
    script: str, workloads: Mapping[str, Any], batch: int | None, options: Options
) -> None:
    """Prints the tables.

    Args:
      script: the file that was called, and is called again for starts.
      workloads: by name.
      batch: of steps, unless the options say; None is the workload's `batch`.
      options: what is timed.
    """
    options.check(workloads)
    confine(options.threads)
    names = options.only or list(workloads)
    sizes = {
        name: options.batch_size or batch or workloads[name].batch for name in names
    }
    if options.first:
        first_step(workloads[names[0]], sizes[names[0]], options.first)
        return
    print(protocol(options.threads) + "\n")
    if options.steps:
        others = [*["naive"] * options.naive, "torch"]
        heads = [f"{label}, s (of the processor)" for label in ("jaxgan", *others)]
        for label in others:
            heads += [f"{label} / jaxgan, processor", f"{label} / jaxgan, waited"]
        print(head(["", "batch", *heads]), flush=True)
        for name in names:
            rows_of(name, workloads[name], sizes[name], options)
    if options.starts:
        heads = ["jaxgan, s (of the processor)", "compiled before", "torch"]
        print("\n" + head(["first step of", *heads]), flush=True)
    for name in names if options.starts else ():
        cells = starts_of(script, name, sizes[name], options)
        print(row([workloads[name].title, *cells]), flush=True)
