"""Several seeds in one program, as `--seeds` trains them, against one after another.

    python experiments/benchmarks/speed/seeds.py
    python experiments/benchmarks/speed/seeds.py --only digits --seeds 4

The experiments' own networks, batches and turns, on the devices that JAX has. Batches
lie on the device already. Random images of MNIST's shape stand in for MNIST, which need
not be there: a step takes no longer or shorter for them. A round times both ways once,
and the rounds repeat. The table shows medians of images per second, all seeds together,
and the median, with quartiles, of how many times faster they are at once.
"""

import dataclasses
import math
import pathlib
from collections.abc import Callable, Sequence
from unittest import mock

import jax
import numpy as np
import tyro
from rounds import head, interleaved, quartiles, row

from jaxgan import data
from jaxgan.run import launch
from jaxgan.run.devices import seed_axis, xla
from jaxgan.run.experiment import Experiment
from jaxgan.run.files import experiment_file
from jaxgan.run.training import prepare

EXPERIMENTS = experiment_file.experiment_files(pathlib.Path(__file__).parents[2])
MNIST_LIKE = 4_096
"""Images that stand in for MNIST: more than the batches that are used."""


@dataclasses.dataclass(frozen=True)
class Options:
    """What is timed, and how often."""

    only: Sequence[str] = ("toy_modes", "mlp_mnist", "digits", "dcgan_mnist")
    """Names of experiments."""
    seeds: int = 8
    """So many at once, or one after another."""
    steps: int = 20
    """The least number of steps of every seed in one timing."""
    rounds: int = 9
    """Timed rounds."""

    def __post_init__(self):
        """Checks the ranges."""
        for name, least in (("seeds", 2), ("steps", 1), ("rounds", 1)):
            if getattr(self, name) < least:
                raise SystemExit(
                    f"--{name}: saw {getattr(self, name)}, wanted at least {least}"
                )


def stand_in(name: str, *arguments, **options) -> data.Source:
    """Random images and labels of MNIST's shape."""
    del name, arguments, options
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (MNIST_LIKE, 28, 28, 1), dtype=np.uint8)
    return data.arrays(images, np.arange(MNIST_LIKE) % 10)


def experiments(name: str, seeds: int) -> list[Experiment]:
    """An experiment with its default config, one for each seed."""
    module = experiment_file.load_module(EXPERIMENTS[name])
    _, config = experiment_file.variant(module, None)
    with mock.patch.object(data, "image_dataset", stand_in):
        return [module.build(one) for one in seed_axis.configs(config, seeds)]


def player(members: Sequence[Experiment]) -> Callable[[int], None]:
    """A function that trains all members for so many steps, in one program."""
    prepared = prepare.prepare(members, launch.Options(), range(len(members)))
    program = prepared.program
    batch = program.put(prepared.data(0))
    state, totals = program.init(), program.zeros()
    compiled = program.step_at(0).lower(state, totals, batch, prepared.frozen).compile()

    def play(steps: int) -> None:
        nonlocal state, totals
        for _ in range(steps):
            state, totals, _ = compiled(state, totals, batch, prepared.frozen)
        jax.block_until_ready(state)

    return play


def measure(name: str, options: Options) -> list[str]:
    """The cells of one experiment's row."""
    members = experiments(name, options.seeds)
    period = math.lcm(*(turn.every for turn in members[0].recipe.turns))
    steps = period * math.ceil(options.steps / period)
    at_once, alone = player(members), player(members[:1])
    timings = interleaved(
        {
            "at once": lambda: at_once(steps),
            # Every seed alone takes the same program, so it may as well be this one.
            "one by one": lambda: alone(steps * options.seeds),
        },
        options.rounds,
    )
    size = members[0].data.batch_size
    images = size * steps * options.seeds
    pair = zip(timings["one by one"], timings["at once"])
    low, median, high = quartiles([slow / quick for slow, quick in pair])
    return [
        name,
        str(size),
        f"{images / quartiles(timings['one by one']).median:,.0f}",
        f"{images / quartiles(timings['at once']).median:,.0f}",
        f"{median:.2f} ({low:.2f} to {high:.2f})",
    ]


def main(options: Options) -> None:
    """Prints the table, row by row."""
    xla.set_up_xla()
    device = jax.devices()[0]
    print(f"{jax.device_count()} × {device.device_kind}, {options.seeds} seeds\n")
    heads = ["experiment", "batch", "one by one, images/s", "at once, images/s"]
    print(head([*heads, "times as fast"]))
    for name in options.only:
        print(row(measure(name, options)), flush=True)


if __name__ == "__main__":
    main(tyro.cli(Options))
