"""What the networks that come with jaxgan make of one set in the same time.

    python experiments/benchmarks/own_images/equal_time.py --minutes 5 10 20 40
    python experiments/benchmarks/own_images/equal_time.py --data digits --minutes 2 5

For equal time of the processors (40 minutes are 20 of two cores), by several seeds;
compiling is left out, but for later levels of networks that grow, the first time. The
small variants are trained as they are, but for what `compared.py` says: of MNIST at 32
pixels, but for WGAN-GP and transformers at 28. Their samples, from the average where
there is one, are brought to the set's size and seen by one classifier of it, together
with as many held-out images, or with the set itself where nothing is held out (digits).
A run that is measured after some minutes goes on to the next: schedules do not know
when they are looked at.

Where a GPU is at hand, `--count paces.json` on the processors in question and then
`--paces paces.json` beside the GPU make the same table in minutes.

Prints a table for every time, means ± standard deviations over seeds: FID (classifier),
precision, recall (Kynkäänniemi et al. 2019, arXiv 1904.06991) and coverage (Naeem et
al. 2020, arXiv 2002.09797), and draws curves and samples. All that is done lies in
--out: the same command goes on where it was stopped; more minutes and seeds add to it.
"""

import dataclasses
import functools
import itertools
import pathlib
from collections.abc import Sequence
from typing import Any, Literal

import compared
import drawn
import few_pictures
import jax
import kept_rows
import numpy as np
import paces
import short_runs
import tyro

import jaxgan
from jaxgan.evaluation.classifier import classifier
from jaxgan.evaluation.density_coverage import density_coverage
from jaxgan.evaluation.extractor import Extractor
from jaxgan.evaluation.frechet_distance import frechet_distance
from jaxgan.evaluation.precision_recall import precision_recall

MEASURES = {"fid": 2, "precision": 3, "recall": 3, "coverage": 3}
"""And how many decimals of each are shown."""
SHOWN = 16
"""Samples of every candidate, to look at side by side."""


@dataclasses.dataclass(frozen=True)
class Options:
    """How long, and how often."""

    data: Literal["mnist", "digits"] = "mnist"
    """What is learned."""
    minutes: tuple[float, ...] = (5.0, 10.0, 20.0, 40.0)
    """Of one core, after which a run is measured, and then goes on."""
    seeds: int = 3
    """From 0 on."""
    candidates: tuple[str, ...] = ()
    """Names of some of the candidates; none: all."""
    num: int = 5_000
    """Samples, and test images."""
    trained_on: str = "cifar10"
    """What the features of the projected GAN are trained on."""
    out: pathlib.Path = pathlib.Path("runs/equal_time")
    """The folder for runs, pictures and results."""
    count: pathlib.Path | None = None
    """Only times steps on the processors here, and writes their paces to this file."""
    paces: pathlib.Path | None = None
    """Such a file: makes the steps that those processors would, where it is quicker."""

    def __post_init__(self):
        """Checks what is meant."""
        for name in self.candidates:
            if name not in self.learned.candidates:
                raise SystemExit(
                    f"--candidates: saw {name!r}, wanted some of "
                    f"{list(self.learned.candidates)}"
                )
        for name, least in (("seeds", 1), ("num", 16)):
            if (seen := getattr(self, name)) < least:
                raise SystemExit(f"--{name}: saw {seen}, wanted at least {least}")
        short_runs.check_minutes(self.minutes)

    @property
    def learned(self) -> compared.Compared:
        """The set, and all that learn it."""
        return compared.SETS[self.data]

    @property
    def chosen(self) -> dict[str, compared.Candidate]:
        """Those that are meant."""
        every = self.learned.candidates
        return {name: every[name] for name in self.candidates or every}

    @property
    def protocol(self) -> dict[str, Any]:
        """What every row depends on."""
        return {"data": self.data, "num": self.num}


def said_to(options: Options, candidate: compared.Candidate) -> dict[str, Any]:
    """Fields of a candidate's config."""
    said = dict(candidate.options)
    if said.get("path") == compared.FOLDER:
        folder = options.out / options.data
        said["path"] = str(compared.as_folder(options.data, folder))
    if candidate.experiment == "projected_folder":
        said["trained_on"] = options.trained_on
    return said


def folder_of(options: Options, name: str, seed: int, minutes: float) -> pathlib.Path:
    """The folder of a run that has had so many minutes."""
    return options.out / f"{name}-{seed}-{minutes:g}"


