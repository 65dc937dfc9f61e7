"""Which networks make the best of a user's own pictures in some minutes.

    python experiments/benchmarks/own_images/own_images_choice.py \\
        --data emoji=twemoji birds=birds.zip --sizes 32 64 --minutes 10 30

Candidates (`CANDIDATES` below) are experiments that come with jaxgan, small ones; each
is trained on every set of pictures, at every size, for the same time of the processors,
compiling left out, by several seeds. Distances are of `--num` samples to all pictures,
for a small network that was trained on others, and of patches (`few_pictures.py`); KID
and SWD are times 1,000.

Where a GPU is at hand, `--count paces.json` on the processors in question and then
`--paces paces.json` beside the GPU make the same table sooner.

Prints a table of means ± standard deviations over seeds, the best candidate of each row
in bold. All that is done lies in --out: the same command goes on where it was stopped,
and more sets, sizes, minutes, seeds or candidates add to it. A run that is measured
after some minutes goes on to the next. Look at its pictures, too: distances forgive
what eyes do not.
"""

import dataclasses
import functools
import itertools
import pathlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import few_pictures
import kept_rows
import paces
import short_runs
import tyro

import jaxgan


class Candidate(NamedTuple):
    """An experiment, and what is said to it.

    Attributes:
      experiment: its name.
      variant: of it.
      options: f(size) -> fields of its config.
    """

    experiment: str
    variant: str | None = None
    options: Callable[[int], dict[str, Any]] = lambda size: {}


