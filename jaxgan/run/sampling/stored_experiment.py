"""The experiment of a run on disk, rebuilt without its data."""

import dataclasses
import pathlib
from types import ModuleType
from typing import Any

import jax

from jaxgan.core.types import Tree
from jaxgan.data import opening
from jaxgan.run.devices import seed_axis
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Batches, Experiment
from jaxgan.run.files import data_record, experiment_file, frozen_record
from jaxgan.run.files.data_record import RunData
from jaxgan.run.no_data import NoData


def known_data(run: pathlib.Path, place: int) -> RunData | None:
    """Reads what one of the runs of a folder was trained on; None if it is not known.

    Args:
      run: the folder.
      place: which of the runs side by side.
    """
    record = data_record.read(run)
    return None if record is None else record.of_run(place)


def rebuilt(
    module: ModuleType, config: Any, known: RunData | None, skip_bad: bool = False
) -> Experiment:
    """Builds the experiment of a run, with the data that it was trained on.

    They are opened when an example is asked for, if at all: what else there is to know
    of them is in the record. An experiment that asks for more while it is built, or
    reads files by itself, gets what is there.

    Args:
      module: the experiment.
      config: of the run.
      known: what it was trained on; None of a run that has no record.
      skip_bad: whether bad files among the data are left out.

    Raises:
      RunError: if it cannot be built, or what it reads are other data.
    """
    if known is None:
        return experiment_file.build(module, config, skip_bad)
    try:
        with opening.remembered(known.openings):
            experiment = experiment_file.build(module, config, skip_bad)
    except Exception:  # whatever an experiment does with data that it has not got
        experiment = _built_on_data(module, config, skip_bad)
    seen = data_record.facts_of(experiment)
    if seen != known.facts:
        raise RunError(
            f"the experiment reads other data than the run was trained on: {seen}; the "
            f"run's were {known.facts}",
            "put those back to where it reads them",
        )
    return experiment


def with_networks(experiment: Experiment, run: pathlib.Path) -> Experiment:
    """Makes an experiment know its frozen networks by what its run has recorded."""
    frozen = frozen_record.known(run, experiment.frozen)
    return dataclasses.replace(experiment, frozen=frozen)


def _built_on_data(module: ModuleType, config: Any, skip_bad: bool) -> Experiment:
    try:
        return experiment_file.build(module, config, skip_bad)
    except RunError as error:
        raise RunError(
            error.args[0],
            error.hint
            or "data that an experiment opens by functions of jaxgan.data, such as "
            "data.of_file(path, read), need not be there to sample from its runs",
            error.code,
        ) from error


def batch_shapes(data: Batches, known: RunData | None, count: int) -> Tree:
    """Finds the shapes of a batch, of all runs side by side: without data, if it can.

    A source whose labels are no labels of classes has to be asked.
    """
    shapes = getattr(data, "shapes", None)
    told = known is not None and data_record.described(shapes) == known.batch
    if not (told or isinstance(data, NoData)):
        return seed_axis.together([data] * count)(0)
    if count == 1:
        return shapes
    return jax.tree.map(
        lambda x: jax.ShapeDtypeStruct((count, *x.shape), x.dtype), shapes
    )
