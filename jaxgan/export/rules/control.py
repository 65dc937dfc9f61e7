"""Programs within programs: calls, branches, loops.

A branch that is known when a model is made is taken then; loops whose number of rounds
is known become so many copies of their body.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from jaxgan.export.graph import Graph, code, physical
from jaxgan.export.lowering import Lowering, Value
from jaxgan.export.refused import Refused, origin

MOST_ROUNDS = 1024


def call(to: Lowering, equation: Any, *values: Value) -> Sequence[Value]:
    """What is called stands where it is called."""
    names = ("jaxpr", "call_jaxpr", "fun_jaxpr")
    inner = next(equation.params[n] for n in names if n in equation.params)
    return to.program(inner, values)


def platform(to: Lowering, equation: Any, *values: Value) -> Sequence[Value]:
    """No platform of JAX: what is computed by default."""
    return [np.int32(-1)]


def branches(to: Lowering, equation: Any, which: Value, *values: Value) -> Any:
    """The branch that is known to be taken, or If."""
    every = equation.params["branches"]
    if not isinstance(which, str):
        # A platform that has no branch of its own takes the last, which is the default.
        place = int(which)
        last = len(every) - 1
        return to.program(every[last if place < 0 else min(place, last)], values)
    if np.dtype(equation.invars[0].aval.dtype) == np.bool_:
        which = to.op("Cast", which, to=code(np.int32))
    types = [atom.aval for atom in equation.outvars]
    names = [x if isinstance(x, str) else to.name(x) for x in values]

    def among(places: Sequence[int]) -> list[str]:
        if len(places) == 1:
            return [to.name(x) for x in to.program(every[places[0]], names)]
        condition = to.op("LessOrEqual", which, np.int32(places[0]))
        return _either(to, condition, places, types)

    def _either(to, condition, places, types):
        parts = []
        for some in (places[:1], places[1:]):
            outer, to.graph = to.graph, Graph(to.graph)
            try:
                parts.append(to.graph.branch(among(some), types))
            finally:
                to.graph = outer
        then, otherwise = parts
        return to.graph.choice(condition, then, otherwise, len(types))

    return among(range(len(every)))


def scan(to: Lowering, equation: Any, *values: Value) -> Sequence[Value]:
    """A copy of the body for every round."""
    how = equation.params
    constants, carried = how["num_consts"], how["num_carry"]
    fixed, carry = values[:constants], [*values[constants : constants + carried]]
    rows = values[constants + carried :]
    if not isinstance(how["length"], int) or how["length"] > MOST_ROUNDS:
        raise _too_long(equation, how["length"])
    rounds: Any = range(how["length"])
    made: list[list[Value]] = []
    for place in reversed(rounds) if how["reverse"] else rounds:
        row = [_row(to, x, place) for x in rows]
        results = to.program(how["jaxpr"], [*fixed, *carry, *row])
        carry = [*results[:carried]]
        made.append([*results[carried:]])
    if how["reverse"]:
        made.reverse()
    if not rounds:
        rows_of_none = (physical(x.aval) for x in equation.outvars[carried:])
        return [*carry, *(np.zeros(*like) for like in rows_of_none)]
    return [*carry, *(_stacked(to, column) for column in zip(*made))]


def _row(to, x, place):
    if not isinstance(x, str):
        return x[place]
    return to.op("Gather", x, np.int64(place), axis=0)


def _stacked(to, parts):
    axis = np.zeros(1, np.int64)
    return to.op(
        "Concat", *(to.op("Unsqueeze", to.name(x), axis) for x in parts), axis=0
    )


def repeated(to: Lowering, equation: Any, *values: Value) -> Sequence[Value]:
    """A copy of the body for every round, while the condition is known to hold.

    Raises:
      Refused: if it is not known, or holds too often.
    """
    how = equation.params
    first, second = how["cond_nconsts"], how["body_nconsts"]
    asked, fixed = values[:first], values[first : first + second]
    carry = [*values[first + second :]]
    for _ in range(MOST_ROUNDS + 1):
        (holds,) = to.program(how["cond_jaxpr"], [*asked, *carry])
        if isinstance(holds, str):
            raise Refused(
                f"primitive while: saw a loop in {origin(equation)} whose number of "
                "rounds is not known, wanted one that is"
            )
        if not holds:
            return carry
        carry = [*to.program(how["body_jaxpr"], [*fixed, *carry])]
    raise _too_long(equation, MOST_ROUNDS + 1)


def _too_long(equation, rounds):
    return Refused(
        f"primitive {equation.primitive.name}: saw {rounds} rounds or more in "
        f"{origin(equation)}, wanted at most {MOST_ROUNDS}"
    )


CALLS = (
    *("jit", "pjit", "closed_call", "core_call", "remat", "remat2", "checkpoint"),
    *("custom_jvp_call", "custom_vjp_call", "custom_vjp_call_jaxpr", "custom_lin"),
)
CONTROLS = dict.fromkeys(CALLS, call) | {
    "platform_index": platform,
    "cond": branches,
    "scan": scan,
    "while": repeated,
}
