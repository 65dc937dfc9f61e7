"""Sizes that are known when a graph runs: symbolic dimensions as its numbers."""

import ast
from collections.abc import Sequence
from typing import Any

import numpy as np

from jaxgan.export.graph import Graph
from jaxgan.export.refused import Refused


class Dimensions:
    """Evaluates symbolic dimensions from the shapes of a graph's inputs.

    JAX writes them in the notation that `jax.export.symbolic_shape` reads, which is all
    that is asked of them here: sums, products, powers, floordiv, mod, max and min.
    """

    def __init__(self):
        """Knows no variable yet."""
        self._variables: dict[str, str] = {}

    def learn(self, graph: Graph, name: str, shape: Sequence[Any]) -> None:
        """Finds the variables of an input's shape: sides like b or 8*h.

        Raises:
          Refused: if a side is no multiple of one variable, plus a number.
        """
        for axis, side in enumerate(shape):
            if isinstance(side, int):
                continue
            tree = _parsed(side)
            found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            found -= {"floordiv", "mod", "max", "min"}
            if len(found) != 1 or found <= set(self._variables):
                continue
            (variable,) = found
            at = [_number(tree, {variable: n}) for n in (1, 2, 3)]
            step, start = at[1] - at[0], 2 * at[0] - at[1]
            if at[2] != start + 3 * step:
                raise Refused(f"{name}: saw a side {side}, wanted one like b or 8*h")
            whole = graph.op("Shape", name)
            size = graph.op("Slice", whole, _one(axis), _one(axis + 1))
            if start:
                size = graph.op("Sub", size, _one(start))
            if step != 1:
                size = graph.op("Div", size, _one(step))
            self._variables[variable] = size

    def size(self, graph: Graph, side: Any) -> str:
        """Names the number [1], int64, of one side.

        Raises:
          Refused: if it has a variable that no input's shape tells.
        """
        if isinstance(side, int | np.integer):
            return graph.constant(_one(int(side)))
        return self._evaluated(graph, _parsed(side), str(side))

    def shape(self, graph: Graph, shape: Sequence[Any]) -> str:
        """Names a shape as numbers [n], int64."""
        if all(isinstance(side, int) for side in shape):
            return graph.constant(np.asarray(shape, np.int64))
        return graph.op("Concat", *(self.size(graph, side) for side in shape), axis=0)

    def _evaluated(self, graph: Graph, node: ast.expr, text: str) -> str:
        def value(inner):
            return self._evaluated(graph, inner, text)

        match node:
            case ast.Constant(value=int(number)):
                return graph.constant(_one(number))
            case ast.Name(id=name) if name in self._variables:
                return self._variables[name]
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return graph.op("Neg", value(inner))
            case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=int(n))):
                factor = result = value(left)
                for _ in range(n - 1):
                    result = graph.op("Mul", result, factor)
                return result
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                return graph.op(_OPERATORS[type(op)], value(left), value(right))
            case ast.Call(func=ast.Name(id="floordiv"), args=[left, right]):
                left, right = value(left), value(right)
                rest = graph.op("Mod", left, right)
                return graph.op("Div", graph.op("Sub", left, rest), right)
            case ast.Call(func=ast.Name(id=name), args=parts) if name in _CALLS:
                return graph.op(_CALLS[name], *map(value, parts))
        raise Refused(
            f"dimension: saw {text}, of which the inputs' shapes tell too little"
        )


_OPERATORS = {ast.Add: "Add", ast.Sub: "Sub", ast.Mult: "Mul"}
_CALLS = {"mod": "Mod", "max": "Max", "min": "Min"}


def _one(number: int) -> np.ndarray:
    return np.asarray([number], np.int64)


def _parsed(side: Any) -> ast.expr:
    return ast.parse(str(side).replace("^", "**"), mode="eval").body


def _number(tree: ast.expr, known: dict[str, int]) -> int:
    """The value of a side like 8*h + 2."""
    match tree:
        case ast.Constant(value=int(number)):
            return number
        case ast.Name(id=name):
            return known[name]
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_number(inner, known)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            left, right = _number(left, known), _number(right, known)
            kind = _OPERATORS[type(op)]
            return {"Add": left + right, "Sub": left - right, "Mul": left * right}[kind]
    raise Refused(f"dimension: saw {ast.unparse(tree)}, wanted one like b or 8*h")
