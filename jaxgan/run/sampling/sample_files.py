"""Samples as files: one picture of all, arrays, or a folder of a file each."""

import pathlib
from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from jaxgan.core.types import Sample
from jaxgan.run import pictures
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Experiment
from jaxgan.run.files import output_path, safe_name
from jaxgan.run.kinds import Kind
from jaxgan.run.kinds.drawing import walks
from jaxgan.run.sampling import labels

ELSEWHERE = {
    *(".bmp", ".csv", ".gif", ".jpeg", ".jpg", ".mp4", ".npy", ".pkl", ".pt", ".pth"),
    *(".tif", ".tiff", ".wav", ".webp", ".zip"),
}
"""Suffixes of files that somebody may hope for, and that are not written."""


def check_path(path: pathlib.Path, kind: Kind | None = None) -> None:
    """Checks, before any work, that samples can be written there.

    Args:
      path: as `save` takes it. A folder must be a new or an empty one, so that it holds
        the samples that were asked for and no others.
      kind: of the data; None while it is not known, and with it whether samples move.

    Raises:
      RunError: if they cannot.
    """
    moving = walks.MOVING if kind is None else tuple(kind.moving)
    suffixes = (".png", ".npz", *moving)
    if path.suffix in suffixes:
        output_path.check_file(path, suffixes)
        return
    if path.suffix.lower() in ELSEWHERE | set(suffixes):
        told = ", ".join(f"NAME{one}" for one in moving if kind is not None)
        wanted = f"NAME.png, NAME.npz{told and f', {told}'} or a folder"
        raise RunError(f"--out: saw {path.name}, wanted {wanted}")
    output_path.check_new_folder(path)


def save(
    path: pathlib.Path,
    samples: Sequence[Sample],
    truncations: Sequence[float | None],
    experiment: Experiment,
) -> None:
    """Writes samples of one truncation or of several.

    Args:
      path: NAME.npz: arrays, one truncation after the other. NAME.png: one picture, in
        which several truncations have a row each. One of the suffixes `moving` of the
        kind of data: all of them, moving. Any other: a folder of a file each, as the
        kind writes it; several truncations have a folder each.
      samples: of each truncation.
      truncations: of the samples.
      experiment: whose kind of data draws and writes them.

    Raises:
      RunError: if a file cannot be written.
    """
    with output_path.written(path):
        _save(path, samples, truncations, experiment)


def _save(
    path: pathlib.Path,
    samples: Sequence[Sample],
    truncations: Sequence[float | None],
    experiment: Experiment,
) -> None:
    kind = experiment.kind
    if path.suffix == ".npz":
        _save_arrays(path, samples, truncations)
    elif path.suffix == ".png":
        several = len(samples) > 1
        drawn = _rows(samples, kind) if several else kind.picture(samples[0])
        pictures.save_png(path, pictures.enlarged(drawn))
    elif path.suffix in kind.moving:
        kind.play(path, jax.tree.map(lambda *x: np.concatenate(x), *samples))
    else:
        names = safe_name.safe_all(labels.class_names(experiment))
        for truncation, part in zip(truncations, samples):
            folder = f"truncation_{truncation:g}" if len(samples) > 1 else ""
            _save_each(path / folder, part, kind, names)


def _rows(samples: Sequence[Sample], kind: Kind) -> np.ndarray:
    """Draws samples side by side, those of each truncation in a row."""
    rows = [pictures.singles(row, kind.picture) for row in samples]
    return pictures.mosaic(np.concatenate(rows), columns=len(rows[0]))


def _save_arrays(
    path: pathlib.Path, samples: Sequence[Sample], truncations: Sequence[Any]
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = _arrays(jax.tree.map(lambda *x: np.concatenate(x), *samples))
    if len(samples) > 1:
        count = len(next(iter(arrays.values()))) // len(samples)
        arrays["truncation"] = np.repeat(np.asarray(truncations, np.float32), count)
    np.savez(path, allow_pickle=False, **arrays)


def _arrays(sample: Sample) -> dict[str, np.ndarray]:
    """Names leaves: 'value', 'given', or 'value/x' where there are several."""
    leaves = jax.tree_util.tree_leaves_with_path(sample)
    return {
        jax.tree_util.keystr(path, simple=True, separator="/"): leaf
        for path, leaf in leaves
    }


def _save_each(
    path: pathlib.Path, sample: Sample, kind: Kind, names: Sequence[str]
) -> None:
    """Writes labelled samples to one folder per class, as `data.folder` reads them.

    Names that would lead elsewhere have others in their place.
    """
    labelled = isinstance(sample.given, np.ndarray) and sample.given.ndim == 1
    for index in range(len(jax.tree.leaves(sample.value)[0])):
        folder = path / names[int(sample.given[index])] if labelled else path
        one = jax.tree.map(lambda x, i=index: x[i : i + 1], sample)
        kind.write(folder / f"{index:06d}{kind.suffix}", one)
