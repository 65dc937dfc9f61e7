"""Functions of each number, of floats above all."""

from typing import Any

import jax
import numpy as np

from jaxgan.export.graph import code
from jaxgan.export.lowering import Lowering, Rule
from jaxgan.export.refused import Refused

FLOAT, BOOL = 1, 9
"""ONNX's numbers of these types."""


def direct(kind: str) -> Rule:
    """The rule of a primitive that is one operator."""
    return lambda to, equation, *names: to.op(kind, *names)


def kind_of(equation: Any, place: int = 0) -> np.dtype:
    """The type of an operand."""
    return np.dtype(equation.invars[place].aval.dtype)


def _one(equation):
    return np.ones((), kind_of(equation))


def square(to: Lowering, equation: Any, x: str) -> str:
    """x · x."""
    return to.op("Mul", x, x)


def rsqrt(to: Lowering, equation: Any, x: str) -> str:
    """1 / √x."""
    return to.op("Reciprocal", to.op("Sqrt", x))


def exp2(to: Lowering, equation: Any, x: str) -> str:
    """2^x."""
    return to.op("Pow", np.full((), 2, kind_of(equation)), x)


def log1p(to: Lowering, equation: Any, x: str) -> str:
    """log(1 + x), small x too: Kahan's log(u) · x / (u - 1), where u = 1 + x rounds."""
    one = _one(equation)
    u = to.op("Add", x, one)
    rest = to.op("Sub", u, one)
    exact = to.op("Equal", rest, np.zeros((), one.dtype))
    endless = to.op("IsInf", u)
    plain = to.op("Or", exact, endless)
    ratio = to.op("Div", x, to.op("Where", plain, one, rest))
    full = to.op("Mul", to.op("Log", u), to.op("Where", endless, one, ratio))
    return to.op("Where", exact, x, full)


def expm1(to: Lowering, equation: Any, x: str) -> str:
    """exp(x) - 1, small x too: Kahan's (u - 1) · x / log(u), where u = exp(x)."""
    one = _one(equation)
    u = to.op("Exp", x)
    rest = to.op("Sub", u, one)
    small = to.op("Less", to.op("Abs", x), np.full((), 0.5, one.dtype))
    exact = to.op("Equal", rest, np.zeros((), one.dtype))
    log = to.op("Log", to.op("Where", exact, np.full((), 2, one.dtype), u))
    near = to.op("Where", exact, x, to.op("Mul", rest, to.op("Div", x, log)))
    return to.op("Where", small, near, rest)


def integer_pow(to: Lowering, equation: Any, x: str) -> str:
    """x^n by products."""
    n = equation.params["y"]
    result, power, left = None, x, abs(n)
    while left:
        if left % 2:
            result = power if result is None else to.op("Mul", result, power)
        left //= 2
        power = to.op("Mul", power, power) if left else power
    if result is None:
        return to.op("Expand", _one(equation), to.shape(equation.outvars[0].aval.shape))
    return to.op("Reciprocal", result) if n < 0 else result


def power(to: Lowering, equation: Any, x: str, y: str) -> str:
    """x^y of floats."""
    return to.op("Pow", x, y)


def rounded(to: Lowering, equation: Any, x: str) -> str:
    """To whole numbers: halves to even ones, or away from 0."""
    if equation.params["rounding_method"] == jax.lax.RoundingMethod.TO_NEAREST_EVEN:
        return to.op("Round", x)
    half = np.full((), 0.5, kind_of(equation))
    size = to.op("Abs", x)
    whole = to.op("Floor", size)
    # Not ⌊size + ½⌋: that sum rounds.
    up = to.op("GreaterOrEqual", to.op("Sub", size, whole), half)
    size = to.op("Where", up, to.op("Add", whole, _one(equation)), whole)
    return to.op("Mul", to.op("Sign", x), size)


def clamp(to: Lowering, equation: Any, low: str, x: str, high: str) -> str:
    """Within bounds."""
    return to.op("Min", to.op("Max", x, low), high)


def is_finite(to: Lowering, equation: Any, x: str) -> str:
    """Neither infinite nor no number."""
    return to.op("Not", to.op("Or", to.op("IsInf", x), to.op("IsNaN", x)))


def not_equal(to: Lowering, equation: Any, x: str, y: str) -> str:
    """x ≠ y."""
    return to.op("Not", to.op("Equal", x, y))


def select(to: Lowering, equation: Any, which: str, *cases: str) -> str:
    """The case that a number tells; of two it may be a truth."""
    if kind_of(equation) == np.bool_:
        return _where(to, equation, which, cases[1], cases[0])
    result = cases[-1]
    for place in reversed(range(len(cases) - 1)):
        here = to.op("Equal", which, np.full((), place, kind_of(equation)))
        result = _where(to, equation, here, cases[place], result)
    return result


def _where(to, equation, condition, yes, no):
    if kind_of(equation, 1) != np.bool_:
        return to.op("Where", condition, yes, no)
    return to.op(
        "Or", to.op("And", condition, yes), to.op("And", to.op("Not", condition), no)
    )


