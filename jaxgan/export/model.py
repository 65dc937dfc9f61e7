"""A function of JAX as an ONNX model."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np

from jaxgan.export import rules
from jaxgan.export.dimensions import Dimensions
from jaxgan.export.graph import (
    IR_VERSION,
    OPSET,
    Graph,
    described,
    is_key,
    physical,
    stored,
)
from jaxgan.export.lowering import Lowering
from jaxgan.export.refused import Refused

LARGEST = 2**31 - 1
"""Bytes of a model: more do not fit one file of ONNX."""
FEW = 256
"""Numbers of an array that is too small for half precision to pay."""


class OnnxModel(NamedTuple):
    """A model, and what it is called with.

    Attributes:
      data: the file.
      inputs: names, of those that results depend on.
      outputs: names.
      nodes: how many operators, those of branches left out.
    """

    data: bytes
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    nodes: int


def to_onnx(
    function: Callable[..., Any],
    arguments: Sequence[Any],
    inputs: Sequence[str],
    outputs: Sequence[str],
    *,
    half: bool = False,
) -> OnnxModel:
    """Makes an ONNX model of a function of arrays.

    Args:
      function: f(*arrays) -> an array, or a tree of arrays.
      arguments: arrays' types, such as `jax.ShapeDtypeStruct`. Sides may be symbolic,
        of `jax.export.symbolic_shape`. uint32 is int64 in the model, and a key of
        random numbers two of these, an axis more.
      inputs: names of the arguments, words without dots. Those that no result depends
        on are left out.
      outputs: names of the result's leaves.
      half: store weights as float16. They are computed with as float32.

    Raises:
      Refused: if some part of it has no form in ONNX, naming it and where it stands.
      ValueError: if names are too few, too many, or not all different words.
      ImportError: if onnx is not installed: the extra 'export'.
    """
    from onnx import helper, numpy_helper

    program = jax.make_jaxpr(function)(*arguments)
    jaxpr = program.jaxpr
    _check_names(inputs, len(arguments), outputs, len(jaxpr.outvars))
    graph, dimensions = Graph(), Dimensions()
    # Sizes are read from what is certainly an input; keys may be used by nothing.
    named = [*zip(inputs, arguments, strict=True)]
    for name, argument in sorted(named, key=lambda pair: is_key(pair[1].dtype)):
        dimensions.learn(graph, name, argument.shape)
    lowering = Lowering(graph, dimensions, rules.RULES, rules.CONTROLS)
    results = lowering.program(program, inputs)
    names = [lowering.name(result) for result in results]
    for name, result in zip(outputs, names, strict=True):
        graph.nodes.append(helper.make_node("Identity", [result], [name]))
    graph.nodes = _live(graph.nodes, outputs)
    needed = _names_of(graph.nodes)
    kept = [
        described(name, argument)
        for name, argument in zip(inputs, arguments)
        if name in needed
    ]
    casts, weights = [], []
    for name, array in graph.constants.items():
        if name in needed:
            narrow = half and _fits_half(array)
            stored = f"{name}_half" if narrow else name
            if narrow:
                array = array.astype(np.float16)
                casts.append(helper.make_node("Cast", [stored], [name], to=1))
            weights.append(numpy_helper.from_array(array, stored))
    made = [described(name, x.aval) for name, x in zip(outputs, jaxpr.outvars)]
    nodes = [*casts, *graph.nodes]
    body = helper.make_graph(nodes, "jaxgan", kept, made, weights)
    opset = helper.make_opsetid("", OPSET)
    model = helper.make_model(
        body, opset_imports=[opset], ir_version=IR_VERSION, producer_name="jaxgan"
    )
    size = model.ByteSize()
    if size > LARGEST:
        raise Refused(f"model: saw {size:,} bytes, wanted at most {LARGEST:,}")
    inner = tuple(entry.name for entry in kept)
    return OnnxModel(model.SerializeToString(), inner, tuple(outputs), len(nodes))


def as_input(value: Any) -> np.ndarray:
    """Makes the array that a model takes for an argument: see `to_onnx`."""
    shape, _ = physical(value)
    numbers = jax.random.key_data(value) if is_key(value.dtype) else value
    array = np.asarray(numbers).reshape(shape)
    return array.astype(stored(array.dtype))


def _check_names(
    inputs: Sequence[str], arguments: int, outputs: Sequence[str], results: int
) -> None:
    for which, names, count in (
        ("inputs", inputs, arguments),
        ("outputs", outputs, results),
    ):
        if len(names) != count:
            raise ValueError(f"{which}: saw {len(names)} names, wanted {count}")
    every = [*inputs, *outputs]
    for name in every:
        if every.count(name) > 1 or not name or "." in name:
            raise ValueError(
                f"inputs, outputs: saw {name!r}, wanted different words without dots"
            )


def _fits_half(array: np.ndarray) -> bool:
    large = array.dtype == np.float32 and array.size >= FEW
    return large and bool(np.abs(array).max() < np.finfo(np.float16).max)


def _live(nodes: Sequence[Any], outputs: Sequence[str]) -> list[Any]:
    """The nodes that outputs depend on."""
    needed, kept = set(outputs), []
    for node in reversed(nodes):
        if needed.intersection(node.output):
            kept.append(node)
            needed |= _names_of([node])
    return kept[::-1]


def _names_of(nodes: Sequence[Any]) -> set[str]:
    """All that nodes read, those of branches too."""
    names = {name for node in nodes for name in node.input}
    for node in nodes:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                names |= _names_of(attribute.g.node)
    return names
