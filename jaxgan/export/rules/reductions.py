"""Numbers of many: sums, extremes, products of matrices, orders."""

import math
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np

from jaxgan.export.graph import code
from jaxgan.export.lowering import Lowering, Rule
from jaxgan.export.refused import Refused, origin
from jaxgan.export.rules.elementwise import kind_of
from jaxgan.export.rules.shapes import padded


def _over_axes(kind: str) -> Rule:
    """The rule of a reduction that is one operator."""

    def rule(to: Lowering, equation: Any, x: str) -> str:
        if kind == "ReduceProd" and kind_of(equation) == np.uint32:
            raise _refused(equation, "uint32", "numbers whose product does not wrap")
        axes = np.asarray(equation.params["axes"], np.int64)
        return to.op(kind, x, axes, keepdims=0) if axes.size else x

    return rule


def _refused(equation: Any, seen: str, wanted: str) -> Refused:
    return Refused(
        f"primitive {equation.primitive.name}: saw {seen} in {origin(equation)}, "
        f"wanted {wanted}"
    )


def _of_truths(kind: str) -> Rule:
    """Whether all or any are true."""

    def rule(to: Lowering, equation: Any, x: str) -> str:
        if kind_of(equation) != np.bool_:
            raise _refused(equation, str(kind_of(equation)), "truths")
        axes = np.asarray(equation.params["axes"], np.int64)
        if not axes.size:
            return x
        numbers = to.op("Cast", x, to=code(np.int32))
        return to.op("Cast", to.op(kind, numbers, axes, keepdims=0), to=code(np.bool_))

    return rule


def _extreme(kind: str) -> Rule:
    """Where the largest or least lies, the first of equals."""

    def rule(to: Lowering, equation: Any, x: str) -> str:
        (axis,) = equation.params["axes"]
        place = to.op(kind, _counted(to, equation, x), axis=axis, keepdims=0)
        return to.op("Cast", place, to=code(equation.params["index_dtype"]))

    return rule


def _counted(to: Lowering, equation: Any, x: str) -> str:
    """Truths as 0 and 1, which have an order."""
    truths = kind_of(equation) == np.bool_
    return to.op("Cast", x, to=code(np.int32)) if truths else x


def cumulated(to: Lowering, equation: Any, x: str) -> str:
    """Sums up to every place."""
    axis = np.int64(equation.params["axis"])
    return to.op("CumSum", x, axis, reverse=int(equation.params["reverse"]))


def product(to: Lowering, equation: Any, a: str, b: str) -> str:
    """Sums of products: the axes that are common first, as MatMul has it."""
    (sums_a, sums_b), (same_a, same_b) = equation.params["dimension_numbers"]
    shape_a, shape_b = (atom.aval.shape for atom in equation.invars)

    def free(shape: Sequence[Any], *taken: Sequence[int]) -> list[int]:
        return [axis for axis in range(len(shape)) if axis not in {*chain(*taken)}]

    free_a, free_b = free(shape_a, sums_a, same_a), free(shape_b, sums_b, same_b)
    wanted = code(equation.outvars[0].aval.dtype)
    a, b = (
        x if code(atom.aval.dtype) == wanted else to.op("Cast", x, to=wanted)
        for x, atom in zip((a, b), equation.invars)
    )
    a = to.transpose(a, [*same_a, *free_a, *sums_a])
    b = to.transpose(b, [*same_b, *sums_b, *free_b])
    common = [shape_a[axis] for axis in same_a]

    def size(shape, axes):
        return math.prod(shape[axis] for axis in axes)

    if (len(free_a), len(sums_a)) != (1, 1):
        a = to.reshape(a, [*common, size(shape_a, free_a), size(shape_a, sums_a)])
    if (len(free_b), len(sums_b)) != (1, 1):
        b = to.reshape(b, [*common, size(shape_b, sums_b), size(shape_b, free_b)])
    result = to.op("MatMul", a, b)
    if (len(free_a), len(free_b)) != (1, 1):
        result = to.reshape(result, equation.outvars[0].aval.shape)
    return result


