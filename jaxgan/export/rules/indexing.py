"""What is looked up by numbers that are not known before."""

from typing import Any

import jax
import numpy as np

from jaxgan.export.graph import code, stored
from jaxgan.export.lowering import Lowering
from jaxgan.export.refused import Refused, origin

MODES = jax.lax.GatherScatterMode


def gather(to: Lowering, equation: Any, x: str, indices: str) -> str:
    """Whole slices at indices: `table[labels]`, `take_along_axis`.

    Raises:
      Refused: if slices are parts of an axis that is looked up.
    """
    how = equation.params
    numbers = how["dimension_numbers"]
    shape, places = (atom.aval.shape for atom in equation.invars)
    batch, looked = numbers.operand_batching_dims, numbers.start_index_map
    rest = [axis for axis in range(len(shape)) if axis not in (*batch, *looked)]
    whole = all(how["slice_sizes"][axis] == shape[axis] for axis in rest)
    if not whole or set(looked) != set(numbers.collapsed_slice_dims):
        return _window(to, equation, x, indices)
    lead = numbers.start_indices_batching_dims
    others = [axis for axis in range(len(places) - 1) if axis not in lead]
    x = to.transpose(x, [*batch, *looked, *rest])
    order = [*lead, *others, len(places) - 1]
    indices = to.transpose(to.op("Cast", indices, to=code(np.int64)), order)
    last = to.op(
        "Sub", to.shape([shape[axis] for axis in looked]), np.ones(1, np.int64)
    )
    inside = to.op("Min", to.op("Max", indices, np.zeros(1, np.int64)), last)
    found = to.op("GatherND", x, inside, batch_dims=len(batch))
    if how["mode"] == MODES.FILL_OR_DROP:
        found = _filled(
            to, equation, found, indices, inside, [places[a] for a in order], len(rest)
        )
    # GatherND has what was looked up first, then the rest of the slices.
    offsets = numbers.offset_dims
    spots = [axis for axis in range(len(places) - 1 + len(rest)) if axis not in offsets]
    wanted = [*(spots[axis] for axis in (*lead, *others)), *offsets]
    return to.transpose(found, [*np.argsort(wanted)])


def _within(to, indices, inside):
    """Whether indices [..., n] are those that lie inside, all n: truths [..., 1]."""
    same = to.op("Cast", to.op("Equal", indices, inside), to=code(np.int32))
    least = to.op("ReduceMin", same, np.asarray([-1], np.int64), keepdims=1)
    return to.op("Cast", least, to=code(np.bool_))


def _filled(to, equation, found, indices, inside, places, rest):
    """What lies outside is what was asked for, such as no number."""
    within = to.reshape(_within(to, indices, inside), [*places[:-1], *[1] * rest])
    dtype = np.dtype(equation.outvars[0].aval.dtype)
    if dtype == np.bool_:
        raise Refused(
            f"primitive gather: saw truths in {origin(equation)}, wanted numbers, or "
            "mode='clip'"
        )
    value = np.asarray(equation.params["fill_value"], dtype)
    return to.op("Where", within, found, value)


def _window(to, equation, x, indices):
    """One part of an array at numbers, which is moved to lie within, or filled."""
    how = equation.params
    numbers = how["dimension_numbers"]
    shape, places = (atom.aval.shape for atom in equation.invars)
    if len(places) != 1 or numbers.operand_batching_dims:
        raise Refused(
            f"primitive gather: saw parts of axes at many places in "
            f"{origin(equation)}, wanted whole slices"
        )
    indices = to.op("Cast", indices, to=code(np.int64))
    sizes = how["slice_sizes"]
    axes = numbers.start_index_map
    last = to.shape([shape[axis] - sizes[axis] for axis in axes])
    start = to.op("Min", to.op("Max", indices, np.zeros(1, np.int64)), last)
    end = to.op("Add", start, to.shape([sizes[axis] for axis in axes]))
    cut = to.op("Slice", x, start, end, np.asarray(axes, np.int64))
    cut = to.op("Slice", cut, np.zeros(len(sizes), np.int64), to.shape(sizes))
    made = equation.outvars[0].aval.shape
    cut = to.reshape(cut, made)
    if how["mode"] != MODES.FILL_OR_DROP:
        return cut
    return _filled(to, equation, cut, indices, start, places, len(made))


def scatter(reduction: str):
    """The rule that puts, or adds, whole slices at indices.

    What lies outside goes to a place behind all others, which is cut off.

    Raises:
      Refused: if slices are parts of an axis.
    """

    def rule(to: Lowering, equation: Any, x: str, indices: str, updates: str) -> str:
        how = equation.params
        numbers = how["dimension_numbers"]
        shape, _, of = (atom.aval.shape for atom in equation.invars)
        looked = numbers.scatter_dims_to_operand_dims
        batch = numbers.operand_batching_dims
        windows = numbers.update_window_dims
        rest = [axis for axis in range(len(shape)) if axis not in looked]
        whole = [of[axis] for axis in windows] == [shape[axis] for axis in rest]
        if batch or not whole or set(looked) != set(numbers.inserted_window_dims):
            raise Refused(
                f"primitive {equation.primitive.name}: saw parts of axes in "
                f"{origin(equation)}, wanted whole slices"
            )
        order = [*looked, *rest]
        x = to.transpose(x, order)
        places_of = [axis for axis in range(len(of)) if axis not in windows]
        updates = to.transpose(updates, [*places_of, *windows])
        indices = to.op("Cast", indices, to=code(np.int64))
        last = to.op("Sub", to.shape([shape[a] for a in looked]), np.ones(1, np.int64))
        inside = to.op("Min", to.op("Max", indices, np.zeros(1, np.int64)), last)
        drops = looked and how["mode"] == MODES.FILL_OR_DROP
        if drops:
            beyond = to.shape([shape[looked[0]], *[0] * (len(looked) - 1)])
            within = _within(to, indices, inside)
            inside = to.op("Where", within, inside, beyond)
            edges = np.zeros((2, len(shape)), np.int64)
            edges[1, 0] = 1
            none = np.zeros((), stored(equation.invars[0].aval.dtype))
            x = to.op("Pad", x, edges.reshape(-1), none)
        put = to.op("ScatterND", x, inside, updates, reduction=reduction)
        if drops:
            zero = np.zeros(1, np.int64)
            put = to.op("Slice", put, zero, to.shape([shape[looked[0]]]), zero)
        return to.transpose(put, [*np.argsort(order)])

    return rule


RULES = {"gather": gather, "scatter": scatter("none"), "scatter_add": scatter("add")}
RULES["scatter-add"] = RULES["scatter_add"]
