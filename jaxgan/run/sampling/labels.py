"""Class labels, where samples are conditioned on them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from jaxgan.run.errors import RunError, suggestion
from jaxgan.run.experiment import Experiment


def label_numbers(
    experiment: Experiment, label: str | int | Sequence[int] | np.ndarray
) -> Any:
    """Finds the number of a class by its name or number; sequences stay as they are.

    Raises:
      RunError: if there is no such class.
    """
    if not isinstance(label, str | int):
        return np.asarray(label, np.int32)
    names = [str(name) for name in class_names(experiment)]
    if str(label) in names:
        return np.array([names.index(str(label))], np.int32)
    if str(label).isdigit() and int(label) < len(names):
        return np.array([int(label)], np.int32)
    raise RunError(
        f"--label: there is no class {label!r}", suggestion(str(label), names)
    )


def class_names(experiment: Experiment) -> Sequence[Any]:
    """Lists the names of the data's classes; () if there are none."""
    classes = getattr(experiment.data.source, "classes", ())
    return range(classes) if isinstance(classes, int) else tuple(classes or ())
