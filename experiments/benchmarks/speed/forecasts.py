"""What a step of every experiment needs of TPU chips that need not be there.

    python experiments/benchmarks/speed/forecasts.py
    python experiments/benchmarks/speed/forecasts.py --only digits --targets v6e:1x1

Needs libtpu (pip install jaxgan[tpu]), a minute per row, five to twenty of the largest
networks, and no data: blank images stand in. The batch is the experiment's, or the next
that the chips can share; on more than 64 chips it is four examples per chip, if that is
more. Where it does not fit the chips' memory, it is gone through in 2 parts, or 4, or
8, by --microbatches. Compiling StyleGAN2 with ADA for 256 chips was killed when it held
11.6 GB of a host's 24; with --each 1 it was not.
"""

import dataclasses
import math
import pathlib
from collections.abc import Sequence

import tyro
from rounds import head, row

from jaxgan.run.files.experiment_file import experiment_files, load_module, variant
from jaxgan.run.forecast import step_forecast
from jaxgan.run.forecast.text import Forecast, size

EXPERIMENTS = experiment_files(pathlib.Path(__file__).parents[2])
HEADS = ("experiment", "target", "batch", "memory per chip", "GFLOP per chip")
MANY = 64
MOST_PARTS = 8
"""Of a batch that does not fit at once."""


@dataclasses.dataclass(frozen=True)
class Options:
    """What to compile."""

    only: Sequence[str] = tuple(EXPERIMENTS)
    """Names of experiments; 'NAME:VARIANT' for another variant."""
    targets: Sequence[str] = ("v5e:2x4", "v5e:16x16")
    """As `jaxgan forecast --target` takes them."""
    each: int = 4
    """Examples per chip, at the least, of more than 64 chips."""


def foresee(name: str, target: str, each: int, parts: int = 1) -> Forecast:
    """The forecast of a batch that the chips share, in as many parts as it takes."""
    stem, _, asked = name.partition(":")
    path = EXPERIMENTS[stem]
    chosen, config = variant(load_module(path), asked or None)
    chips = math.prod(map(int, target.partition(":")[2].split("x")))
    # Of networks that grow, the last level's.
    field = "batch_sizes" if hasattr(config, "batch_sizes") else "batch_size"
    wanted = getattr(config, field)
    wanted = wanted[-1] if isinstance(wanted, tuple) else wanted
    batch = chips * math.ceil((wanted or 0) / chips)
    batch = max(batch, each * chips) if chips > MANY else batch
    arguments = ["--variant", chosen, "--microbatches", str(parts)]
    if batch:  # else the experiment chooses it
        arguments += [f"--{field.replace('_', '-')}", str(batch)]
    try:
        return step_forecast.foresee(path, arguments, target)
    except step_forecast.DoesNotCompile as error:
        if "RESOURCE_EXHAUSTED" in error.args[0] and parts < MOST_PARTS:
            return foresee(name, target, each, 2 * parts)
        raise


def cells(name: str, made: Forecast) -> list[str]:
    """One row."""
    reduced = made.program.collectives.get("all-reduce", (0, 0))
    seconds, bound = made.roofline
    parts = f" in {made.microbatches}" if made.microbatches > 1 else ""
    counted = not math.isnan(seconds)
    return [
        *(name, made.target, f"{made.batch:,}{parts}", size(made.program.memory)),
        f"{made.program.flops / 1e9:,.3g}" if counted else "-",
        f"{reduced[0]}, {size(reduced[1])}",
        f"{1e3 * seconds:.3g} ms ({bound})" if counted else "-",
        f"{made.weak_scaling:.0%}"
        if counted and not math.isnan(made.weak_scaling)
        else "-",
    ]


def main(options: Options) -> None:
    """Prints the table, row by row."""
    print(head([*HEADS, "all-reduce", "roofline", "weak scaling"]))
    for name in options.only:
        for target in options.targets:
            print(row(cells(name, foresee(name, target, options.each))), flush=True)


if __name__ == "__main__":
    main(tyro.cli(Options))
