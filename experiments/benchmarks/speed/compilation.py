"""Where the time before the first step goes, and what fast convolutions add to it.

    python experiments/benchmarks/speed/compilation.py
    python experiments/benchmarks/speed/compilation.py --only dcgan_mnist --plain

The first table has, of every experiment in a process of its own with nothing compiled
before, the seconds of each part and in brackets those of the processor, which other
programs on the machine change less. The second compares the step with the same one
whose convolutions are left to XLA: time to compile, and of a step, interleaved.
"""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext

import tyro
from rounds import head, interleaved, median_ratio, row

from jaxgan.run.files.experiment_file import experiment_files

FILES = experiment_files(pathlib.Path(__file__).parents[2])
PARTS = ("imports", "data", "tracing", "lowering", "first state", "compiling", "step")


@dataclasses.dataclass(frozen=True)
class Options:
    """What is timed."""

    only: Sequence[str] = (
        *("digits", "dcgan_mnist", "r3gan_cifar10", "biggan_cifar10"),
        "stylegan2_cifar10",
    )
    """Names of experiments; of those that have one, the variant `small`."""
    plain: Sequence[str] = ("dcgan-64", "sngan-32", "stylegan2-32")
    """Workloads of `peers.py` to compare with convolutions left to XLA."""
    rounds: int = 5
    """Of steps, of which the median is shown."""
    alone: bool = False
    """Print the first experiment's row, as JSON, from this process."""


@contextmanager
def clock(seconds: dict[str, tuple[float, float]], part: str) -> Iterator[None]:
    """Notes the seconds of a part, and the processor's."""
    began = time.perf_counter(), time.process_time()
    yield
    ended = time.perf_counter(), time.process_time()
    seconds[part] = ended[0] - began[0], ended[1] - began[1]


def parts_of(name: str) -> dict[str, tuple[float, float]]:
    """Times every part of an experiment's start, in this process."""
    seconds: dict[str, tuple[float, float]] = {}
    with clock(seconds, "imports"):
        import jax

        from jaxgan.run.devices.placement import place
        from jaxgan.run.files.experiment_file import load_module
        from jaxgan.run.training import loop, program  # noqa: F401

        module = load_module(FILES[name])
    with clock(seconds, "data"):
        variants = module.VARIANTS
        experiment = module.build(variants.get("small", variants["default"]))
        batch = experiment.data(0)
    with clock(seconds, "tracing"):
        where = place(1, experiment.data.batch_size)
        made = program.compile_program(experiment, where, (0,), {0: batch})
    with clock(seconds, "lowering"):
        lowered = program.lower_step(made, batch, 0)
    with clock(seconds, "first state"):
        state, totals = jax.block_until_ready((made.init(), made.zeros()))
    with clock(seconds, "compiling"):
        compiled = lowered.compile()
    with clock(seconds, "step"):
        jax.block_until_ready(compiled(state, totals, batch))
    return seconds


def start_cells(name: str) -> list[str]:
    """A row of the first table, from a fresh process."""
    command = [sys.executable, __file__, "--alone", "--only", name]
    out = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "JAX_ENABLE_COMPILATION_CACHE": "false"},
    )
    seconds = json.loads(out.stdout.splitlines()[-1])
    shown = [seconds[part] for part in PARTS]
    shown.append([sum(part) for part in zip(*shown)])
    return [name, *(f"{wall:.1f} ({cpu:.1f})" for wall, cpu in shown)]


def ratio_cells(name: str, rounds: int) -> list[str]:
    """A row of the second table."""
    import jax
    import jax.numpy as jnp
    import numpy as np
    from peers import left_to_xla
    from workloads import WORKLOADS

    from jaxgan.core import Sample, init_state, make_step

    workload = WORKLOADS[name](jnp.float32)
    shape = (workload.batch_size, *workload.shape)
    real = np.random.default_rng(0).uniform(-1.0, 1.0, shape).astype(np.float32)
    described = workload.game, workload.recipe.turns, workload.recipe.optimizers
    first = jax.jit(lambda key: init_state(key, *described, Sample(real)))
    seconds: dict[str, tuple[float, float]] = {}
    plays: dict[str, Callable[[], None]] = {}
    for label, how in (("ours", nullcontext()), ("plain", left_to_xla())):
        with how, clock(seconds, label):
            lowered = jax.jit(make_step(*described)).lower(
                first(jax.random.key(0)), Sample(real)
            )
        with clock(seconds, label):
            compiled = lowered.compile()

        def play(compiled=compiled):
            state = first(jax.random.key(0))
            for _ in range(workload.period):
                state, _ = compiled(state, Sample(real))
            jax.block_until_ready(state)

        plays[label] = play
    timings = interleaved(plays, rounds)
    ours, plain = seconds["ours"], seconds["plain"]
    return [
        name,
        *(f"{wall:.1f} ({cpu:.1f})" for wall, cpu in (ours, plain)),
        f"{ours[1] / plain[1]:.2f}",
        f"{median_ratio(timings['plain'], timings['ours']):.2f}",
    ]


def main(options: Options) -> None:
    """Prints both tables."""
    if options.alone:
        print(json.dumps(parts_of(options.only[0])))
        return
    if options.only:
        print(head(["experiment", *PARTS, "all"]))
    for name in options.only:
        print(row(start_cells(name)), flush=True)
    if options.plain:
        labels = ("ours, s", "plain, s", "ours / plain", "a step, plain / ours")
        print("\n" + head(["compiling", *labels]))
    for name in options.plain:
        print(row(ratio_cells(name, options.rounds)), flush=True)


if __name__ == "__main__":
    main(tyro.cli(Options))
