"""Convolutions of any number of axes; those of `jaxgan.nn` are plain ones here."""

from itertools import chain
from typing import Any

import numpy as np

from jaxgan.export.lowering import Lowering
from jaxgan.export.refused import Refused, origin
from jaxgan.export.rules.shapes import padded, reversed_axes
from jaxgan.nn import convolution, filtered, grouped  # noqa: F401  they define some
from jaxgan.nn.bilinear import FORMULATIONS


def convolve(to: Lowering, equation: Any, x: str, kernel: str) -> str:
    """Conv, or ConvTranspose where the image is spread out.

    Raises:
      Refused: if groups are of the batch, or edges are not known.
    """
    how = equation.params
    numbers = how["dimension_numbers"]
    shape = [equation.invars[0].aval.shape[axis] for axis in numbers.lhs_spec]
    sides = [equation.invars[1].aval.shape[axis] for axis in numbers.rhs_spec]
    edges = how["padding"]
    if how["batch_group_count"] != 1 or not _known([*sides, *chain(*edges)]):
        raise Refused(
            f"primitive conv_general_dilated: saw groups of the batch, or edges "
            f"{edges}, in {origin(equation)}, wanted neither"
        )
    x = to.transpose(x, numbers.lhs_spec)
    kernel = to.transpose(kernel, numbers.rhs_spec)
    steps, spread, groups = (
        how[name] for name in ("window_strides", "lhs_dilation", "feature_group_count")
    )
    if any(n > 1 for n in spread):
        usual = all(n == 1 for n in (*steps, *how["rhs_dilation"]))
        if usual and all(k > 0 for k in sides):
            result = _transposed(to, x, kernel, sides, edges, spread, groups)
            return to.transpose(result, [*np.argsort(numbers.out_spec)])
        none = (0, 0, 0)
        between = [(0, 0, n - 1) for n in spread]
        x = padded(to, x, shape, [none, none, *between], np.float32(0))
    x, edges = _cropped(to, x, edges)
    result = to.op(
        *("Conv", x, kernel),
        strides=[*steps],
        pads=[edge[end] for end in (0, 1) for edge in edges],
        dilations=[*how["rhs_dilation"]],
        group=groups,
    )
    return to.transpose(result, [*np.argsort(numbers.out_spec)])


def _known(sides):
    return all(isinstance(side, int) for side in sides)


def _cropped(to, x, edges):
    """What is cropped is no padding of ONNX's convolution."""
    crops = [tuple(min(side, 0) for side in edge) for edge in edges]
    if any(map(any, crops)):
        x = padded(
            to, x, (), [(0, 0, 0)] * 2 + [(*edge, 0) for edge in crops], np.float32(0)
        )
    return x, [tuple(max(side, 0) for side in edge) for edge in edges]


def _transposed(to, x, kernel, sides, edges, spread, groups):
    """A kernel [O, I, ...] over a spread image: turned round, [I · groups, O, ...]."""
    features, channels, *size = sides
    each = features // groups
    axes = range(2, 2 + len(size))
    constant = to.known(kernel)
    if constant is not None:
        turned = np.flip(constant, tuple(axes)).reshape(groups, each, channels, *size)
        turned = turned.swapaxes(1, 2).reshape(groups * channels, each, *size)
        kernel = to.graph.constant(turned)
    else:
        kernel = to.reshape(
            reversed_axes(to, kernel, [*axes]), [groups, each, channels, *size]
        )
        kernel = to.transpose(kernel, [0, 2, 1, *range(3, 3 + len(size))])
        kernel = to.reshape(kernel, [groups * channels, each, *size])
    cuts = [tuple(k - 1 - side for side in edge) for k, edge in zip(size, edges)]
    result = to.op(
        *("ConvTranspose", x, kernel),
        strides=[*spread],
        pads=[max(cut[end], 0) for end in (0, 1) for cut in cuts],
        group=groups,
    )
    rest = [tuple(max(-side, 0) for side in cut) for cut in cuts]
    if not any(map(any, rest)):
        return result
    none = (0, 0, 0)
    return padded(
        to, result, (), [none, none, *((*edge, 0) for edge in rest)], np.float32(0)
    )


def of_layers(to: Lowering, equation: Any, left: str, right: str) -> Any:
    """A map of `jaxgan.nn.bilinear`, as it is computed where XLA is quick at all."""
    formulation = FORMULATIONS[equation.primitive.name]
    types = [atom.aval for atom in equation.invars]

    def plain(left, right):
        return formulation(left, right, **equation.params)

    return to.traced(plain, types, left, right)


RULES = {"conv_general_dilated": convolve} | dict.fromkeys(FORMULATIONS, of_layers)
