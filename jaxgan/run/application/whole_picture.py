"""Whether a function of pictures reads the whole of them at once, as norms do."""

from collections.abc import Callable, Iterator
from typing import Any

import jax

ROWS, COLUMNS = 1, 2
"""Axes of [B, H, W, C]."""
_SUMS = ("reduce_sum", "reduce_max", "reduce_min")


def reads_whole(function: Callable[..., Any], *arguments: Any) -> bool:
    """Tells whether it sums maps over all places: nothing is computed.

    So do instance normalisation, batch normalisation by a picture's own statistics, and
    whatever pools globally. What such a function makes of a part of a picture is not
    that part of what it makes of the whole.

    Args:
      function: of arrays.
      arguments: arrays, or their shapes.
    """
    return any(map(_sums_places, _equations(jax.make_jaxpr(function)(*arguments))))


def _sums_places(equation: Any) -> bool:
    if equation.primitive.name not in _SUMS:
        return False
    shape = equation.invars[0].aval.shape
    axes = {ROWS, COLUMNS} <= set(equation.params["axes"])
    return axes and len(shape) == 4 and min(shape[ROWS], shape[COLUMNS]) > 1


def _equations(program: Any) -> Iterator[Any]:
    """Goes through a program and those within it."""
    for equation in getattr(program, "jaxpr", program).eqns:
        yield equation
        inner = jax.tree.leaves([*equation.params.values()], is_leaf=_is_program)
        for value in filter(_is_program, inner):
            yield from _equations(value)


def _is_program(value: Any) -> bool:
    return hasattr(getattr(value, "jaxpr", value), "eqns")
