"""Sums and bits; uint32 above all, which lie in int64: see `graph.stored`."""

from typing import Any

import numpy as np

from jaxgan.export.lowering import Lowering, Rule
from jaxgan.export.refused import Refused, origin
from jaxgan.export.rules.elementwise import FLOAT, direct, kind_of

MASK = np.int64(2**32 - 1)


WRAPPING = (
    *("add", "sub", "mul", "neg", "square", "integer_pow", "reduce_sum", "cumsum"),
    *("dot_general", "scatter_add", "scatter-add"),
)
"""Primitives of which `wrapping` cuts the results."""


def wrapping(rule: Rule) -> Rule:
    """Makes the rule whose results of uint32 are cut to 32 bits."""

    def cut(to: Lowering, equation: Any, *names: str) -> Any:
        result = rule(to, equation, *names)
        if equation.outvars[0].aval.dtype != np.uint32:
            return result
        return to.op("BitwiseAnd", result, MASK)

    return cut


def _either(truths: str, numbers: str) -> Rule:
    """A rule that is another operator for truths than for numbers, or bits."""

    def rule(to: Lowering, equation: Any, *names: str) -> str:
        return to.op(truths if kind_of(equation) == np.bool_ else numbers, *names)

    return rule


def invert(to: Lowering, equation: Any, x: str) -> str:
    """Not, of truths or of bits."""
    if kind_of(equation) == np.bool_:
        return to.op("Not", x)
    turned = to.op("BitwiseNot", x)
    if kind_of(equation) == np.uint32:
        return to.op("BitwiseAnd", turned, MASK)
    return turned


def remainder(to: Lowering, equation: Any, x: str, y: str) -> str:
    """With the sign of x."""
    return to.op("Mod", x, y, fmod=1)


def divided(to: Lowering, equation: Any, x: str, y: str) -> str:
    """x / y; of whole numbers towards 0."""
    return to.op("Div", x, y)


def shift_left(to: Lowering, equation: Any, x: str, n: str) -> str:
    """x · 2^n of uint32."""
    power = _power(to, equation, n, 0)
    return to.op("BitwiseAnd", to.op("Mul", x, power), MASK)


def shift_right(to: Lowering, equation: Any, x: str, n: str) -> str:
    """x / 2^n of uint32, rounded down."""
    return to.op("Div", x, _power(to, equation, n, 2**32))


def _power(to, equation, n, beyond):
    """2^n for places that are known; of 32 and more nothing is left."""
    places = to.known(n)
    if places is None or kind_of(equation) != np.uint32:
        raise Refused(
            f"primitive {equation.primitive.name}: saw {kind_of(equation)} in "
            f"{origin(equation)}, wanted uint32 and places that are known"
        )
    powers = np.left_shift(np.int64(1), np.clip(places, 0, 32))
    return np.where((places < 0) | (places > 31), np.int64(beyond), powers)


def bits_as_float(to: Lowering, equation: Any, x: str) -> str:
    """The float32 whose bits a uint32 has, of finite numbers that are not denormal.

    That is what `jax.random.uniform` makes of random bits.
    """
    after = np.dtype(equation.params["new_dtype"])
    if kind_of(equation) == after:
        return x
    if (kind_of(equation), after) != (np.uint32, np.float32):
        raise Refused(
            f"primitive bitcast_convert_type: saw {kind_of(equation)} to {after} in "
            f"{origin(equation)}, wanted uint32 to float32"
        )
    digits = to.op("Cast", to.op("BitwiseAnd", x, np.int64(2**23 - 1)), to=FLOAT)
    share = to.op("Add", to.op("Mul", digits, np.float32(2.0**-23)), np.float32(1))
    rest = to.op("Div", x, np.int64(2**23))
    exponent = to.op("BitwiseAnd", rest, np.int64(255))
    scale = to.op("Cast", to.op("Sub", exponent, np.int64(127)), to=FLOAT)
    scaled = to.op("Mul", share, to.op("Pow", np.float32(2), scale))
    positive = to.op("Less", rest, np.int64(256))
    value = to.op("Where", positive, scaled, to.op("Neg", scaled))
    return to.op("Where", to.op("Equal", exponent, np.int64(0)), np.float32(0), value)


def size_as_number(to: Lowering, equation: Any) -> str:
    """A symbolic side as a number."""
    size = to.dimensions.size(to.graph, equation.params["dim"])
    return to.op("Cast", to.op("Squeeze", size, np.zeros(1, np.int64)), to=6)


RULES = {
    "add": direct("Add"),
    "sub": direct("Sub"),
    "mul": direct("Mul"),
    "max": _either("Or", "Max"),
    "min": _either("And", "Min"),
    "div": divided,
    "rem": remainder,
    "and": _either("And", "BitwiseAnd"),
    "or": _either("Or", "BitwiseOr"),
    "xor": _either("Xor", "BitwiseXor"),
    "not": invert,
    "shift_left": shift_left,
    "shift_right_logical": shift_right,
    "bitcast_convert_type": bits_as_float,
    "dim_as_value": size_as_number,
}