def trained(options: Options, name: str, seed: int, minutes: float) -> jaxgan.Run:
    """One run of the table, from where it was after fewer minutes."""
    candidate = options.chosen[name]
    said = {"variant": candidate.variant, "seed": seed, **said_to(options, candidate)}
    said["log_every"] = options.learned.log_every
    if options.paces is not None:
        said["pace"] = paces.read(options.paces)[name]
    folder = functools.partial(folder_of, options, name, seed)
    return short_runs.trained(
        *(60.0 * minutes, candidate.experiment, folder(minutes)),
        before=short_runs.before(minutes, options.minutes, folder),
        **said,
    )


def count(options: Options, path: pathlib.Path) -> Sequence[str]:
    """Times the candidates' steps, and writes their paces."""
    counted = {}
    for name, candidate in options.chosen.items():
        said = said_to(options, candidate)
        counted[name] = paces.count(candidate.experiment, candidate.variant, said)
        print(f"{name}: {counted[name]}", flush=True)
        paces.write(path, counted)
    return []


def brought(images: np.ndarray, side: int) -> np.ndarray:
    """Images [N, H, W, C], grey and of the set's size."""
    grey = np.asarray(images, np.float32).mean(axis=-1, keepdims=True)
    shape = (len(grey), side, side, 1)
    return np.asarray(jax.image.resize(grey, shape, "cubic")).clip(-1.0, 1.0)


def measured(fake: np.ndarray, seen: np.ndarray, judge: Extractor) -> dict[str, float]:
    """The measures of samples, against features of real images."""
    features = judge.features(fake)
    quality = precision_recall(seen, features)
    return {
        "fid": float(frechet_distance(seen, features)),
        "precision": float(quality.precision),
        "recall": float(quality.recall),
        "coverage": float(density_coverage(seen, features).coverage),
    }


def measure(options: Options, kept: kept_rows.KeptRows) -> None:
    """Adds the rows that are missing; all candidates of a seed, then the next one."""
    judge = classifier(compared.opened(options.data))
    real = compared.opened(options.data, options.learned.held_out)
    seen = judge.features(
        np.asarray(real.examples(np.arange(min(options.num, real.size))).value)
    )
    for minutes, seed, (name, candidate) in itertools.product(
        options.minutes, range(options.seeds), options.chosen.items()
    ):
        cell = {"minutes": minutes, "seed": seed}
        wanted = {
            row: passes
            for row, passes in candidate.rows(name).items()
            if not kept.has(candidate=row, **cell)
        }
        if not wanted:
            continue
        run = trained(options, name, seed, minutes)
        folder = folder_of(options, name, seed, minutes)
        few_pictures.show(folder.with_name(f"{folder.name}.png"), run)
        for row, passes in wanted.items():
            samples = run.sample(options.num, passes=passes)
            fake = brought(samples, options.learned.side)
            np.save(shown(options, row, seed, minutes), fake[:SHOWN])
            found = measured(fake, seen, judge)
            kept.add(candidate=row, **cell, steps=run.step, **found)
            print(f"{row}, {cell}: {run.step:,} steps, {found}", flush=True)


def shown(options: Options, row: str, seed: int, minutes: float) -> pathlib.Path:
    """The file of some samples of a row."""
    name = row.replace(", steps: ", "-in-")
    return options.out / f"{name}-{seed}-{minutes:g}.npy"


def row_names(options: Options) -> list[str]:
    """The rows of all candidates that are meant."""
    return [row for name, each in options.chosen.items() for row in each.rows(name)]


def lines(kept: kept_rows.KeptRows, options: Options) -> list[str]:
    """A table for every time, with a line per candidate."""
    table = []
    for minutes in options.minutes:
        table += kept_rows.head([f"after {minutes:g} minutes", "steps", *MEASURES])
        for name in row_names(options):
            rows = kept.of(candidate=name, minutes=minutes)
            steps = kept_rows.spread([row["steps"] for row in rows], 0)
            cells = [
                kept_rows.spread([row[measure] for row in rows], digits)
                for measure, digits in MEASURES.items()
            ]
            table.append(kept_rows.line([name, steps, *cells]))
        table.append("")
    draw(kept, options)
    return table[:-1]


def draw(kept: kept_rows.KeptRows, options: Options) -> None:
    """Draws the distances over time, and samples of the first seed at last."""
    names = row_names(options)
    drawn.curves(options.out / "curves.png", kept, names, options.minutes)
    last = {
        name: path
        for minutes in options.minutes
        for name in names
        if (path := shown(options, name, 0, minutes)).exists()
    }
    samples = {name: np.load(last[name]) for name in names if name in last}
    if samples:
        drawn.rows_of_samples(options.out / "samples.png", samples)


def main(options: Options) -> Sequence[str]:
    """Measures what is not measured yet, and prints the tables; returns their lines."""
    if options.count is not None:
        return count(options, options.count)
    return kept_rows.finish(options, measure, lines)


if __name__ == "__main__":
    main(tyro.cli(Options))
