"""What the networks that come with jaxgan make of one set in the same time.

    python experiments/benchmarks/own_images/equal_time.py --minutes 40

MNIST, for equal time of the processors (40 minutes are 20 of two cores), compiling left
out, by several seeds. The small variants are trained as they are, at 32 pixels, but for
WGAN-GP and transformers at 28; their samples, from the average where there is one, are
brought to 28 and seen by one classifier of MNIST, together with as many test images.

Where a GPU is at hand, `--count paces.json` on the processors in question and then
`--paces paces.json` beside the GPU make the same table in minutes.

Prints a table of means ± standard deviations over seeds: FID (classifier), precision,
recall (Kynkäänniemi et al. 2019, arXiv 1904.06991) and coverage (Naeem et al. 2020,
arXiv 2002.09797). All that is done lies in --out: the same command goes on where it was
stopped. Look at its pictures, too.
"""

import dataclasses
import itertools
import pathlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import few_pictures
import jax
import kept_rows
import numpy as np
import paces
import short_runs
import tyro
from PIL import Image

import jaxgan
from jaxgan import data
from jaxgan.evaluation.classifier import classifier
from jaxgan.evaluation.density_coverage import density_coverage
from jaxgan.evaluation.extractor import Extractor
from jaxgan.evaluation.frechet_distance import frechet_distance
from jaxgan.evaluation.precision_recall import precision_recall

SIDE = 28
MEASURES = {"fid": 2, "precision": 3, "recall": 3, "coverage": 3}
"""And how many decimals of each are shown."""
FOLDER = "folder"
"""In place of a path: the set as a folder of pictures."""


class Candidate(NamedTuple):
    """An experiment, and what is said to it.

    Attributes:
      experiment: its name.
      variant: of it.
      options: fields of its config.
      passes: in how many steps its samples are made, of a chain; a row for each.
    """

    experiment: str
    variant: str | None = None
    options: dict[str, Any] = {}  # noqa: RUF012  never changed
    passes: Sequence[int | None] = (None,)


GREY = {"path": FOLDER, "size": 32, "channels": 1}
CANDIDATES = {
    "DCGAN": Candidate("dcgan_folder", None, GREY),
    "WGAN-GP": Candidate("wgan_gp_mnist"),
    "SNGAN": Candidate(
        "sngan_cifar10",
        "small",
        {"dataset": "mnist", "dataset_only": (), "flip": False},
    ),
    "ProGAN": Candidate("progan_folder", "small"),
    "StyleGAN": Candidate("stylegan_ffhq", "small"),
    "StyleGAN2": Candidate("stylegan2_ffhq", "small"),
    "StyleGAN3": Candidate("stylegan3_ffhq", "small"),
    "R3GAN": Candidate("own_images", None, {**GREY, "flip": False, "augment": 0.0}),
    "projected": Candidate("projected_folder", "small", GREY),
    "AFM": Candidate("afm_mnist"),
    "AFM-any": Candidate("afm_mnist", "any", passes=(1, 2, 4)),
    "GAT": Candidate("gat_mnist"),
}


@dataclasses.dataclass(frozen=True)
class Options:
    """How long, and how often."""

    minutes: float = 40.0
    """Of one core, of every run."""
    seeds: int = 3
    """From 0 on."""
    candidates: tuple[str, ...] = tuple(CANDIDATES)
    """Names of some of the candidates."""
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
            if name not in CANDIDATES:
                raise SystemExit(
                    f"--candidates: saw {name!r}, wanted some of {list(CANDIDATES)}"
                )
        for name, least in (("seeds", 1), ("num", 16)):
            if (seen := getattr(self, name)) < least:
                raise SystemExit(f"--{name}: saw {seen}, wanted at least {least}")
        if not self.minutes > 0:
            raise SystemExit(f"--minutes: saw {self.minutes}, wanted more than 0")

    @property
    def protocol(self) -> dict[str, Any]:
        """What every row depends on."""
        return {"num": self.num, "minutes": self.minutes}


def as_folder(folder: pathlib.Path) -> pathlib.Path:
    """Writes the set as pictures, once."""
    done = folder.with_name(f"{folder.name}.done")
    if not done.exists():
        source = data.image_dataset("mnist")
        folder.mkdir(parents=True, exist_ok=True)
        values = source.examples(np.arange(source.size)).value
        for number, value in enumerate(values):
            pixels = np.rint((value[..., 0] + 1.0) * 127.5).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"{number:05d}.png")
        done.touch()
    return folder


