"""`jaxgan evaluate`: measures a run, or one folder of images against another."""

import argparse
import json
import pathlib
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

import jaxgan
from jaxgan import data
from jaxgan.core.types import Sample
from jaxgan.data.source import DataError, Source
from jaxgan.evaluation.classifier import classifier
from jaxgan.evaluation.extractor import Extractor, Outputs
from jaxgan.evaluation.inception import inception
from jaxgan.evaluation.memorisation import nearest_neighbours
from jaxgan.run import launch, pictures, sampling
from jaxgan.run.errors import RunError, suggestion
from jaxgan.run.measures import LEAST, MEASURES, OF_CLASSES, Figure, Material

FILE = "evaluations.jsonl"
AT_ONCE = 1000
"""Images between two looks at the progress bar."""
NEIGHBOURS = 16
"""Samples that are drawn beside the training image nearest to each."""


class Subject(NamedTuple):
    """What is measured against what.

    Attributes:
      real: a source of real images.
      fake: generated images [num, H, W, C].
      step: of the checkpoint, or 0 of folders.
      card: what to say of them.
      run: the run's folder, or None of folders.
    """

    real: Source
    fake: np.ndarray
    step: int
    card: dict[str, Any]
    run: pathlib.Path | None


def command(arguments: argparse.Namespace) -> None:
    """`jaxgan evaluate RUN`, or `jaxgan evaluate REAL FAKE`.

    Raises:
      RunError: if there is nothing to measure, or a measure does not fit.
    """
    names = _measures(arguments)
    if arguments.num < LEAST:
        raise RunError(f"--num: saw {arguments.num}, wanted at least {LEAST}")
    launch.use_compilation_cache()
    try:
        if arguments.fake:
            subject = _folders(arguments)
        else:
            subject = _run(arguments)
            if subject is None:
                return
        _evaluate(subject, names, arguments)
    except DataError as error:
        raise RunError(str(error)) from error


def _measures(arguments: argparse.Namespace) -> list[str]:
    for name in arguments.metrics or ():
        if name not in MEASURES:
            known = f"there are {', '.join(MEASURES)}"
            hint = suggestion(name, list(MEASURES))
            raise RunError(f"--metrics: saw {name!r}", hint or known)
    return list(arguments.metrics or MEASURES)


def _run(arguments: argparse.Namespace) -> Subject | None:
    """A run's samples; None if it is of points, which measures itself."""
    loaded = sampling.load(arguments.run, arguments.step, arguments.run_seed)
    card = {
        "run": loaded.name,
        "split": "the data trained on",
        "average": not arguments.current,
        "seed of the samples": arguments.seed,
        "seed of the run": getattr(loaded.config, "seed", 0),
        "batch statistics": "running",
    }
    source: Source = loaded.experiment.data.source
    if len(source.shape) != 3:
        found = loaded.experiment.measure(loaded.state)
        if not found:
            raise RunError(f"{arguments.run}: no images, and nothing else to measure")
        figures = [Figure(name, float(value)) for name, value in found.items()]
        _tell(figures, loaded.step, card, loaded.directory, arguments)
        return None
    made = sampling.generate(
        loaded.experiment,
        loaded.state,
        arguments.num,
        arguments.seed,
        ema=not arguments.current,
        batch_size=64,
    )
    return Subject(source, np.asarray(made.value), loaded.step, card, loaded.directory)


def _folders(arguments: argparse.Namespace) -> Subject:
    """Two folders (or zips) of images, which must be of one size."""
    for option in ("step", "run_seed"):
        if getattr(arguments, option) is not None:
            raise RunError(f"--{option.replace('_', '-')}: saw it with two folders")
    size = arguments.size
    real, fake = (data.folder(p, size) for p in (arguments.run, arguments.fake))
    if real.shape != fake.shape:
        raise RunError(f"images: saw {real.shape} and {fake.shape}, wanted one size")
    count = min(arguments.num, fake.size)
    images = fake.examples(_some(fake.size, count, arguments.seed)).value
    card = {"real": str(arguments.run), "fake": str(arguments.fake)}
    card["resized to"] = f"{size} pixels"
    return Subject(real, images, 0, card, None)


