"""Numbers of many: sums, extremes, products of matrices, orders."""

import math
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np

from jaxgan.export.graph import code
from jaxgan.export.lowering import Lowering, Rule
from jaxgan.export.refused import Refused, origin


def _over_axes(kind: str) -> Rule:
    """The rule of a reduction that is one operator."""

    def rule(to: Lowering, equation: Any, x: str) -> str:
        axes = np.asarray(equation.params["axes"], np.int64)
        return to.op(kind, x, axes, keepdims=0) if axes.size else x

    return rule


def _of_truths(kind: str) -> Rule:
    """Whether all or any are true."""

    def rule(to: Lowering, equation: Any, x: str) -> str:
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
        place = to.op(kind, x, axis=axis, keepdims=0)
        return to.op("Cast", place, to=code(equation.params["index_dtype"]))

    return rule


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
    wanted = equation.outvars[0].aval.dtype
    if code(wanted) != code(equation.invars[0].aval.dtype):
        result = to.op("Cast", result, to=code(wanted))
    return result


def sort(to: Lowering, equation: Any, *names: str) -> list[str]:
    """In the order of the first array, equals as they lay.

    Raises:
      Refused: if the order is of several arrays.
    """
    if equation.params["num_keys"] != 1:
        raise Refused(
            f"primitive sort: saw {equation.params['num_keys']} keys in "
            f"{origin(equation)}, wanted one"
        )
    axis = equation.params["dimension"]
    count = to.shape([equation.invars[0].aval.shape[axis]])
    _, order = to.graph.several("TopK", 2, names[0], count, axis=axis, largest=0)
    return [to.op("GatherElements", name, order, axis=axis) for name in names]


def top_k(to: Lowering, equation: Any, x: str) -> list[str]:
    """The largest numbers of the last axis, and where they lie."""
    count = np.asarray([equation.params["k"]], np.int64)
    values, order = to.graph.several("TopK", 2, x, count, axis=-1)
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
            raise Refused(
                f"primitive {equation.primitive.name}: saw windows {window} in "
                f"{origin(equation)}, wanted two axes of four, not spread out"
            )
        while len(inner) < 2:
            inner = sorted([*inner, max(a for a in range(4) if a not in inner)])
        order = [axis for axis in range(4) if axis not in inner] + inner
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
            size = np.float32(math.prod(attributes["kernel_shape"]))
            result = to.op("Mul", result, size)
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
