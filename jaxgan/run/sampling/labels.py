"""Class labels, where samples are conditioned on them."""

import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np

from jaxgan.core.abilities import is_labelled
from jaxgan.run.errors import RunError, suggestion
from jaxgan.run.experiment import Experiment

SHOWN = 20
"""Names that an error lists, at most."""

Label = str | int | Sequence[str | int] | np.ndarray
"""The name or number of a class for all samples, or a name or number for each [N].

A name comes first: where a class is called '2', both 2 and '2' are that class,
whichever its number is."""


def label_numbers(experiment: Experiment, label: Label, num: int = 1) -> np.ndarray:
    """Finds the numbers of classes [num] by their names or numbers.

    Args:
      experiment: whose data tell the classes.
      label: one for all, or one for each [num].
      num: of samples.

    Raises:
      RunError: if there is no such class, or several have the name; if there are too
        few or too many; or if samples are not conditioned on labels.
    """
    if not is_labelled(experiment.game):
        raise RunError("--label: this generator is not conditioned on labels")
    names = class_names(experiment)
    if not isinstance(label, Sequence | np.ndarray):
        label = np.asarray(label)
    single = isinstance(label, str | bytes) or np.ndim(label) == 0
    each: list[Any] = [label] if single else list(label)
    if len(each) not in (1, num):
        raise RunError(f"--label: saw {len(each)}, wanted one, or {num}")
    found = [_number(one, names) for one in each]
    return np.array(found * (num // len(found)), np.int32)


def check_numbers(labels: np.ndarray, classes: int) -> None:
    """Checks that labels [N] are numbers of so many classes.

    Raises:
      RunError: if they are not, or there are no classes to be conditioned on.
    """
    if not classes:
        raise RunError("--label: this generator is not conditioned on labels")
    least, most = np.min(labels), np.max(labels)
    if not 0 <= least <= most < classes:
        raise RunError(
            f"--label: saw numbers from {least} to {most}, wanted them from 0 to "
            f"{classes - 1}"
        )


def _number(label: Any, names: Sequence[str]) -> int:
    """Finds the number of one class."""
    if hasattr(label, "__array__") and np.ndim(label) == 0:
        label = np.asarray(label).item()
    whole = isinstance(label, numbers.Integral) and not isinstance(label, bool)
    if whole or isinstance(label, str):
        text = str(label)
        if names.count(text) > 1:
            raise RunError(
                f"--label: {names.count(text)} classes are called {text!r}; give the "
                f"number of one: {_places(text, names)}"
            )
        if text in names:
            return names.index(text)
        if text in map(str, range(len(names))):
            return int(text)
    raise RunError(f"--label: there is no class {label!r}", _known(label, names))


def _places(text: str, names: Sequence[str]) -> str:
    return ", ".join(str(place) for place, name in enumerate(names) if name == text)


def _known(label: Any, names: Sequence[str]) -> str:
    """Writes which classes there are, or which one was meant."""
    if not names:
        return "the source of the data tells no classes"
    span = f"a number from 0 to {len(names) - 1}"
    near = suggestion(str(label), list(names)) if isinstance(label, str) else ""
    if near.startswith("did"):
        return near
    if len(names) > SHOWN:
        return f"wanted the name of a class, or {span}"
    return f"wanted one of {', '.join(names)}, or {span}"


def class_names(experiment: Experiment) -> tuple[str, ...]:
    """Lists the names of the data's classes; () if there are none."""
    classes = getattr(experiment.data.source, "classes", None) or ()
    return tuple(map(str, range(classes) if isinstance(classes, int) else classes))