def _projected(size: int) -> dict[str, Any]:
    sides = tuple(size // 2**place for place in range(3))
    widths = tuple(128 // 2**place for place in range((size // 8).bit_length()))
    return {
        "features_size": size,
        "sizes": sides,
        "discriminator_widths": widths,
        "flip": True,
    }


def _r3gan(size: int) -> dict[str, Any]:
    halvings = (size // 4).bit_length() - 1
    widths = tuple(8 * 2 ** min(place, 3) for place in reversed(range(halvings + 1)))
    gamma = 2.0 * (size / 32) ** 2
    return {
        "widths": widths,
        "groups": tuple(width // 4 for width in widths),
        "gamma": (gamma, gamma / 4),
        "flip": True,
    }


CANDIDATES = {
    "own_images": Candidate("own_images"),
    "dcgan_folder": Candidate("dcgan_folder"),
    "progan_folder": Candidate("progan_folder", "small", lambda _: {"flip": True}),
    "r3gan_ffhq": Candidate("r3gan_ffhq", "small", _r3gan),
    "projected_folder": Candidate("projected_folder", "small", _projected),
    "stylegan2_ada_folder": Candidate(
        "stylegan2_ada_folder",
        "small",
        lambda size: {"channel_base": 8 * size, "channel_max": 64, "flip": True},
    ),
}


@dataclasses.dataclass(frozen=True)
class Options:
    """Which pictures, how large, and how long."""

    data: tuple[str, ...]
    """Sets of pictures: NAME=PATH each, of a folder or zip."""
    sizes: tuple[int, ...] = (32, 64)
    """Pixels per side."""
    minutes: tuple[float, ...] = (10.0, 30.0)
    """Of one core, of every run."""
    seeds: int = 3
    """From 0 on."""
    candidates: tuple[str, ...] = tuple(CANDIDATES)
    """Names of some of the candidates."""
    num: int = 1_000
    """Samples that are measured."""
    trained_on: str = "cifar10"
    """What the networks that measure, and of projected GANs, are trained on: a set, or
    a folder or zip."""
    out: pathlib.Path = pathlib.Path("runs/own_images_choice")
    """The folder for runs, pictures and results."""
    count: pathlib.Path | None = None
    """Only times steps on the processors here, of the first set of pictures, and writes
    their paces to this file."""
    paces: pathlib.Path | None = None
    """Such a file: makes the steps that those processors would, where it is quicker."""

    def __post_init__(self):
        """Checks what is meant."""
        for entry in self.data:
            if not all(entry.partition("=")):
                raise SystemExit(f"--data: saw {entry!r}, wanted NAME=PATH")
        for name in self.candidates:
            if name not in CANDIDATES:
                raise SystemExit(
                    f"--candidates: saw {name!r}, wanted some of {list(CANDIDATES)}"
                )
        for name, least in (("seeds", 1), ("num", 2)):
            if (seen := getattr(self, name)) < least:
                raise SystemExit(f"--{name}: saw {seen}, wanted at least {least}")
        short_runs.check_minutes(self.minutes)

    @property
    def sets(self) -> dict[str, str]:
        """Paths by name."""
        return {name: path for name, _, path in (x.partition("=") for x in self.data)}

    @property
    def protocol(self) -> dict[str, Any]:
        """What every row depends on."""
        return {"num": self.num, "trained_on": self.trained_on}


class Cell(NamedTuple):
    """What is trained for some minutes.

    Attributes:
      data: the name of the set of pictures.
      size: pixels per side.
      candidate: its name.
      seed: of the run.
    """

    data: str
    size: int
    candidate: str
    seed: int


def measure(options: Options, kept: kept_rows.KeptRows) -> None:
    """Adds the rows that are missing; all candidates of a cell, then the next one."""
    judge = few_pictures.Judge(options.trained_on, options.num)
    for minutes, seed, name, size in itertools.product(
        options.minutes, range(options.seeds), options.sets, options.sizes
    ):
        for candidate in options.candidates:
            cell = Cell(name, size, candidate, seed)
            if kept.has(minutes=minutes, **cell._asdict()):
                continue
            run = trained(options, cell, minutes)
            found = judge(run, few_pictures.opened(options.sets[name], size))._asdict()
            folder = folder_of(options, cell, minutes)
            few_pictures.show(folder.with_name(f"{folder.name}.png"), run)
            kept.add(minutes=minutes, **cell._asdict(), steps=run.step, **found)
            print(f"{folder.name}: {run.step:,} steps, {found}", flush=True)


def folder_of(options: Options, cell: Cell, minutes: float) -> pathlib.Path:
    """The folder of a run that has had so many minutes."""
    words = (cell.data, cell.size, f"{minutes:g}", cell.candidate, cell.seed)
    return options.out / "-".join(map(str, words)).replace(", ", "-").replace(" ", "-")


def trained(options: Options, cell: Cell, minutes: float) -> jaxgan.Run:
    """One run of the table, from where it was after fewer minutes."""
    experiment, variant, _ = CANDIDATES[cell.candidate]
    path = options.sets[cell.data]
    said = {
        "variant": variant,
        "seed": cell.seed,
        **said_to(options, cell.candidate, path, cell.size),
    }
    if options.paces is not None:
        pace = paces.read(options.paces)[f"{cell.candidate}, {cell.size}"]
        said["pace"] = pace
    folder = functools.partial(folder_of, options, cell)
    return short_runs.trained(
        *(60.0 * minutes, experiment, folder(minutes)),
        before=short_runs.before(minutes, options.minutes, folder),
        **said,
    )


def said_to(options: Options, candidate: str, path: str, size: int) -> dict[str, Any]:
    """Fields of a candidate's config."""
    experiment, _, more = CANDIDATES[candidate]
    said = {"path": path, "size": size, **more(size)}
    if experiment == "projected_folder":
        said["trained_on"] = options.trained_on
    return said


def count(options: Options, file: pathlib.Path) -> Sequence[str]:
    """Times the candidates' steps, and writes their paces."""
    path, counted = next(iter(options.sets.values())), {}
    for size, name in itertools.product(options.sizes, options.candidates):
        experiment, variant, _ = CANDIDATES[name]
        said = said_to(options, name, path, size)
        counted[f"{name}, {size}"] = paces.count(experiment, variant, said)
        print(f"{name}, {size}: {counted[f'{name}, {size}']}", flush=True)
        paces.write(file, counted)
    return []


def lines(kept: kept_rows.KeptRows, options: Options, measure: str) -> list[str]:
    """The table of a measure: a line per set, size and time."""
    table = kept_rows.head([f"{measure}: pictures, size, minutes", *options.candidates])
    for name, size, minutes in itertools.product(
        options.sets, options.sizes, options.minutes
    ):
        cell = {"data": name, "size": size, "minutes": minutes}
        found = [
            [row[measure.lower()] for row in kept.of(**cell, candidate=candidate)]
            for candidate in options.candidates
        ]
        means = [sum(values) / len(values) for values in found if values]
        cells = [
            f"**{kept_rows.spread(values)}**"
            if values and sum(values) / len(values) == min(means)
            else kept_rows.spread(values)
            for values in found
        ]
        table.append(kept_rows.line([f"{name}, {size}, {minutes:g}", *cells]))
    return table


def main(options: Options) -> Sequence[str]:
    """Measures what is not measured yet, and prints the tables; returns their lines."""

    def every(kept: kept_rows.KeptRows, options: Options) -> list[str]:
        tables = [lines(kept, options, measure) for measure in ("FID", "KID", "SWD")]
        return [line for table in tables for line in (*table, "")][:-1]

    if options.count is not None:
        return count(options, options.count)
    return kept_rows.finish(options, measure, every)


if __name__ == "__main__":
    main(tyro.cli(Options))
