"""From equations of JAX to nodes of ONNX: the walk; `rules` has what each one becomes.

What is known when a program is exported is computed then, by JAX: weights that are
scaled or turned round, tables, branches that are never taken.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal

from jaxgan.export.dimensions import Dimensions
from jaxgan.export.graph import Graph, is_key, physical
from jaxgan.export.refused import Refused, origin

Value = Any
"""The name (str) of what the graph computes; or what is known: an array, or keys."""
Rule = Callable[..., Any]
"""f(lowering, equation, *names) -> the name of the result, or names of several."""
Control = Callable[..., Sequence[Value] | None]
"""f(lowering, equation, *values) -> values; None leaves an equation to its rule."""

SMALL = 4096
"""Numbers of a result that may be larger than what it is computed of, and be stored."""


class Lowering:
    """A graph, and the way into it.

    Attributes:
      graph: that nodes go to; `op` is its.
      dimensions: of symbolic shapes.
    """

    def __init__(
        self,
        graph: Graph,
        dimensions: Dimensions,
        rules: Mapping[str, Rule],
        controls: Mapping[str, Control],
    ):
        """Begins.

        Args:
          graph: to begin with.
          dimensions: that its inputs tell.
          rules: by name of the primitive.
          controls: of those that hold programs, and may compute nothing themselves.
        """
        self.graph, self.dimensions = graph, dimensions
        self.rules, self.controls = rules, controls

    def op(self, kind: str, *inputs: Any, **attributes: Any) -> str:
        """Names the result of an operator of ONNX."""
        return self.graph.op(kind, *inputs, **attributes)

    def known(self, name: str) -> np.ndarray | None:
        """Finds a constant by its name."""
        return self.graph.constants.get(name)

    def shape(self, shape: Sequence[Any]) -> str:
        """Names a shape, maybe a symbolic one, as numbers [n]."""
        return self.dimensions.shape(self.graph, shape)

    def reshape(self, x: str, shape: Sequence[Any]) -> str:
        """Gives an array another shape."""
        unknown = sum(not isinstance(side, int) for side in shape)
        if unknown > 1 or 0 in shape:
            return self.op("Reshape", x, self.shape(shape), allowzero=1)
        sides = [side if isinstance(side, int) else -1 for side in shape]
        return self.op("Reshape", x, np.asarray(sides, np.int64))

    def transpose(self, x: str, order: Sequence[int]) -> str:
        """Reorders axes; constants at once."""
        if list(order) == list(range(len(order))):
            return x
        constant = self.known(x)
        if constant is not None:
            return self.graph.constant(constant.transpose(order))
        return self.op("Transpose", x, perm=list(order))

    def name(self, value: Value) -> str:
        """Names a value, which may be known."""
        if isinstance(value, str):
            return value
        if is_key(getattr(value, "dtype", np.dtype(bool))):
            value = jax.random.key_data(value)
        return self.graph.constant(np.asarray(value))

    def traced(self, function: Callable, likes: Sequence[Any], *values: Value) -> Any:
        """Lowers what a function of JAX does to values of these types.

        Returns:
          The name of the result, or of each if there are several.
        """
        types = [jax.ShapeDtypeStruct(x.shape, x.dtype) for x in likes]
        outputs = self.program(jax.make_jaxpr(function)(*types), values)
        names = [self.name(x) for x in outputs]
        return names[0] if len(names) == 1 else names

    def program(
        self, program: ClosedJaxpr | Jaxpr, values: Sequence[Value]
    ) -> list[Value]:
        """Lowers all equations that results depend on.

        Raises:
          Refused: if there is one that has no form here.
        """
        jaxpr: Any = getattr(program, "jaxpr", program)
        constants = getattr(program, "consts", ())
        values_of: dict[Any, Value] = dict(zip(jaxpr.constvars, constants))
        values_of |= zip(jaxpr.invars, values)

        def read(atom):
            if isinstance(atom, Literal):
                return _literal(atom)
            return values_of[atom]

        for equation in _needed(jaxpr):
            results = self._equation(equation, [*map(read, equation.invars)])
            values_of |= zip(equation.outvars, results)
        return [read(atom) for atom in jaxpr.outvars]

    def _equation(self, equation: Any, values: Sequence[Value]) -> Sequence[Value]:
        name = equation.primitive.name
        if name in self.controls:
            results = self.controls[name](self, equation, *values)
            if results is not None:
                return results
        elif _may_be_stored(equation, values):
            results = equation.primitive.bind(*values, **equation.params)
            many = equation.primitive.multiple_results
            return [*map(_plain, results if many else [results])]
        atoms = *equation.invars, *equation.outvars
        types: list[Any] = [atom.aval for atom in atoms]
        if not name.startswith("random") and any(is_key(x.dtype) for x in types):
            return _on_keys(self, equation, values)
        if name not in self.rules:
            raise Refused(
                f"primitive {name}: saw one in {origin(equation)}, wanted one of those "
                "that have a form in ONNX (jaxgan.export.rules)"
            )
        found = self.rules[name](self, equation, *map(self.name, values))
        return [found] if isinstance(found, str) else found


def _needed(jaxpr: Jaxpr) -> list[Any]:
    """The equations that results depend on, in order."""
    live = {atom for atom in jaxpr.outvars if not isinstance(atom, Literal)}
    kept = []
    for equation in reversed(jaxpr.eqns):
        if live.intersection(equation.outvars):
            kept.append(equation)
            live.update(x for x in equation.invars if not isinstance(x, Literal))
    return kept[::-1]


def _may_be_stored(equation: Any, values: Sequence[Value]) -> bool:
    """Whether all is known, and the result is not much larger than what it is of."""
    named = any(isinstance(x, str) for x in values)
    if named or equation.primitive.name == "dim_as_value":
        return False
    shapes = [atom.aval.shape for atom in equation.outvars]
    if not all(isinstance(side, int) for shape in shapes for side in shape):
        return False
    return sum(map(math.prod, shapes)) <= max(SMALL, *map(np.size, values), 0)


def _literal(atom: Any) -> Value:
    return (
        atom.val if is_key(atom.aval.dtype) else np.asarray(atom.val, atom.aval.dtype)
    )


def _plain(x: Any) -> Value:
    return x if is_key(x.dtype) else np.asarray(x)


def _on_keys(lowering: Lowering, equation: Any, values: Sequence[Value]) -> Any:
    """What moves keys, moves each of their numbers: an axis more, the last."""
    axes = [-1 if is_key(atom.aval.dtype) else None for atom in equation.invars]
    numbers = [jax.ShapeDtypeStruct(*physical(atom.aval)) for atom in equation.invars]

    def moved(*arrays):
        def one(*arrays):
            return equation.primitive.bind(*arrays, **equation.params)

        return jax.vmap(one, axes, -1)(*arrays)

    found = lowering.traced(moved, numbers, *map(lowering.name, values))
    return [found] if isinstance(found, str) else found
