"""What moves numbers and changes none."""

from typing import Any

import numpy as np

from jaxgan.export.graph import code, stored
from jaxgan.export.lowering import Lowering
from jaxgan.export.refused import Refused, origin


def _numbers(*values: int) -> np.ndarray:
    return np.asarray(values, np.int64)


def _shape(equation: Any) -> tuple[Any, ...]:
    return equation.invars[0].aval.shape


def broadcast(to: Lowering, equation: Any, x: str, *_: str) -> str:
    """Repeats along axes that are new, or of length 1."""
    shape, places = equation.params["shape"], equation.params["broadcast_dimensions"]
    inner: list[Any] = [1] * len(shape)
    for axis, place in enumerate(places):
        inner[place] = _shape(equation)[axis]
    if tuple(inner) != tuple(_shape(equation)):
        x = to.reshape(x, inner)
    return x if tuple(inner) == tuple(shape) else to.op("Expand", x, to.shape(shape))


def reshape(to: Lowering, equation: Any, x: str, *_: str) -> str:
    """Another shape."""
    shape = equation.outvars[0].aval.shape
    return x if shape == _shape(equation) else to.reshape(x, shape)


def transpose(to: Lowering, equation: Any, x: str) -> str:
    """Another order of axes."""
    return to.transpose(x, equation.params["permutation"])


def sliced(to: Lowering, equation: Any, x: str) -> str:
    """Parts of axes."""
    starts, limits = equation.params["start_indices"], equation.params["limit_indices"]
    steps = equation.params["strides"] or [1] * len(starts)
    cut = [
        axis
        for axis, side in enumerate(_shape(equation))
        if (starts[axis], limits[axis], steps[axis]) != (0, side, 1)
    ]
    if not cut:
        return x
    chosen = ([values[axis] for axis in cut] for values in (starts, limits))
    return to.op(
        "Slice",
        x,
        *map(to.shape, chosen),
        _numbers(*cut),
        _numbers(*(steps[a] for a in cut)),
    )


def reverse(to: Lowering, equation: Any, x: str) -> str:
    """Axes backwards."""
    return reversed_axes(to, x, equation.params["dimensions"])


def reversed_axes(to: Lowering, x: str, axes: Any) -> str:
    """Turns axes round."""
    back = _numbers(*[-1] * len(axes))
    least = _numbers(*[np.iinfo(np.int64).min] * len(axes))
    return to.op("Slice", x, back, least, _numbers(*axes), back)


def concatenate(to: Lowering, equation: Any, *names: str) -> str:
    """One behind the other."""
    if len(names) == 1:
        return names[0]
    return to.op("Concat", *names, axis=equation.params["dimension"])


def stack(to: Lowering, equation: Any, *names: str) -> str:
    """Side by side along a new axis."""
    axis = equation.params["axis"]
    parts = (to.op("Unsqueeze", name, _numbers(axis)) for name in names)
    return to.op("Concat", *parts, axis=axis)


def unstack(to: Lowering, equation: Any, x: str) -> list[str]:
    """Takes an axis apart."""
    axis = equation.params["axis"]
    count = range(_shape(equation)[axis])
    return [to.op("Gather", x, np.int64(place), axis=axis) for place in count]


def tile(to: Lowering, equation: Any, x: str) -> str:
    """Copies of the whole behind each other, so many along every axis."""
    return to.op("Tile", x, to.shape(equation.params["reps"]))


def pad(to: Lowering, equation: Any, x: str, value: str) -> str:
    """Numbers around an array, or between its numbers; or a crop."""
    edges = equation.params["padding_config"]
    return padded(to, x, _shape(equation), edges, value)


