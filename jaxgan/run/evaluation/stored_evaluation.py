"""The evaluation of a run on disk."""

import pathlib
from typing import Any

import numpy as np

from jaxgan import data
from jaxgan.core.types import Sample
from jaxgan.run import pictures
from jaxgan.run.errors import RunError
from jaxgan.run.evaluation import real_data
from jaxgan.run.evaluation.judge import Judge, Measured, Protocol
from jaxgan.run.evaluation.measures import Figure, Near
from jaxgan.run.evaluation.real_data import Data
from jaxgan.run.experiment import Experiment
from jaxgan.run.files import evaluations_log, run_directory
from jaxgan.run.no_data import NoData
from jaxgan.run.sampling import sampler, sampling_options
from jaxgan.run.sampling.stored_run import StoredRun

NEIGHBOURS = 16
"""Samples that are drawn beside the training image nearest to each."""


def evaluate(
    loaded: StoredRun,
    protocol: Protocol,
    *,
    folder: pathlib.Path | None = None,
    split: str | None = None,
    **options: Any,
) -> Measured:
    """Measures a run, and adds what it finds to the run's file.

    Args:
      loaded: the run.
      protocol: what is measured, and how.
      folder: of the real images; by default those of a split.
      split: of the run's data; by default what was trained on.
      options: of `sampler.generate`.

    Raises:
      RunError: if there is nothing to measure, or what is asked for does not fit.
    """
    experiment = loaded.experiment
    real = real_images(experiment, folder, split)
    if len(experiment.data.source.shape) == 3:
        judge = Judge(real, protocol)
        samples = sampler.generate(
            experiment, loaded.state, protocol.num, protocol.seed, **options
        ).value
        found = judge(samples)
        if found.near:
            _draw(loaded, samples, found.near, real)
    else:
        found = _by_experiment(loaded, split)
    seed = getattr(loaded.config, "seed", 0)
    card = evaluations_log.run_card(loaded.name, seed, sampling_options.card(**options))
    found = found._replace(card={**card, **found.card})
    rows = evaluations_log.rows(found.figures, loaded.step, found.card, seed_of(loaded))
    evaluations_log.append(loaded.directory, rows)
    return found


def _by_experiment(loaded: StoredRun, split: str | None) -> Measured:
    """What an experiment of points measures itself."""
    if split:
        raise RunError("--split: saw it with a run that makes no images")
    found = loaded.experiment.measure(loaded.state)
    if not found:
        raise RunError(f"{loaded.directory}: no images, and nothing else to measure")
    figures = [(name, Figure(name, float(value))) for name, value in found.items()]
    return Measured(figures, {}, None)


def real_images(
    experiment: Experiment,
    folder: pathlib.Path | None = None,
    split: str | None = None,
) -> Data:
    """Finds the images of a folder or of a split; by default those trained on.

    Raises:
      RunError: if there are none, or both are asked for.
    """
    if folder is None:
        if isinstance(experiment.data, NoData):
            experiment.data(0)  # which tells why there is none
        return real_data.choose(experiment, split or real_data.TRAIN)
    if split:
        raise RunError("--real: saw it with --split, wanted one of them")
    shape = tuple(experiment.data.source.shape)
    if len(shape) != 3:
        raise RunError(f"--real: the run's samples are {list(shape)}, no images")
    real = data.folder(folder, shape[0])
    if tuple(real.shape) != shape:
        raise RunError(f"--real: saw images {real.shape}, wanted {shape}")
    return Data(real, real, None, str(folder))


def seed_of(loaded: StoredRun) -> int | None:
    """Finds the seed of a run, where several were trained side by side."""
    several = run_directory.read_identity(loaded.directory).seeds > 1
    return getattr(loaded.config, "seed", 0) if several else None


def picture_path(loaded: StoredRun) -> pathlib.Path:
    """Names the picture of the samples nearest to training images."""
    seed = seed_of(loaded)
    of_seed = "" if seed is None else f"_seed_{seed}"
    name = f"neighbours_{loaded.step:08d}{of_seed}.png"
    return loaded.directory / "evaluations" / name


def _draw(loaded: StoredRun, fake: np.ndarray, near: Near, measured: Data) -> None:
    """The samples that lie nearest to a training image, each beside it."""
    nearest = np.argsort(near.distances, kind="stable")[:NEIGHBOURS]
    real = measured.train.examples(near.indices[nearest]).value
    pairs = np.concatenate([fake[nearest], real], axis=2)
    picture = pictures.grid(Sample(pairs), columns=4)
    pictures.save_png(picture_path(loaded), pictures.enlarged(picture))
