"""Labels that a program looks up in tables, and how many rows these have.

A label beyond a table is no error in JAX: a lookup gives NaN, a one-hot vector zeros.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from jax.extend import core as jax_core

KEEPING = {
    *("broadcast_in_dim", "reshape", "squeeze", "expand_dims", "transpose", "copy"),
    *("convert_element_type", "slice", "rev", "stop_gradient", "sharding_constraint"),
    *("select_n", "add", "add_any", "all_gather", "copy_p", "mesh_cast", "reshard"),
    *("optimization_barrier", "dynamic_slice", "gather", "pvary"),
}
"""Operations that leave labels what they are; `add` counts them from the end."""


class LabelTable(NamedTuple):
    """Where labels are looked up.

    Attributes:
      rows: how many labels there may be.
      name: of the module that does it, such as 'generator/Embedding_0'; '' if unknown.
    """

    rows: int
    name: str = ""


class _Labels(NamedTuple):
    """Values that are labels: all, or those at some places of the last axis."""

    places: tuple[int, ...] | None = None


class _Count(NamedTuple):
    """Values that count 0, 1, ... along an axis."""

    end: int


def tables(
    program: jax_core.ClosedJaxpr, labels: Sequence[bool]
) -> Iterator[LabelTable]:
    """Finds all tables that a program looks labels up in.

    Args:
      program: traced.
      labels: which of its inputs are labels.
    """
    inputs = [_Labels() if one else None for one in labels]
    found: list[LabelTable] = []
    _walk(program.jaxpr, inputs, found, "")
    yield from dict.fromkeys(found)


def depends(program: jax_core.ClosedJaxpr, labels: Sequence[bool]) -> bool:
    """Tells whether any output of a program depends on labels."""
    inner = program.jaxpr
    known = {variable for variable, one in zip(inner.invars, labels) if one}
    for equation in inner.eqns:
        if any(not hasattr(atom, "val") and atom in known for atom in equation.invars):
            known.update(equation.outvars)
    return any(not hasattr(atom, "val") and atom in known for atom in inner.outvars)


def _walk(
    jaxpr: Any, inputs: Sequence[Any], found: list[LabelTable], within: str
) -> list[Any]:
    """Follows labels through a program; what its outputs are of them."""
    known: dict[Any, Any] = {
        variable: kind for variable, kind in zip(jaxpr.invars, inputs) if kind
    }

    def of(atom: Any) -> Any:
        return None if hasattr(atom, "val") else known.get(atom)

    for equation in jaxpr.eqns:
        name = equation.primitive.name
        if name == "iota":
            shape = equation.params["shape"]
            end = shape[equation.params["dimension"]]
            known[equation.outvars[0]] = _Count(end)
            continue
        kinds = [of(atom) for atom in equation.invars]
        if not any(kinds):
            continue
        where = f"{within}/{equation.source_info.name_stack}".strip("/")
        outputs = _inner(equation, kinds, found, where)
        if outputs is None:
            found += [
                LabelTable(rows, _module(where)) for rows in _rows(equation, kinds)
            ]
            outputs = [_kept(equation, kinds)] * len(equation.outvars)
        for variable, kind in zip(equation.outvars, outputs):
            if kind is not None:
                known[variable] = kind
    return [of(atom) for atom in jaxpr.outvars]


def _inner(
    equation: Any, kinds: list[Any], found: list[LabelTable], where: str
) -> list[Any] | None:
    """Follows labels into the programs that an operation calls, if it calls any."""
    inner = list(_programs(equation.params))
    if not inner:
        return None
    outputs: list[Any] = [None] * len(equation.outvars)
    for program in inner:
        # Branches are not given the index; loops have constants of other programs.
        spare = len(kinds) - len(program.invars)
        if spare < 0:
            continue
        results = _walk(program, kinds[spare:], found, where)
        if len(results) == len(outputs):
            outputs = [one or other for one, other in zip(outputs, results)]
    return outputs


def _programs(params: dict[str, Any]) -> Iterator[Any]:
    for value in params.values():
        for one in value if isinstance(value, tuple | list) else (value,):
            one = getattr(one, "jaxpr", one)
            if hasattr(one, "eqns"):
                yield one


def _module(where: str) -> str:
    """Names the module of a place: 'vmap(jvp(a))/b' is 'a/b'."""
    return re.sub(r"\w+\(|\)", "", where)


def _rows(equation: Any, kinds: list[Any]) -> list[int]:
    """Counts the rows of the tables that an operation looks labels up in."""
    name, of = equation.primitive.name, [isinstance(kind, _Labels) for kind in kinds]
    if name in ("eq", "ne") and any(of):
        return [kind.end for kind in kinds if isinstance(kind, _Count)]
    shape = equation.invars[0].aval.shape
    if name == "dynamic_slice":
        return [size for size, label in zip(shape, of[1:]) if label]
    if name != "gather" or not of[1]:
        return []
    axes, places = equation.params["dimension_numbers"].start_index_map, kinds[1].places
    if places is None:
        # Of several axes it is not known which are indexed by labels.
        return [shape[axes[0]]] if len(axes) == 1 else []
    return [shape[axes[place]] for place in places]


def _kept(equation: Any, kinds: list[Any]) -> Any:
    """Finds whether the result of an operation is labels still, or a count."""
    name = equation.primitive.name
    if name == "concatenate":
        return _joined(equation, kinds)
    if name not in KEEPING or (name in ("gather", "dynamic_slice") and not kinds[0]):
        return None
    return next((kind for kind in kinds if kind is not None), None)


def _joined(equation: Any, kinds: list[Any]) -> Any:
    """Finds which columns are labels, of columns side by side."""
    shape = equation.outvars[0].aval.shape
    if all(isinstance(kind, _Labels) for kind in kinds):
        return _Labels()
    if equation.params["dimension"] != len(shape) - 1:
        return None
    places, at = [], 0
    for atom, kind in zip(equation.invars, kinds):
        width = atom.aval.shape[-1]
        if isinstance(kind, _Labels):
            places += range(at, at + width)
        at += width
    return _Labels(tuple(places)) if places else None
