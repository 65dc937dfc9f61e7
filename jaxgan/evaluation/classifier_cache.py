"""Classifiers kept between runs, by everything that they follow from."""

import contextlib
import hashlib
import os
import pathlib
import tempfile
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn
from flax import traverse_util

from jaxgan.data.cache import cache_folder
from jaxgan.data.source import Source
from jaxgan.evaluation.classifier_training import (
    VERSION,
    Progress,
    applied,
    train,
)
from jaxgan.evaluation.extractor import to_floats
from jaxgan.weights.array_file import read_arrays
from jaxgan.weights.errors import WeightsError

BLOCK = 1_000

Train = Callable[[nn.Module, Source, Any, int, Progress], dict[str, Any]]
"""f(model, source, constants, seed, progress) -> variables."""


class Trained(NamedTuple):
    """A classifier's variables, and the share of the held-out that it gets right."""

    variables: dict[str, Any]
    accuracy: float


def cached(
    model: nn.Module,
    source: Source,
    held_out: Source,
    training: Any,
    seed: int,
    cache_dir: str | os.PathLike | None,
    progress: Progress,
    further: tuple[object, ...] = (),
    trainer: Train | None = None,
    floats: Callable[[jax.Array], jax.Array] = to_floats,
) -> Trained:
    """A classifier trained now, or read from the cache.

    A damaged file is trained again, and one that cannot be written is left out, both
    with a warning.

    Args:
      model: as of `train`.
      source: what it is trained on.
      held_out: what it is tested on.
      training: the constants.
      seed: of everything that is drawn.
      cache_dir: see `jaxgan.data.cache.cache_folder`.
      progress: told after every step.
      further: what tells this network from others that are trained with such constants.
      trainer: what trains it; by default `train`.
      floats: of values, as it is shown them.
    """
    identity = (VERSION, training, seed, _digest(source), _digest(held_out), *further)
    name = hashlib.sha256(repr(identity).encode()).hexdigest()[:32]
    folder = cache_folder() if cache_dir is None else pathlib.Path(cache_dir)
    path = folder.expanduser() / f"classifier-{name}.npz"
    if path.exists():
        try:
            arrays = read_arrays(path)
            accuracy = float(arrays.pop("accuracy"))
            return Trained(traverse_util.unflatten_dict(arrays, sep="/"), accuracy)
        except (WeightsError, KeyError) as error:
            warnings.warn(f"{path}: damaged, trained again ({error})", stacklevel=4)
    variables = (trainer or train)(model, source, training, seed, progress)
    trained = Trained(variables, _accuracy(model, variables, held_out, floats))
    _write(path, trained)
    return trained


def _accuracy(
    model: nn.Module,
    variables: Any,
    held_out: Source,
    floats: Callable[[jax.Array], jax.Array],
) -> float:
    @jax.jit
    def classes(variables, images):
        _, logits = applied(model, variables, floats(images))
        return jnp.argmax(logits, axis=1)

    right = sum(
        int(np.sum(np.asarray(classes(variables, value)) == given))
        for value, given in _blocks(held_out)
    )
    return right / held_out.size


def _write(path: pathlib.Path, trained: Trained) -> None:
    """Keeps weights, whole or not at all."""
    arrays = traverse_util.flatten_dict(trained.variables, sep="/")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".npz")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, accuracy=trained.accuracy, **arrays)  # pyright: ignore
            os.replace(draft, path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(draft)
    except OSError as error:
        warnings.warn(f"{path}: not kept ({error.strerror or error})", stacklevel=5)


def _digest(source: Source) -> str:
    """SHA-256 of all examples, labels and names of classes."""
    digest = hashlib.sha256(repr((source.shape, source.classes)).encode())
    for value, given in _blocks(source):
        digest.update(value.tobytes())
        digest.update(given.tobytes())
    return digest.hexdigest()


def _blocks(source: Source) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for start in range(0, source.size, BLOCK):
        stop = min(start + BLOCK, source.size)
        sample = source.examples(np.arange(start, stop))
        yield sample.value, sample.given
