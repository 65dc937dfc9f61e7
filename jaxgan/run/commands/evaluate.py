"""`jaxgan evaluate`: measures a run, or one folder of images against another."""

import argparse
import json
import pathlib
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from jaxgan import data
from jaxgan.core.types import Sample
from jaxgan.data.source import DataError
from jaxgan.run import pictures
from jaxgan.run.devices import xla
from jaxgan.run.errors import RunError
from jaxgan.run.evaluation import real_data
from jaxgan.run.evaluation.judge import Judge, Measured, Protocol, some
from jaxgan.run.evaluation.measures import MEASURES, Figure, Near
from jaxgan.run.evaluation.real_data import Data
from jaxgan.run.experiment import Experiment
from jaxgan.run.files import evaluations_log, run_directory
from jaxgan.run.no_data import NoData
from jaxgan.run.sampling import sampler, sampling_options, stored_run
from jaxgan.weights import WeightsError

NEIGHBOURS = 16
"""Samples that are drawn beside the training image nearest to each."""
OF_RUNS = (
    *("step", "run_seed", "split", "real", "current"),
    *("truncation", "truncation_cutoff", "standing_statistics"),
)
"""Options that say nothing of two folders."""
ARROWS = {"lower": "↓", "higher": "↑", None: " "}


def command(arguments: argparse.Namespace) -> None:
    """`jaxgan evaluate RUN`, or `jaxgan evaluate REAL FAKE`.

    Raises:
      RunError: if there is nothing to measure, or a measure does not fit.
    """
    protocol = Protocol(
        arguments.metrics or list(MEASURES),
        arguments.num,
        arguments.seed,
        arguments.extractor,
        arguments.weights,
        arguments.neighbours,
    )
    protocol.check()
    xla.set_up_xla()
    try:
        (_folders if arguments.fake else _run)(arguments, protocol)
    except (DataError, WeightsError) as error:
        raise RunError(str(error)) from error


def _run(arguments: argparse.Namespace, protocol: Protocol) -> None:
    """Measures a run's samples; points, where the experiment measures itself."""
    loaded = stored_run.load(arguments.run, arguments.step, arguments.run_seed)
    seed = getattr(loaded.config, "seed", 0)
    options = sampling_options.single(arguments, loaded.experiment)
    made_so = sampling_options.card(**options, batch_size=arguments.batch_size)
    card = evaluations_log.run_card(loaded.name, seed, made_so)
    chosen = _real(arguments, loaded.experiment)
    if len(loaded.experiment.data.source.shape) != 3:
        if arguments.split:
            raise RunError("--split: saw it with a run that makes no images")
        found = loaded.experiment.measure(loaded.state)
        if not found:
            raise RunError(f"{arguments.run}: no images, and nothing else to measure")
        figures = [(name, Figure(name, float(value))) for name, value in found.items()]
        _tell(Measured(figures, {}, None), card, loaded, arguments)
        return
    judge = Judge(chosen, protocol)
    made = sampler.generate(
        loaded.experiment,
        loaded.state,
        protocol.num,
        protocol.seed,
        batch_size=arguments.batch_size,
        **options,
    )
    measured = judge(made.value)
    _tell(measured, card, loaded, arguments)
    if measured.near:
        _draw(loaded, made.value, measured.near, chosen)


def _real(arguments: argparse.Namespace, experiment: Experiment) -> Data:
    """The images of --real or of --split; by default those that were trained on."""
    shape = tuple(experiment.data.source.shape)
    if arguments.real is None:
        if isinstance(experiment.data, NoData):
            experiment.data(0)  # which tells why there is none
        return real_data.choose(experiment, arguments.split or real_data.TRAIN)
    if arguments.split:
        raise RunError("--real: saw it with --split, wanted one of them")
    if len(shape) != 3:
        raise RunError(f"--real: the run's samples are {list(shape)}, no images")
    real = data.folder(arguments.real, shape[0])
    if tuple(real.shape) != shape:
        raise RunError(f"--real: saw images {real.shape}, wanted {shape}")
    return Data(real, real, None, str(arguments.real))


def _folders(arguments: argparse.Namespace, protocol: Protocol) -> None:
    """Measures two folders (or zips) of images, which are resized to one size."""
    for option in OF_RUNS:
        if getattr(arguments, option) not in (None, False):
            name = option.replace("_", "-")
            raise RunError(f"--{name}: saw it with two folders, wanted a run")
    size = arguments.size
    real, fake = (data.folder(p, size) for p in (arguments.run, arguments.fake))
    judge = Judge(Data(real, real, None, "all of the first folder"), protocol)
    indices = some(fake.size, min(protocol.num, fake.size), protocol.seed)
    card = {"real": str(arguments.run), "generated": str(arguments.fake)}
    card["resized to"] = f"{size} pixels"
    measured = judge(fake.examples(indices).value)
    _tell(measured, card, None, arguments)


def _tell(
    measured: Measured,
    card: Mapping[str, Any],
    loaded: stored_run.StoredRun | None,
    arguments: argparse.Namespace,
) -> None:
    """Prints a table or JSON; appends to the run's file."""
    card, step, seed = {**card, **measured.card}, 0, None
    if loaded is not None:
        step, seed = loaded.step, _seed(loaded)
    rows = evaluations_log.rows(measured.figures, step, card, seed)
    if loaded is not None:
        evaluations_log.append(loaded.directory, rows)
    if arguments.json:
        print("\n".join(map(json.dumps, rows)))
        return
    print(table([figure for _, figure in measured.figures]))
    if loaded is not None:
        print(f"\nof step {step:,}, measured so:")
    for _, figure in measured.figures:
        if figure.about:
            print(f"  {figure.metric}: {figure.about}")
    width = max(map(len, card))
    print("\n".join(f"  {name:{width}}  {value}" for name, value in card.items()))


def _seed(loaded: stored_run.StoredRun) -> int | None:
    """Of the run, where several were trained side by side."""
    several = run_directory.read_identity(loaded.directory).seeds > 1
    return getattr(loaded.config, "seed", 0) if several else None


def table(figures: Sequence[Figure]) -> str:
    """A line per figure: its name, whether lower or higher is better, its value."""
    width = max(len(figure.metric) for figure in figures)
    return "\n".join(
        f"{one.metric:{width}} {ARROWS[one.better]} {one.shown}" for one in figures
    )


def _draw(
    loaded: stored_run.StoredRun, fake: np.ndarray, near: Near, measured: Data
) -> None:
    """The samples that lie nearest to a training image, each beside it."""
    nearest = np.argsort(near.distances, kind="stable")[:NEIGHBOURS]
    real = measured.train.examples(near.indices[nearest]).value
    pairs = np.concatenate([fake[nearest], real], axis=2)
    picture = pictures.grid(Sample(pairs), columns=4)
    path = neighbours_path(loaded.directory, loaded.step, _seed(loaded))
    pictures.save_png(path, pictures.enlarged(picture))
    print(
        f"the {len(nearest)} samples nearest to a training image, left of it: {path}",
        file=sys.stderr,
    )


def neighbours_path(run: pathlib.Path, step: int, seed: int | None) -> pathlib.Path:
    """Where that picture is."""
    of_seed = "" if seed is None else f"_seed_{seed}"
    return run / "evaluations" / f"neighbours_{step:08d}{of_seed}.png"
