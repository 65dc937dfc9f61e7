"""The commands that generate from a run."""

import argparse
import pathlib
from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from jaxgan.core.types import Sample
from jaxgan.run import pictures
from jaxgan.run.devices import xla
from jaxgan.run.kinds import Kind, walks
from jaxgan.run.sampling import (
    interpolation,
    labels,
    sampler,
    sampling_options,
    stored_run,
)


def sample(arguments: argparse.Namespace) -> None:
    """`jaxgan sample RUN`."""
    loaded = load(arguments)
    each = sampling_options.options(arguments, loaded.experiment)
    num = (64 if len(each) == 1 else 8) if arguments.num is None else arguments.num
    made = [
        sampler.generate(
            loaded.experiment,
            loaded.state,
            num,
            arguments.seed,
            label=arguments.label,
            batch_size=arguments.batch_size,
            **options,
        )
        for options in each
    ]
    path = arguments.out or default(loaded, arguments, "samples")
    if path.suffix == ".npz":
        _save_arrays(path, made, arguments.truncation)
    elif path.suffix == ".png":
        kind = loaded.experiment.kind
        drawn = kind.picture(made[0]) if len(made) == 1 else _rows(made, kind)
        pictures.save_png(path, pictures.enlarged(drawn))
    else:
        names = labels.class_names(loaded.experiment)
        for options, one in zip(each, made):
            part = f"truncation_{options['truncation']:g}" if len(made) > 1 else ""
            _save_each(path / part, one, loaded.experiment.kind, names)
    print(path)


def _rows(made: Sequence[Sample], kind: Kind) -> np.ndarray:
    """Draws samples side by side, those of each truncation in a row."""
    rows = [pictures.singles(row, kind.picture) for row in made]
    return pictures.mosaic(np.concatenate(rows), columns=len(rows[0]))


def _save_arrays(
    path: pathlib.Path, made: Sequence[Sample], truncation: Sequence[float] | None
) -> None:
    """Samples one truncation after the other, and if there are several, theirs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = _arrays(jax.tree.map(lambda *x: np.concatenate(x), *made))
    if truncation and len(made) > 1:
        count = len(next(iter(arrays.values()))) // len(made)
        arrays["truncation"] = np.repeat(np.asarray(truncation, np.float32), count)
    np.savez(path, allow_pickle=False, **arrays)


def _save_each(
    path: pathlib.Path, made: Sample, kind: Kind, names: Sequence[Any]
) -> None:
    """Writes labelled samples to one folder per class, as `data.folder` reads them."""
    labelled = labels.takes_labels(made)
    for index in range(len(jax.tree.leaves(made.value)[0])):
        folder = path / str(names[made.given[index]]) if labelled else path
        one = jax.tree.map(lambda x, i=index: x[i : i + 1], made)
        kind.write(folder / f"{index:06d}{kind.suffix}", one)


def interpolate(arguments: argparse.Namespace) -> None:
    """`jaxgan interpolate RUN`."""
    loaded = load(arguments)
    kind = loaded.experiment.kind
    if arguments.out:
        walks.check_path(arguments.out, kind.walk_suffixes)
    draw = sampler.Sampler(
        loaded.experiment,
        size=arguments.batch_size,
        **sampling_options.single(arguments, loaded.experiment),
    )
    label = arguments.label
    if label is not None:
        label = labels.label_numbers(loaded.experiment, label)
    points = range(arguments.points)
    walk = interpolation.interpolate(
        draw, loaded.state, arguments.seed, points, arguments.frames, label
    )
    path = arguments.out or default(
        loaded, arguments, "interpolation", kind.walk_suffixes[0]
    )
    kind.walk(path, walk, arguments.rate)
    print(path)


def load(arguments: argparse.Namespace) -> stored_run.StoredRun:
    """The run that a command names, with its checkpoint and seed."""
    xla.set_up_xla()
    return stored_run.load(arguments.run, arguments.step, arguments.run_seed)


def default(
    loaded: stored_run.StoredRun,
    arguments: argparse.Namespace,
    what: str,
    suffix: str = ".png",
) -> pathlib.Path:
    """Names the file of what no path is given for."""
    name = f"{what}_step_{loaded.step}_seed_{arguments.seed}"
    if arguments.truncation:
        name += "_truncation_" + "_".join(f"{x:g}" for x in arguments.truncation)
    for option in ("truncation_cutoff", "standing_statistics", "run_seed", "label"):
        if getattr(arguments, option) is not None:
            name += f"_{option}_{getattr(arguments, option)}"
    if arguments.current:
        name += "_current"
    return loaded.directory / "generated" / f"{name}{suffix}"


def _arrays(made: Sample) -> dict[str, np.ndarray]:
    """Leaves by name: 'value', 'given', or 'value/x' where there are several."""
    leaves = jax.tree_util.tree_leaves_with_path(made)
    return {
        jax.tree_util.keystr(path, simple=True, separator="/"): leaf
        for path, leaf in leaves
    }
