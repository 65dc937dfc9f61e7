"""What a step of networks that grow costs at each of their levels.

    python experiments/benchmarks/speed/levels.py
    python experiments/benchmarks/speed/levels.py --experiment stylegan_ffhq --size 32

The experiment's variant `small`, at another size and with one batch for all levels. A
level's own program is what training compiles. Beside it the same steps by one program
of all levels, in which `jax.lax.switch` chooses: it is as quick wherever the others are
not computed. A round times every play once, and the rounds repeat; the table shows
medians of a step, and the median of how many times as long the one program takes.

ProGAN's with --size 16 --batch 32 --rounds 3, on two cores of an AMD EPYC with much
else to do: 0.50, 3.51 and 7.45 GFLOP a step; 34, 105 and 914 ms by their own programs,
163, 195 and 890 ms by the one. So no level computes those above it, but a conditional
costs something. It took 264 s to compile; its levels 82, 167 and 158 s.
"""

import dataclasses
import time
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import tyro
from rounds import head, interleaved, median_ratio, quartiles, row
from seeds import EXPERIMENTS

from jaxgan import data
from jaxgan.core.pace import Span
from jaxgan.run.devices.compiled_program import operations
from jaxgan.run.devices.first_state import first_state
from jaxgan.run.devices.xla import set_up_xla
from jaxgan.run.experiment import Experiment
from jaxgan.run.files.experiment_file import load_module, variant
from jaxgan.run.training.span_play import make_play

LONG = 1000
"""Steps of every level: more than are timed."""


@dataclasses.dataclass(frozen=True)
class Options:
    """What is timed, and how often."""

    experiment: str = "progan_folder"
    """Its name: of networks that grow."""
    size: int = 64
    """Pixels per side at last."""
    batch: int = 16
    """Images per step."""
    steps: int = 3
    """Of one timing."""
    rounds: int = 5
    """Timed rounds."""


def grown(options: Options) -> tuple[Experiment, Any]:
    """The experiment, of blank images, and the stages of its steps."""
    module = load_module(EXPERIMENTS[options.experiment])
    _, config = variant(module, "small")
    lasting = LONG * options.batch
    config = dataclasses.replace(
        config,
        size=options.size,
        batch_sizes=(options.batch,),
        stable=lasting,
        fading=lasting,
    )
    with data.blank():
        return module.build(config), module.growing(config)


def compiled(
    made: Experiment, span: Span, state: Any, batch: Any
) -> tuple[Callable[..., Any], float, float]:
    """The program of a span, the seconds to compile it, and operations of a step."""
    play = make_play(made, (0,), False, span)
    began = time.perf_counter()
    program = jax.jit(play).lower(state, batch).compile()
    return program, time.perf_counter() - began, operations(play, state, batch)


def repeated(program: Callable[..., Any], state: Any, batch: Any, steps: int):
    """f() that does some steps from a state, and waits for them."""

    def play() -> None:
        last = state
        for _ in range(steps):
            last = program(last, batch)[0]
        jax.block_until_ready(last)

    return play


def measure(options: Options) -> tuple[list[list[str]], float]:
    """Rows of the table, and the seconds to compile the program of all levels."""
    made, stages = grown(options)
    shape = (options.batch, *made.data.source.shape)
    value = np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)
    batch = made.data(0)._replace(value=value)
    state = jax.jit(lambda: first_state(made, (0,), batch))()
    every, long, _ = compiled(made, Span(0), state, batch)
    plays, facts = {}, []
    for span in stages.pace.spans:
        program, seconds, flops = compiled(made, span, state, batch)
        here = state._replace(step=state.step + span.start)
        facts.append((4 << stages.levels_in(span).start, seconds, flops))
        for name, one in (("own", program), ("all", every)):
            plays[f"{name} {span.start}"] = repeated(one, here, batch, options.steps)
    timed = interleaved(plays, options.rounds)
    rows = []
    for (side, seconds, flops), span in zip(facts, stages.pace.spans):
        own, whole = timed[f"own {span.start}"], timed[f"all {span.start}"]
        rows.append(
            [
                f"{side} × {side}",
                f"{flops / 1e9:.2f}",
                *(f"{1e3 * quartiles(x)[1] / options.steps:.1f}" for x in (own, whole)),
                f"{median_ratio(whole, own):.2f}",
                f"{seconds:.1f}",
            ]
        )
    return rows, long


def main(options: Options) -> None:
    """Prints the table."""
    set_up_xla()
    jax.config.update("jax_enable_compilation_cache", False)
    rows, long = measure(options)
    ways = ("ms, own program", "ms, all levels", "ratio")
    print(head(["level", "GFLOP", *ways, "s to compile"]))
    for cells in rows:
        print(row(cells))
    print(f"The program of all levels takes {long:.1f} s to compile.")


if __name__ == "__main__":
    main(tyro.cli(Options, description=__doc__))
