"""An ONNX graph in the making: every node and every constant stands in it once."""

from collections import ChainMap
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.export.refused import Refused

OPSET, IR_VERSION = 21, 10
THREEFRY = jax.eval_shape(lambda: jax.random.key(0, impl="threefry2x32")).dtype
"""The type of the keys that rules know."""


def stored(dtype: Any) -> np.dtype:
    """The type that values of a type have in the graph.

    Few operators know uint32: such numbers are kept in int64, and cut to 32 bits
    after what may exceed them. bfloat16 is kept in float32.
    """
    name = str(np.dtype(dtype))
    return np.dtype({"uint32": "int64", "bfloat16": "float32"}.get(name, name))


def code(dtype: Any) -> int:
    """The number that ONNX has for the type."""
    from onnx import helper

    return helper.np_dtype_to_tensor_dtype(stored(dtype))


class Graph:
    """Nodes in order, by their names.

    Attributes:
      nodes: of ONNX.
      constants: arrays by name.
    """

    def __init__(self, outer: "Graph | None" = None):
        """Begins one; within an outer graph it is a branch, which sees its values."""
        self.nodes: list[Any] = []
        self._made: ChainMap[Any, list[str]]
        if outer is None:
            self._made = ChainMap()
            self.constants: dict[str, np.ndarray] = {}
            self._known: dict[Any, str] = {}
            self._count = iter(range(2**62))
        else:
            self._made = outer._made.new_child()
            self.constants, self._known = outer.constants, outer._known
            self._count = outer._count

    def constant(self, array: Any) -> str:
        """Names an array."""
        array = np.asarray(array)
        array = np.ascontiguousarray(array.astype(stored(array.dtype))).reshape(
            array.shape
        )
        key = array.dtype.str, array.shape, array.tobytes()
        if key not in self._known:
            name = f"c.{len(self.constants)}"
            self.constants[name], self._known[key] = array, name
        return self._known[key]

    def _fresh(self) -> str:
        """A name that no other value has: those of inputs and outputs have no dots."""
        return f"t.{next(self._count)}"

    def op(self, kind: str, *inputs: Any, **attributes: Any) -> str:
        """Names the result of an operator; inputs are names or arrays."""
        return self.several(kind, 1, *inputs, **attributes)[0]

    def several(
        self, kind: str, count: int, *inputs: Any, **attributes: Any
    ) -> list[str]:
        """Names the results of an operator that has several."""
        from onnx import helper

        names = [x if isinstance(x, str) else self.constant(x) for x in inputs]
        key = kind, count, tuple(names), repr(sorted(attributes.items()))
        if key not in self._made:
            results = [self._fresh() for _ in range(count)]
            self.nodes.append(helper.make_node(kind, names, results, **attributes))
            self._made[key] = results
        return self._made[key]

    def choice(
        self, condition: str, then: Any, otherwise: Any, count: int
    ) -> list[str]:
        """Names what one of two branches computes."""
        from onnx import helper

        results = [self._fresh() for _ in range(count)]
        branches = {"then_branch": then, "else_branch": otherwise}
        self.nodes.append(helper.make_node("If", [condition], results, **branches))
        return results

    def branch(self, results: Sequence[str], types: Sequence[Any]) -> Any:
        """Makes what a branch computes an attribute of a node."""
        from onnx import helper

        outputs = []
        for name, like in zip(results, types):
            out = self._fresh()
            self.nodes.append(helper.make_node("Identity", [name], [out]))
            outputs.append(described(out, like))
        return helper.make_graph(self.nodes, "branch", [], outputs)


def described(name: str, like: Any) -> Any:
    """Describes a value of a graph by an array's type; keys are two numbers each."""
    from onnx import helper

    shape, dtype = physical(like)
    return helper.make_tensor_value_info(
        name, code(dtype), [d if isinstance(d, int) else str(d) for d in shape]
    )


def physical(like: Any) -> tuple[tuple[Any, ...], Any]:
    """The shape and type that a value's numbers have: those of keys are [..., 2].

    Raises:
      Refused: if keys are not Threefry's.
    """
    if is_key(like.dtype):
        if like.dtype != THREEFRY:
            raise Refused(f"keys: saw {like.dtype.name}, wanted those of threefry2x32")
        return (*like.shape, 2), np.dtype("uint32")
    return tuple(like.shape), like.dtype


def is_key(dtype: Any) -> bool:
    """Whether values of a type are keys of random numbers."""
    return jnp.issubdtype(dtype, jax.dtypes.prng_key)