def sort(to: Lowering, equation: Any, *names: str) -> list[str]:
    """In the order of the first array, equals as they lay.

    Raises:
      Refused: if the order is of several arrays.
    """
    if equation.params["num_keys"] != 1:
        raise _refused(equation, f"{equation.params['num_keys']} keys", "one")
    axis = equation.params["dimension"]
    count = to.shape([equation.invars[0].aval.shape[axis]])
    first = _counted(to, equation, names[0])
    _, order = to.graph.several("TopK", 2, first, count, axis=axis, largest=0)
    return [to.op("GatherElements", name, order, axis=axis) for name in names]


def top_k(to: Lowering, equation: Any, x: str) -> list[str]:
    """The largest numbers of an axis, and where they lie."""
    count = np.asarray([equation.params["k"]], np.int64)
    axis = equation.params["axis"]
    values, order = to.graph.several("TopK", 2, x, count, axis=axis)
    return [values, to.op("Cast", order, to=code(equation.outvars[1].aval.dtype))]


def _window(kind: str) -> Rule:
    """The largest of every window, or their sum: of two axes, between two others."""

    def rule(to: Lowering, equation: Any, x: str) -> str:
        how = equation.params
        window, steps = how["window_dimensions"], how["window_strides"]
        edges = how["padding"]
        spread = (*how["base_dilation"], *how["window_dilation"])
        inner = [
            axis for axis, side in enumerate(window) if side > 1 or steps[axis] > 1
        ]
        if any(d != 1 for d in spread) or len(window) != 4 or len(inner) > 2:
            seen = f"windows {window}"
            raise _refused(equation, seen, "two axes of four, not spread out")
        dtype = kind_of(equation)
        if dtype.kind in "iub":
            raise _refused(equation, str(dtype), "floats")
        while len(inner) < 2:
            inner = sorted([*inner, max(a for a in range(4) if a not in inner)])
        order = [axis for axis in range(4) if axis not in inner] + inner
        # ONNX's windows want all edges narrower than they are.
        wide = [
            axis not in inner or max(edges[axis]) >= window[axis] for axis in range(4)
        ]
        none = np.full((), -np.inf if kind == "MaxPool" else 0, dtype)
        outer = [(*edge, 0) if far else (0, 0, 0) for edge, far in zip(edges, wide)]
        x = padded(to, x, (), outer, none)
        edges = [(0, 0) if far else edge for edge, far in zip(edges, wide)]
        pads = [edges[axis][end] for end in (0, 1) for axis in inner]
        attributes = {
            "kernel_shape": [window[axis] for axis in inner],
            "strides": [steps[axis] for axis in inner],
            "pads": pads,
        }
        moved = to.transpose(x, order)
        if kind == "MaxPool":
            result = to.op("MaxPool", moved, **attributes)
        else:
            result = to.op("AveragePool", moved, count_include_pad=1, **attributes)
            size = math.prod(attributes["kernel_shape"])
            result = to.op("Mul", result, np.full((), size, dtype))
        return to.transpose(result, [*np.argsort(order)])

    return rule


RULES = {
    "reduce_sum": _over_axes("ReduceSum"),
    "reduce_max": _over_axes("ReduceMax"),
    "reduce_min": _over_axes("ReduceMin"),
    "reduce_prod": _over_axes("ReduceProd"),
    "reduce_and": _of_truths("ReduceMin"),
    "reduce_or": _of_truths("ReduceMax"),
    "argmax": _extreme("ArgMax"),
    "argmin": _extreme("ArgMin"),
    "cumsum": cumulated,
    "dot_general": product,
    "sort": sort,
    "top_k": top_k,
    "reduce_window_max": _window("MaxPool"),
    "reduce_window_sum": _window("AveragePool"),
}
