"""Variables of a network from files of weights: the user's, or published ones."""

import functools
import os
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.types import Variables
from jaxgan.data.download import downloaded
from jaxgan.run.experiment import Frozen
from jaxgan.weights import WeightsError, read_arrays
from jaxgan.weights.torch_layout import leaves, plant

SIDE = 64
"""Pixels per side of images that tell the shapes of variables: enough for any layer."""

Address = tuple[str, str]
"""Of a published file, and how the SHA-256 of its contents begins."""
Import = Callable[[Mapping[str, Any]], Variables]
"""What makes variables of a state dict."""


class WeightFile(NamedTuple):
    """A file that is named, or else published.

    Attributes:
      named: its path; '' if it is not named.
      published: where it is to be had otherwise.
    """

    named: str | os.PathLike
    published: Address | None

    def __str__(self) -> str:
        """Its name, without the folder."""
        address = self.published[0] if self.published else ""
        return pathlib.PurePath(self.named or address).name

    @property
    def path(self) -> pathlib.Path:
        """Finds it, after a download if need be."""
        if self.named or self.published is None:
            return pathlib.Path(self.named).expanduser()
        return downloaded(*self.published)


def frozen(
    network: Any, files: Sequence[WeightFile], convert: Import, images: int = 1
) -> Frozen:
    """A frozen network whose variables are read when training begins.

    Args:
      network: a module that is called with images.
      files: see `read`.
      convert: see `read`.
      images: with how many of them.
    """
    return Frozen(
        load=functools.partial(read, network, files, convert, images),
        source=", ".join(map(str, files)),
        shapes=functools.partial(shapes, network, images),
    )


def read(
    network: Any, files: Sequence[WeightFile], convert: Import, images: int = 1
) -> Variables:
    """Reads the variables of a network, and no others that files may have.

    Args:
      network: a module that is called with images.
      files: of which the first ones that have all of it are read.
      convert: makes variables of the arrays of the files by name.
      images: how many the network is called with.

    Raises:
      DataError: if a published file cannot be had, naming what to put where.
      WeightsError: if a file cannot be read, or they are not of this network.
    """
    state: dict[str, np.ndarray] = {}
    seen, failure = [], ValueError("saw no files")
    for file in files:
        seen.append(str(file.path))
        state |= read_arrays(seen[-1])
        try:
            return fitting(network, convert(state), images)
        except ValueError as error:
            failure = error
    raise WeightsError(f"{' and '.join(seen)}: not of this network: {failure}")


def fitting(network: Any, variables: Variables, images: int = 1) -> Variables:
    """Picks what a network has of variables that may be of a larger one.

    Raises:
      ValueError: naming the first array that is missing, or has another shape.
    """
    seen = dict(leaves(variables))
    picked: dict[str, Any] = {}
    for path, wanted in jax.tree_util.tree_leaves_with_path(shapes(network, images)):
        place = tuple(str(entry.key) for entry in path)
        name = "/".join(place[1:])
        if place not in seen:
            raise ValueError(f"saw no {name!r}, wanted it of shape {wanted.shape}")
        if seen[place].shape != wanted.shape:
            raise ValueError(
                f"saw {name!r} of shape {seen[place].shape}, wanted {wanted.shape}"
            )
        plant(picked, place, seen[place].astype(np.float32))
    return picked


def shapes(network: Any, images: int = 1) -> Variables:
    """Finds the shapes of a network's variables."""
    return jax.eval_shape(network.init, jax.random.key(0), *blank(images))


def blank(images: int) -> list[jax.Array]:
    """Makes images for a network's initialization."""
    return [jnp.zeros((1, SIDE, SIDE, 3), jnp.float32)] * images