def padded(to: Lowering, x: str, shape: Any, edges: Any, value: Any) -> str:
    """Pads by (before, after, between) of every axis."""
    shape = list(shape)
    for axis, (_, _, between) in enumerate(edges):
        if not between:
            continue
        side = shape[axis]
        x = to.reshape(x, [*shape[: axis + 1], 1, *shape[axis + 1 :]])
        pads = np.zeros((2, len(shape) + 1), np.int64)
        pads[1, axis + 1] = between
        x = to.op("Pad", x, pads.reshape(-1), value)
        shape[axis] = side * (1 + between)
        x = to.reshape(x, shape)
        shape[axis] = shape[axis] - between
        end = to.shape([shape[axis]])
        x = to.op("Slice", x, _numbers(0), end, _numbers(axis))
    sides = [edge[0] for edge in edges] + [edge[1] for edge in edges]
    if all(isinstance(side, int) and not side for side in sides):
        return x
    return to.op("Pad", x, to.shape(sides), value)


def iota(to: Lowering, equation: Any) -> str:
    """0, 1, 2, ... along an axis."""
    shape, axis = equation.params["shape"], equation.params["dimension"]
    dtype, side = equation.params["dtype"], shape[axis]
    if isinstance(side, int):
        line = to.graph.constant(np.arange(side).astype(stored(dtype)))
    else:
        end = to.op("Squeeze", to.shape([side]), _numbers(0))
        line = to.op("Range", np.int64(0), end, np.int64(1))
        line = to.op("Cast", line, to=code(dtype))
    inner = [side if place == axis else 1 for place in range(len(shape))]
    line = to.reshape(line, inner)
    return (
        line if tuple(inner) == tuple(shape) else to.op("Expand", line, to.shape(shape))
    )


def split(to: Lowering, equation: Any, x: str) -> list[str]:
    """Into parts along an axis."""
    sizes, axis = equation.params["sizes"], equation.params["axis"]
    if len(sizes) == 1:
        return [x]
    return to.graph.several("Split", len(sizes), x, to.shape(sizes), axis=axis)


def dynamic_slice(to: Lowering, equation: Any, x: str, *starts: str) -> str:
    """A part that begins at numbers; it is moved to lie within the array."""
    shape, sizes = _shape(equation), equation.params["slice_sizes"]
    starts = starts[: len(shape)]
    cut = [axis for axis, side in enumerate(shape) if sizes[axis] != side]
    if not cut:
        return x
    begin, end = [], []
    for axis in cut:
        start = to.reshape(to.op("Cast", starts[axis], to=code(np.int64)), [1])
        last = to.shape([shape[axis] - sizes[axis]])
        start = to.op("Min", to.op("Max", start, _numbers(0)), last)
        begin.append(start)
        end.append(to.op("Add", start, to.shape([sizes[axis]])))
    joined = [to.op("Concat", *one, axis=0) for one in (begin, end)]
    return to.op("Slice", x, *joined, _numbers(*cut))


def dynamic_update(to: Lowering, equation: Any, x: str, part: str, *starts: str) -> str:
    """Puts a part at a place: only along one axis.

    Raises:
      Refused: if it is smaller along several.
    """
    shape, sizes = _shape(equation), equation.invars[1].aval.shape
    cut = [axis for axis, side in enumerate(shape) if sizes[axis] != side]
    if not cut:
        return part
    if len(cut) > 1:
        raise Refused(
            "primitive dynamic_update_slice: saw a part that is smaller along "
            f"{len(cut)} axes in {origin(equation)}, wanted one"
        )
    (axis,) = cut
    start = to.reshape(to.op("Cast", starts[axis], to=code(np.int64)), [1])
    last = to.shape([shape[axis] - sizes[axis]])
    start = to.op("Min", to.op("Max", start, _numbers(0)), last)
    end = to.op("Add", start, to.shape([sizes[axis]]))
    before = to.op("Slice", x, _numbers(0), start, _numbers(axis))
    after = to.op("Slice", x, end, to.shape([shape[axis]]), _numbers(axis))
    return to.op("Concat", before, part, after, axis=axis)


RULES = {
    "broadcast_in_dim": broadcast,
    "reshape": reshape,
    "squeeze": reshape,
    "expand_dims": reshape,
    "transpose": transpose,
    "slice": sliced,
    "rev": reverse,
    "concatenate": concatenate,
    "stack": stack,
    "unstack": unstack,
    "tile": tile,
    "pad": pad,
    "iota": iota,
    "split": split,
    "dynamic_slice": dynamic_slice,
    "dynamic_update_slice": dynamic_update,
}