def convert(to: Lowering, equation: Any, x: str) -> str:
    """Another type."""
    before, after = kind_of(equation), np.dtype(equation.params["new_dtype"])
    if code(before) == code(after) and after != np.uint32:
        return x
    if after != np.uint32 or before == np.bool_:
        return to.op("Cast", x, to=code(after))
    if before == np.uint32:
        return x
    return to.op("BitwiseAnd", to.op("Cast", x, to=code(np.int64)), np.int64(2**32 - 1))


def same(to: Lowering, equation: Any, *names: str) -> list[str]:
    """What is already there."""
    return list(names)


def reduce_precision(to: Lowering, equation: Any, x: str) -> str:
    """To fewer bits.

    Raises:
      Refused: if they are fewer than those of float32.
    """
    bits = equation.params["exponent_bits"], equation.params["mantissa_bits"]
    if bits != (8, 23) or kind_of(equation) != np.float32:
        raise Refused(f"reduce_precision: saw bits {bits}, wanted float32's, (8, 23)")
    return x


_SMALL = (
    *(2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087),
    *(-0.00125372503, -0.00417768164, 0.246640727, 1.50140941),
)
_LARGE = (
    *(-0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773),
    *(-0.0076224613, 0.00943887047, 1.00167406, 2.83297682),
)


def erf_inv(to: Lowering, equation: Any, x: str) -> str:
    """The inverse of erf, in float32: Giles 2012, as XLA has it."""
    one = np.float32(1)
    both = to.op("Mul", to.op("Sub", one, x), to.op("Add", one, x))
    w = to.op("Neg", to.op("Log", both))
    near = to.op("Sub", w, np.float32(2.5))
    far = to.op("Sub", to.op("Sqrt", w), np.float32(3))

    def polynomial(factors, at):
        result = to.graph.constant(np.float32(factors[0]))
        for factor in factors[1:]:
            result = to.op("Add", np.float32(factor), to.op("Mul", result, at))
        return result

    inner = to.op("Less", w, np.float32(5))
    value = to.op("Where", inner, polynomial(_SMALL, near), polynomial(_LARGE, far))
    edge = to.op("Equal", to.op("Abs", x), one)
    return to.op("Mul", x, to.op("Where", edge, np.float32(np.inf), value))


def atan2(to: Lowering, equation: Any, y: str, x: str) -> str:
    """The angle of (x, y), by the arc tangent of the smaller over the larger side."""
    kind = kind_of(equation)
    zero, one, pi = (np.full((), number, kind) for number in (0, 1, np.pi))
    steep = to.op("Greater", to.op("Abs", y), to.op("Abs", x))
    larger = to.op("Where", steep, y, x)
    divisor = to.op("Where", to.op("Equal", larger, zero), one, larger)
    angle = to.op("Atan", to.op("Div", to.op("Where", steep, x, y), divisor))
    half = np.full((), np.pi / 2, kind)
    up = to.op("Sub", to.op("Mul", to.op("Sign", y), half), angle)
    turned = to.op("Where", to.op("Less", y, zero), to.op("Neg", pi), pi)
    behind = to.op("Where", to.op("Less", x, zero), turned, zero)
    return to.op("Where", steep, up, to.op("Add", angle, behind))


def erfc(to: Lowering, equation: Any, x: str) -> str:
    """1 - erf(x)."""
    return to.op("Sub", _one(equation), to.op("Erf", x))


RULES = {
    name: direct(kind)
    for name, kind in {
        **{"neg": "Neg", "exp": "Exp", "log": "Log"},
        **{"tanh": "Tanh", "logistic": "Sigmoid", "sqrt": "Sqrt", "abs": "Abs"},
        **{"sign": "Sign", "eq": "Equal", "lt": "Less", "gt": "Greater", "erf": "Erf"},
        **{"le": "LessOrEqual", "ge": "GreaterOrEqual", "sin": "Sin", "cos": "Cos"},
        **{"tan": "Tan", "asin": "Asin", "acos": "Acos", "atan": "Atan"},
        **{"sinh": "Sinh", "cosh": "Cosh", "asinh": "Asinh", "acosh": "Acosh"},
        **{"atanh": "Atanh", "floor": "Floor", "ceil": "Ceil", "add_any": "Add"},
    }.items()
} | {
    "square": square,
    "rsqrt": rsqrt,
    "exp2": exp2,
    "log1p": log1p,
    "expm1": expm1,
    "integer_pow": integer_pow,
    "pow": power,
    "round": rounded,
    "clamp": clamp,
    "is_finite": is_finite,
    "ne": not_equal,
    "select_n": select,
    "convert_element_type": convert,
    "copy": same,
    "copy_p": same,
    "name": same,
    "device_put": same,
    "stop_gradient": same,
    "optimization_barrier": same,
    "reduce_precision": reduce_precision,
    "erf_inv": erf_inv,
    "atan2": atan2,
    "erfc": erfc,
}
