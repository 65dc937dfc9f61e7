"""What a related run is worth: quality after some minutes, from it and from nothing.

    jaxgan train own_images --path noto --size 32 --run-dir runs/noto
    python experiments/benchmarks/own_images/fine_tuning.py \\
        --start runs/noto --path twemoji --trained-on cifar10.zip

The related run's experiment, with its config, is trained on other pictures: from
nothing, from that run (`--start-from`), and from it with the first layers of its
discriminator at rest (FreezeD, Mo et al. 2020, arXiv 2002.10964), each for the same
time of the processors, compiling left out. Distances are of `--num` samples to all the
new pictures, for a small network that was trained on others, and of patches
(`few_pictures.py`); KID and SWD are times 1,000. The related run itself is measured
first, as it is.

Prints a table of means ± standard deviations over seeds. All that is done lies in
--out: the same command goes on where it was stopped. Look at its pictures, too.
`README.md` beside it has what came of emoji.
"""

import dataclasses
import pathlib
from collections.abc import Sequence
from typing import Any

import few_pictures
import kept_rows
import short_runs
import tyro

import jaxgan

NOTHING, RELATED = "from nothing", "from the related run"
UNTRAINED = "the related run itself"


@dataclasses.dataclass(frozen=True)
class Options:
    """Which pictures, from which run, and how long."""

    start: str
    """The related run: RUN or RUN:STEP."""
    path: str
    """The folder or zip of the new pictures."""
    minutes: float = 5.0
    """Of one core, of every run."""
    seeds: int = 3
    """From 0 on."""
    freeze: tuple[int, ...] = (1,)
    """How much of the discriminator rests, an arm for each; needs an experiment with
    such an option."""
    num: int = 1_000
    """Samples that are measured."""
    trained_on: str = "cifar10"
    """What the network that measures is trained on: a set, or a folder or zip."""
    out: pathlib.Path = pathlib.Path("runs/fine_tuning")
    """The folder for runs, pictures and results."""

    def __post_init__(self):
        """Checks the ranges."""
        for name, least in (("seeds", 1), ("num", 2)):
            if (seen := getattr(self, name)) < least:
                raise SystemExit(f"--{name}: saw {seen}, wanted at least {least}")
        if not self.minutes > 0:
            raise SystemExit(f"--minutes: saw {self.minutes}, wanted more than 0")

    @property
    def protocol(self) -> dict[str, Any]:
        """What every row depends on."""
        names = ("start", "path", "minutes", "num", "trained_on")
        return {name: getattr(self, name) for name in names}


def arms(options: Options) -> dict[str, dict[str, Any]]:
    """What is said to `jaxgan.train`, by the name of the arm."""
    start = {"start_from": options.start}
    frozen = {
        f"{RELATED}, {depth} frozen": {**start, "freeze": depth}
        for depth in options.freeze
    }
    return {NOTHING: {}, RELATED: start, **frozen}


def config_of(run: jaxgan.Run, path: str) -> dict[str, Any]:
    """The config of the related run, for other pictures.

    Raises:
      SystemExit: if its experiment takes no pictures of one's own.
    """
    config = dataclasses.asdict(run.config)
    if "path" not in config:
        raise SystemExit(f"--start: saw a run of {run.name}, which has no --path")
    return {**config, "path": path}


def measure(options: Options, kept: kept_rows.KeptRows) -> None:
    """Adds the rows that are missing."""
    start, _, step = options.start.rpartition(":")
    at: dict[str, Any] = {"step": int(step)} if start and step.isdecimal() else {}
    related = jaxgan.load(start if at else options.start, **at)
    config = config_of(related, options.path)
    judge = few_pictures.Judge(options.trained_on, options.num)
    real = few_pictures.opened(options.path, *related_shape(related))
    if not kept.has(arm=UNTRAINED):
        few_pictures.show(options.out / "related.png", related)
        kept.add(arm=UNTRAINED, seed=0, steps=0, **judge(related, real)._asdict())
    for seed in range(options.seeds):
        for place, (arm, more) in enumerate(arms(options).items()):
            if kept.has(arm=arm, seed=seed):
                continue
            folder = options.out / f"run-{place}-{seed}"
            said = {**config, "seed": seed, **more}
            if "start_from" in more and "first_size" in config:
                said["first_size"] = config["size"]  # it has grown
            seconds = 60.0 * options.minutes
            run = short_runs.trained(seconds, related.name, folder, **said)
            found = judge(run, real)._asdict()
            few_pictures.show(options.out / f"{folder.name}.png", run)
            kept.add(arm=arm, seed=seed, steps=run.step, **found)
            print(f"{arm}, seed {seed}, {run.step:,} steps: {found}", flush=True)


def related_shape(run: jaxgan.Run) -> tuple[int, int]:
    """The side and the channels of what a run makes."""
    return run.sample(1).shape[2:]


def lines(kept: kept_rows.KeptRows, options: Options) -> list[str]:
    """The table."""
    table = kept_rows.head(
        [f"after {options.minutes:g} minutes", "steps", "FID", "KID", "SWD"]
    )
    for arm in (UNTRAINED, *arms(options)):
        rows = kept.of(arm=arm)
        decimals = {"steps": 0, "fid": 2, "kid": 1, "swd": 1}
        cells = [
            kept_rows.spread([row[name] for row in rows], digits)
            for name, digits in decimals.items()
        ]
        table.append(kept_rows.line([arm, *cells]))
    return table


def main(options: Options) -> Sequence[str]:
    """Measures what is not measured yet, and prints the table; returns its lines."""
    return kept_rows.finish(options, measure, lines)


if __name__ == "__main__":
    main(tyro.cli(Options))
