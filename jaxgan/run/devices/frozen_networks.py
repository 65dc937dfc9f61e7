"""The frozen networks of an experiment: read once, and laid whole on every device."""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.types import Tree
from jaxgan.data.source import DataError
from jaxgan.run import progress
from jaxgan.run.devices import processes
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Frozen


def shapes(networks: Mapping[str, Frozen]) -> Tree:
    """Finds the shapes of all networks' variables by name; `()` if there are none.

    Raises:
      RunError: if one has to be read for it, and cannot be.
    """
    return {name: _shapes(name, one) for name, one in networks.items()} or ()


def load(networks: Mapping[str, Frozen], whole: jax.sharding.Sharding) -> Tree:
    """Reads all networks' variables by name; `()` if there are none.

    Args:
      networks: of an experiment.
      whole: lays them on the devices.

    Raises:
      RunError: if one cannot be read, or holds what is no array.
    """
    read = {name: _read(name, one) for name, one in networks.items()}
    return processes.put(read, whole) if read else ()


def _shapes(name: str, network: Frozen) -> Tree:
    told = network.shapes
    found = _read(name, network) if told is None else told()
    return jax.eval_shape(lambda: jax.tree.map(_zeros, found))


def _read(name: str, network: Frozen) -> Tree:
    what = f"the frozen network {name!r} ({network.source})"
    try:
        with progress.lasting(f"reading {what}"):
            variables = jax.tree.map(_array, network.load())
    except (OSError, ValueError, TypeError, DataError) as error:
        raise RunError(f"{what} cannot be read: {error}", code=1) from error
    if not jax.tree.leaves(variables):
        raise RunError(f"{what}: saw no arrays in it, wanted variables")
    return variables


def _zeros(x: Any) -> jax.Array:
    return jnp.zeros(x.shape, jax.dtypes.canonicalize_dtype(x.dtype))


def _array(x: Any) -> np.ndarray:
    if not hasattr(x, "dtype"):
        raise TypeError(f"saw a {type(x).__name__}, wanted arrays")
    return np.asarray(x, jax.dtypes.canonicalize_dtype(x.dtype))
