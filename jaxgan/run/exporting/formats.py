"""Parts of a generator in the formats that other software reads, compared with JAX."""

import contextlib
import importlib.util
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
from jax import export

from jaxgan.export import Refused, to_onnx
from jaxgan.export.model import as_input
from jaxgan.run.errors import RunError
from jaxgan.run.exporting.parts import Axes, Part

PLATFORMS = ("cpu", "cuda", "tpu")
BOUND, HALF_BOUND = 1e-4, 3e-2
"""Of the largest difference from JAX, in the largest value: float32, float16."""
COUNTS = (1, 3)
"""Examples of the batches that are compared."""
SIDE = 64
"""Of pictures, where a format knows all sides before, or a little more."""


class Written(NamedTuple):
    """A part in a format.

    Attributes:
      data: of the file.
      suffix: of its name.
      inputs: names of those that it takes.
      difference: the largest from what JAX computes, in the largest value.
    """

    data: bytes
    suffix: str
    inputs: tuple[str, ...]
    difference: float


def onnx(part: Part, half: bool = False) -> Written:
    """As ONNX, with a batch of any size.

    Raises:
      RunError: if onnx or onnxruntime are not there, or some operation has no form.
    """
    _check_installed("export", "onnx", "onnxruntime")
    import onnxruntime

    names = tuple(part.inputs)
    try:
        model = to_onnx(part.function, types(part), names, part.outputs, half=half)
    except Refused as error:
        raise RunError(str(error)) from error
    with _said_plainly():
        session = onnxruntime.InferenceSession(
            model.data, providers=["CPUExecutionProvider"]
        )

    def run(*arrays):
        given = zip(names, arrays)
        fed = {name: as_input(x) for name, x in given if name in model.inputs}
        with _said_plainly():
            return session.run(None, fed)

    return Written(model.data, ".onnx", model.inputs, _difference(part, run))


@contextlib.contextmanager
def _said_plainly() -> Iterator[None]:
    """Makes onnxruntime's errors, which have nothing in common, ours."""
    try:
        yield
    except Exception as error:
        line = str(error).splitlines()[0][:300]
        raise RunError(f"--to onnx: onnxruntime cannot run it: {line}") from error


def stablehlo(part: Part, half: bool = False) -> Written:
    """As StableHLO for CPUs, CUDA and TPUs, which `jax.export.deserialize` reads.

    Raises:
      RunError: if it cannot be traced so.
    """
    if half:
        raise RunError("--half: is of --to onnx")
    try:
        traced = export.export(jax.jit(part.function), platforms=PLATFORMS)
        data = bytes(traced(*types(part)).serialize())
    except (
        *(NotImplementedError, TypeError, ValueError),
        jax.errors.InconclusiveDimensionOperation,  # of a batch of any size
    ) as error:
        line = str(error).splitlines()[0]
        raise RunError(f"StableHLO: {line}") from error
    loaded = export.deserialize(bytearray(data))
    run = jax.jit(lambda *arrays: jax.tree.leaves(loaded.call(*arrays)))
    return Written(data, ".stablehlo", tuple(part.inputs), _difference(part, run))


def litert(part: Part, half: bool = False) -> Written:
    """As a LiteRT model, of one example at a time.

    Raises:
      RunError: if the converter is not there, or cannot do it.
    """
    if half:
        raise RunError("--half: is of --to onnx")
    _check_installed("litert", "litert_converter", "ai_edge_litert")
    from jaxgan.run.exporting import litert_model

    multiples = [axis for axes in part.inputs.values() for axis in axes.axes]
    multiple = max(
        (int(str(a).split("*")[0]) for a in multiples if "*" in str(a)), default=1
    )
    side = -(-SIDE // multiple)
    names = tuple(part.inputs)
    shapes = [jax.ShapeDtypeStruct(x.shape, x.dtype) for x in part.examples(1, side)]
    try:
        data, taken = litert_model.converted(part.function, shapes, names, part.outputs)
        run = litert_model.runner(data, names, part.outputs)
    except (RuntimeError, ValueError) as error:
        raise RunError(
            f"--to litert: its converter cannot: {str(error).splitlines()[0][:300]}"
        ) from error
    return Written(data, ".tflite", taken, _difference(part, run, (1,), side))


def types(part: Part) -> list[jax.ShapeDtypeStruct]:
    """The types of a part's inputs, with symbolic sides."""
    # Mirrored margins want sides of some length.
    names = " ".join(str(a) for axes in part.inputs.values() for a in axes.axes)
    scope = export.SymbolicScope([f"{side} >= 2" for side in "hw" if side in names])

    def one(entry: Axes):
        axes = entry.axes
        shape = tuple(axes)
        if not all(isinstance(axis, int) for axis in axes):
            text = ", ".join(map(str, axes))
            shape = export.symbolic_shape(f"({text},)", scope=scope)
        return jax.ShapeDtypeStruct(shape, np.dtype(entry.dtype))

    return [one(entry) for entry in part.inputs.values()]


def check_bound(name: str, written: Written, half: bool) -> None:
    """Checks that a part computes what JAX does.

    Raises:
      RunError: if it does not.
    """
    bound = HALF_BOUND if half else BOUND
    if not written.difference <= bound:
        raise RunError(
            f"{name}: the largest difference from JAX is {written.difference:.1e} of "
            f"the largest value, wanted at most {bound:.0e}; nothing was written",
            code=1,
        )


def _difference(
    part: Part,
    run: Callable[..., Any],
    counts: Sequence[int] = COUNTS,
    side: int = 2,
) -> float:
    """The largest difference from JAX, in the largest value of each output."""
    wanted_of = jax.jit(lambda *arrays: jax.tree.leaves(part.function(*arrays)))
    worst = 0.0
    for count in counts:
        arrays = part.examples(count, side)
        for made, wanted in zip(run(*arrays), wanted_of(*arrays), strict=True):
            made, wanted = (np.asarray(x, np.float64) for x in (made, wanted))
            if made.shape != wanted.shape:
                raise RunError(
                    f"model: makes shape {list(made.shape)}, JAX {list(wanted.shape)}"
                )
            largest = max(float(np.abs(wanted).max()), 1e-12)
            far = float(np.abs(made - wanted).max()) / largest
            worst = max(worst, far if np.isfinite(far) else np.inf)
    return worst


def _check_installed(extra: str, *names: str) -> None:
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    if missing:
        raise RunError(
            f"export: {', '.join(missing)} is not installed",
            f"pip install 'jaxgan[{extra}]'",
        )


FORMATS: dict[str, Callable[..., Written]] = {
    "onnx": onnx,
    "stablehlo": stablehlo,
    "litert": litert,
}
