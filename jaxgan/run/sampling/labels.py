"""Class labels, where samples are conditioned on them."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from jaxgan.core.types import Sample, Tree
from jaxgan.games.latent import as_data, unconditional
from jaxgan.run.errors import RunError, suggestion
from jaxgan.run.experiment import Experiment


def label_numbers(experiment: Experiment, label: str | int | Sequence[int]) -> Any:
    """The number of a class, from its name or number; sequences stay as they are."""
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
    """The names of the data's classes; () if it has none."""
    classes = getattr(experiment.data.source, "classes", ())
    return range(classes) if isinstance(classes, int) else tuple(classes or ())


def with_labels(latent: Any, labels: np.ndarray) -> Any:
    """The latent, conditioned on labels [B] instead.

    Raises:
      RunError: if it is not conditioned on labels.
    """
    if not takes_labels(latent):
        raise RunError("--label: this generator is not conditioned on labels")
    return latent._replace(given=jnp.asarray(labels, latent.given.dtype))


def telling(game: Any, batch: Tree, labels: Any) -> tuple[Any, Tree]:
    """The game and the batch with which latents are made of these labels [B].

    A latent may be made of the class, as styles are, so the class must be known before;
    then no data need be read for it either.
    """
    if getattr(game, "conditioning", unconditional) is not unconditional:
        game = dataclasses.replace(game, conditioning=as_data)
        return game, Sample((), jnp.asarray(labels))
    return game, batch


def takes_labels(latent: Any) -> bool:
    """Whether a latent (or its shapes) is conditioned on one integer per example."""
    given: Any = getattr(latent, "given", ())
    return (
        hasattr(given, "dtype")
        and given.ndim == 1
        and jnp.issubdtype(given.dtype, jnp.integer)
    )