def said_to(options: Options, name: str) -> dict[str, Any]:
    """Fields of a candidate's config."""
    said = dict(CANDIDATES[name].options)
    if said.get("path") == FOLDER:
        said["path"] = str(as_folder(options.out / "mnist"))
    if CANDIDATES[name].experiment == "projected_folder":
        said["trained_on"] = options.trained_on
    return said


def trained(options: Options, name: str, seed: int, folder: pathlib.Path) -> jaxgan.Run:
    """One run of the table."""
    experiment, variant, *_ = CANDIDATES[name]
    said = {"variant": variant, "seed": seed, **said_to(options, name)}
    if options.paces is not None:
        said["pace"] = paces.read(options.paces)[name]
    return short_runs.trained(60.0 * options.minutes, experiment, folder, **said)


def count(options: Options, path: pathlib.Path) -> Sequence[str]:
    """Times the candidates' steps, and writes their paces."""
    counted = {}
    for name in options.candidates:
        experiment, variant, *_ = CANDIDATES[name]
        counted[name] = paces.count(experiment, variant, said_to(options, name))
        print(f"{name}: {counted[name]}", flush=True)
        paces.write(path, counted)
    return []


def brought(images: np.ndarray) -> np.ndarray:
    """Images [N, H, W, C], grey and of MNIST's size."""
    grey = np.asarray(images, np.float32).mean(axis=-1, keepdims=True)
    shape = (len(grey), SIDE, SIDE, 1)
    return np.asarray(jax.image.resize(grey, shape, "cubic")).clip(-1.0, 1.0)


def row_names(name: str) -> dict[str, int | None]:
    """The rows of a candidate, and the steps in which samples of each are made."""
    steps = CANDIDATES[name].passes
    return {name if n is None else f"{name}, steps: {n}": n for n in steps}


def measured(
    run: jaxgan.Run, passes: int | None, seen: np.ndarray, judge: Extractor, num: int
) -> dict[str, float]:
    """The measures of a run's samples, against features of real images."""
    fake = judge.features(brought(run.sample(num, passes=passes)))
    quality = precision_recall(seen, fake)
    return {
        "fid": float(frechet_distance(seen, fake)),
        "precision": float(quality.precision),
        "recall": float(quality.recall),
        "coverage": float(density_coverage(seen, fake).coverage),
    }


def measure(options: Options, kept: kept_rows.KeptRows) -> None:
    """Adds the rows that are missing; all candidates of a seed, then the next one."""
    judge = classifier(data.image_dataset("mnist"))
    test = data.image_dataset("mnist", split="test")
    real = test.examples(np.arange(min(options.num, test.size))).value
    seen = judge.features(np.asarray(real))
    for seed in range(options.seeds):
        for name in options.candidates:
            wanted = {
                row: passes
                for row, passes in row_names(name).items()
                if not kept.has(candidate=row, seed=seed)
            }
            if not wanted:
                continue
            folder = options.out / f"{name}-{seed}"
            run = trained(options, name, seed, folder)
            few_pictures.show(folder.with_name(f"{folder.name}.png"), run)
            for row, passes in wanted.items():
                found = measured(run, passes, seen, judge, options.num)
                kept.add(candidate=row, seed=seed, steps=run.step, **found)
                print(f"{row}-{seed}: {run.step:,} steps, {found}", flush=True)


def lines(kept: kept_rows.KeptRows, options: Options) -> list[str]:
    """The table: a line per candidate."""
    table = kept_rows.head(["network", "steps", *MEASURES])
    for name in itertools.chain(*map(row_names, options.candidates)):
        rows = kept.of(candidate=name)
        steps = kept_rows.spread([row["steps"] for row in rows], 0)
        cells = [
            kept_rows.spread([row[measure] for row in rows], digits)
            for measure, digits in MEASURES.items()
        ]
        table.append(kept_rows.line([name, steps, *cells]))
    return table


def main(options: Options) -> Sequence[str]:
    """Measures what is not measured yet, and prints the table; returns its lines."""
    if options.count is not None:
        return count(options, options.count)
    return kept_rows.finish(options, measure, lines)


if __name__ == "__main__":
    main(tyro.cli(Options))
