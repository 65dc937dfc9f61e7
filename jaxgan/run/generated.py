"""The commands that generate from a run."""

import argparse
import pathlib

import jax
import numpy as np

from jaxgan.core.types import Sample
from jaxgan.run import interpolation, labels, launch, pictures, sampling


def sample(arguments: argparse.Namespace) -> None:
    """`jaxgan sample RUN`."""
    loaded = load(arguments)
    made = sampling.generate(
        loaded.experiment,
        loaded.state,
        arguments.num,
        arguments.seed,
        label=arguments.label,
        truncation=arguments.truncation,
        ema=not arguments.current,
        batch_size=arguments.batch_size,
    )
    path = arguments.out or default(loaded, arguments, "samples")
    if path.suffix == ".npz":
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, allow_pickle=False, **_arrays(made))
    elif path.suffix == ".png":
        pictures.save_png(path, pictures.enlarged(loaded.experiment.picture(made)))
    else:
        names = labels.class_names(loaded.experiment)
        for index in range(arguments.num):
            one = jax.tree.map(lambda x, i=index: x[i : i + 1], made)
            picture = loaded.experiment.picture(one)
            # Labelled pictures go to one folder per class, as `data.folder` reads them.
            labelled = isinstance(made.given, np.ndarray) and made.given.ndim == 1
            folder = path / str(names[made.given[index]]) if labelled else path
            pictures.save_png(folder / f"{index:06d}.png", picture)
    print(path)


def interpolate(arguments: argparse.Namespace) -> None:
    """`jaxgan interpolate RUN`."""
    if arguments.out:
        interpolation.check_path(arguments.out)
    loaded = load(arguments)
    draw = sampling.Sampler(
        loaded.experiment,
        size=arguments.batch_size,
        truncation=arguments.truncation,
        ema=not arguments.current,
    )
    label = arguments.label
    if label is not None:
        label = labels.label_numbers(loaded.experiment, label)
    points = range(arguments.points)
    walk = interpolation.interpolate(
        draw, loaded.state, arguments.seed, points, arguments.frames, label
    )
    path = arguments.out or default(loaded, arguments, "interpolation")
    interpolation.save(path, walk, loaded.experiment.picture, arguments.rate)
    print(path)


def load(arguments: argparse.Namespace) -> sampling.Loaded:
    """The run that a command names, with its checkpoint and seed."""
    launch.use_compilation_cache()
    return sampling.load(arguments.run, arguments.step, arguments.run_seed)


def default(
    loaded: sampling.Loaded, arguments: argparse.Namespace, what: str
) -> pathlib.Path:
    """Where a picture goes that no path is given for."""
    name = f"{what}_step_{loaded.step}_seed_{arguments.seed}"
    for option in ("run_seed", "label", "truncation"):
        if getattr(arguments, option) is not None:
            name += f"_{option}_{getattr(arguments, option)}"
    return loaded.directory / "generated" / f"{name}.png"


def _arrays(made: Sample) -> dict[str, np.ndarray]:
    """Leaves by name: 'value', 'given', or 'value/x' where there are several."""
    leaves = jax.tree_util.tree_leaves_with_path(made)
    return {
        jax.tree_util.keystr(path, simple=True, separator="/"): leaf
        for path, leaf in leaves
    }
