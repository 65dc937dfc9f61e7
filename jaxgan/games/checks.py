"""What the games here want of batches and modules, told before any compute."""

import inspect
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn

from jaxgan.core.types import Sample

CHANNELS = (1, 3)
"""Numbers of channels that are taken for such where images should have their height."""


def check_network(name: str, module: Any) -> None:
    """Checks that a game can call a module as `module(value, given, context)`.

    Args:
      name: of the game's attribute.
      module: what it was given.

    Raises:
      TypeError: if it is no Flax module, or is called otherwise.
    """
    if isinstance(module, type):
        wanted = f"an instance: {module.__name__}(...)"
        raise TypeError(f"{name}: saw the class {module.__name__}, wanted {wanted}")
    kind = type(module)
    if not isinstance(module, nn.Module) or not callable(module):
        raise TypeError(
            f"{name}: saw a {kind.__name__}, wanted a Flax module (linen) with "
            "__call__(self, value, given, context)"
        )
    signature = inspect.signature(kind.__call__)
    try:
        signature.bind(module, (), (), ())
    except TypeError:
        raise TypeError(
            f"{name}: saw {kind.__name__}.__call__{signature}, wanted "
            "__call__(self, value, given, context)"
        ) from None


def checked_batch(batch: Any) -> Sample:
    """The batch, which is a sample of floats, images with their channels last.

    Raises:
      TypeError: if it is none, or has other numbers.
      ValueError: if it looks like images [B, C, H, W].
    """
    if not isinstance(batch, Sample):
        raise TypeError(
            f"batch: saw {_told(batch)}, wanted a Sample: Sample(values), or "
            "Sample(values, labels)"
        )
    check_floats("batch.value", batch.value)
    return batch


def check_floats(name: str, tree: Any) -> None:
    """Checks that a tree has floats, images with their channels last.

    Args:
      name: of the tree.
      tree: of [B, ...] leaves.

    Raises:
      TypeError: if it has other numbers.
      ValueError: if it looks like images [B, C, H, W].
    """
    for leaf in jax.tree.leaves(tree):
        if not jnp.issubdtype(_dtype(leaf), jnp.floating):
            raise TypeError(
                f"{name}: saw {_told(leaf)}, wanted floats: bytes 0..255 become "
                "[-1, 1] by x / 127.5 - 1"
            )
        shape = np.shape(leaf)
        if len(shape) == 4 and _channels_first(*shape[1:]):
            raise ValueError(
                f"{name}: saw {_told(leaf)}, wanted images [B, H, W, C]; this "
                "looks like [B, C, H, W]: np.moveaxis(x, 1, -1) turns it"
            )


def _channels_first(first: int, second: int, third: int) -> bool:
    return first in CHANNELS and second == third and third > max(CHANNELS)


def _dtype(x: Any) -> Any:
    return x.dtype if hasattr(x, "dtype") else np.asarray(x).dtype


def _told(x: Any) -> str:
    shape, dtype = getattr(x, "shape", None), getattr(x, "dtype", None)
    if shape is None or dtype is None:
        return f"a {type(x).__name__}"
    return f"{dtype}{list(shape)}"