def _extractor(subject: Subject, arguments: argparse.Namespace) -> Extractor:
    wanted = arguments.extractor
    if wanted is None:
        wanted = "inception" if arguments.weights or not _classifiable(subject) else ""
    if wanted == "inception":
        return inception(arguments.weights)
    return classifier(subject.real)


def _classifiable(subject: Subject) -> bool:
    return len(subject.real.classes) > 1 and max(subject.real.shape[:2]) <= 64


def _evaluate(
    subject: Subject, names: Sequence[str], arguments: argparse.Namespace
) -> None:
    count = min(arguments.num, subject.real.size)
    smallest = min(count, len(subject.fake))
    if smallest < LEAST:
        raise RunError(f"images: saw {smallest}, wanted at least {LEAST} of a kind")
    extractor = _extractor(subject, arguments)
    if not extractor.published and not extractor.classes:
        names = [name for name in names if name not in OF_CLASSES]
    indices = _some(subject.real.size, count, arguments.seed)
    real = subject.real.examples(indices).value
    material = Material(
        _outputs(extractor, real, "real images"),
        _outputs(extractor, subject.fake, "fake images"),
        extractor,
        arguments.seed,
    )
    card = {
        **subject.card,
        "extractor": f"{extractor.name}: {extractor.description}",
        "weights": extractor.fingerprint,
        "real images": f"{count:,} of {subject.real.size:,}",
        "fake images": len(subject.fake),
        "seed": arguments.seed,
        "jaxgan": jaxgan.__version__,
    }
    figures = [figure for name in names for figure in MEASURES[name](material)]
    if not figures:
        raise RunError(
            f"--metrics: saw {', '.join(names)}, wanted some that fit these data",
            "modes are those of stacked data",
        )
    _tell(figures, subject.step, card, subject.run, arguments)
    if subject.run is not None:
        _draw_neighbours(subject, subject.run, material, real)


def _outputs(extractor: Extractor, images: np.ndarray, what: str) -> Outputs:
    from rich.progress import track

    starts = range(0, len(images), AT_ONCE)
    bar = track(starts, what, transient=True, disable=not sys.stdout.isatty())
    parts = [extractor.outputs(images[at : at + AT_ONCE]) for at in bar]
    return Outputs(*(np.concatenate(part) for part in zip(*parts)))


def _some(size: int, count: int, seed: int) -> np.ndarray:
    """So many different indices, in order."""
    rng = np.random.default_rng(seed)
    return np.sort(rng.permutation(size)[:count])


def _draw_neighbours(
    subject: Subject, run: pathlib.Path, material: Material, real: np.ndarray
) -> None:
    """Samples, each beside the nearest of the real images that it was measured with."""
    count = min(NEIGHBOURS, len(subject.fake))
    found = nearest_neighbours(material.fake.features[:count], material.real.features)
    pairs = [subject.fake[:count], real[np.asarray(found.indices)[:, 0]]]
    both = np.stack(pairs, axis=1).reshape(-1, *subject.fake.shape[1:])
    picture = pictures.grid(Sample(both), columns=8)
    path = run / "evaluations" / f"neighbours_{subject.step:08d}.png"
    pictures.save_png(path, pictures.enlarged(picture))
    print(f"samples, each left of its nearest real image: {path}", file=sys.stderr)


def _tell(
    figures: Sequence[Figure],
    step: int,
    card: dict[str, Any],
    run: pathlib.Path | None,
    arguments: argparse.Namespace,
) -> None:
    """Prints a table or JSON; appends to the run's file."""
    rows = []
    for figure in figures:
        row = {"step": step, **figure._asdict(), "card": card}
        if arguments.run_seed is not None:
            row["seed"] = arguments.run_seed
        rows.append({name: value for name, value in row.items() if value is not None})
    if run is not None:
        with (run / FILE).open("a") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    if arguments.json:
        print("\n".join(map(json.dumps, rows)))
        return
    width = max(len(figure.metric) for figure in figures)
    for figure in figures:
        spread = "" if figure.spread is None else f" ± {figure.spread:.2g}"
        print(f"{figure.metric:{width}}  {figure.value:.5g}{spread}")
    print("\n".join(f"  {name}: {value}" for name, value in card.items()))
