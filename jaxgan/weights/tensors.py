"""Tensors of PyTorch's pickles as arrays, within bounds."""

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from jaxgan.weights.pickle_reader import Room

STORAGES: dict[str, Any] = {
    "BFloat16Storage": jnp.bfloat16,
    "BoolStorage": np.bool_,
    "ByteStorage": np.uint8,
    "CharStorage": np.int8,
    "ComplexDoubleStorage": np.complex128,
    "ComplexFloatStorage": np.complex64,
    "DoubleStorage": np.float64,
    "FloatStorage": np.float32,
    "HalfStorage": np.float16,
    "IntStorage": np.int32,
    "LongStorage": np.int64,
    "ShortStorage": np.int16,
}
VIEWS = 16
"""Tensors may have so many times the bytes of their file: some share their memory,
and some repeat it."""
FLOOR = 2**20
"""or so many bytes, if that is more."""
AXES = 64
"""Of an array of NumPy, at most."""


class Parameter:
    """A parameter as PyTorch before 0.4 pickles it: an object around a tensor.

    Args:
      array: its numbers.
      rest: whatever else it was made with.
    """

    def __init__(self, array: Any, *rest: Any):
        del rest
        self.array = array

    def __setstate__(self, state: Any) -> None:
        del state


def described(value: Any) -> str:
    """Names the class of what a pickle holds."""
    return getattr(value, "described", "") or type(value).__name__


class Tensors:
    """What rebuilds the tensors of one file, within its room.

    Args:
      size: of the file, in bytes.

    Attributes:
      known: the names for a `PickleReader`, with their meaning.
    """

    def __init__(self, size: int):
        self._room = Room(VIEWS * size + FLOOR, "bytes of tensors")
        # Made here: a pickle can change the attributes of functions that it names.
        self.known: dict[tuple[str, str], Any] = {
            ("torch", "Size"): lambda *a: tuple(*self._sizes(a)),
            ("torch.nn.parameter", "Parameter"): lambda *a: Parameter(*a),
            ("torch._utils", "_rebuild_tensor"): lambda *a: self._tensor(*a, False, ()),
            ("torch._utils", "_rebuild_tensor_v2"): lambda *a: self._tensor(*a),
            ("torch._utils", "_rebuild_parameter"): lambda value, *rest: value,
            (
                "torch._utils",
                "_rebuild_parameter_with_state",
            ): lambda value, *rest: value,
        }

    def _tensor(self, *parts: Any) -> np.ndarray:
        array = tensor(*parts)
        self._room.take(array.nbytes)
        return array

    @staticmethod
    def _sizes(arguments: Sequence[Any]) -> Sequence[Any]:
        if any(len(argument) > AXES for argument in arguments):
            raise ValueError(f"a size of more than {AXES} numbers")
        return arguments


def tensor(
    storage: np.ndarray,
    offset: int,
    size: Sequence[int],
    stride: Sequence[int],
    requires_grad: bool,
    hooks: Any,
    metadata: Any = None,
) -> np.ndarray:
    """A view of memory, once it is sure to lie inside."""
    del requires_grad, hooks
    if metadata:
        raise ValueError("a tensor is conjugated or negated lazily; resolve it first")
    if not isinstance(storage, np.ndarray) or len(size) != len(stride):
        raise ValueError("a tensor without memory")
    if len(size) > AXES:
        raise ValueError(f"a tensor of {len(size)} axes")
    steps = [(n - 1) * step for n, step in zip(size, stride)]
    if min((offset, *size, *stride)) < 0 or (
        all(size) and offset + sum(steps) >= storage.size
    ):
        raise ValueError("a tensor reaches beyond its memory")
    bytes_apart = [step * storage.itemsize for step in stride]
    start = storage[offset:] if all(size) else storage[:0]
    return np.lib.stride_tricks.as_strided(
        start, tuple(size), bytes_apart, writeable=False
    )
