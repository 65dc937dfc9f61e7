"""What holds of the attributes of all networks, whatever their architecture.

Widths and other sizes that every `nn.Network` has are checked there, when one is made.
"""

import dataclasses
import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

from flax import linen as nn

Rule = tuple[Callable[[Any], bool], str]
"""Whether a value can be meant, and what is wanted."""


def _whole(value: Any, least: int) -> bool:
    try:
        return not isinstance(value, bool) and operator.index(value) >= least
    except TypeError:
        return False


def _finite(value: Any) -> bool:
    try:
        return math.isfinite(value)
    except (TypeError, OverflowError):
        return False


def _all(rule: Callable[[Any], bool]) -> Callable[[Any], bool]:
    def holds(value):
        return isinstance(value, Sequence) and all(map(rule, value))

    return holds


def _count(value: Any) -> bool:
    return _whole(value, 1)


def _number(value: Any) -> bool:
    return _whole(value, 0)


COUNT = _count, "a whole number of at least 1"
NUMBER = _number, "a whole number of at least 0"
NUMBERS = _all(_number), "whole numbers of at least 0"
POSITIVE = lambda x: _finite(x) and x > 0, "a positive finite number"
FINITE = _finite, "a finite number"
TAPS = (
    lambda x: _all(_finite)(x) and abs(sum(x)) > 1e-9,
    "finite numbers whose sum is not 0",
)

RULES: dict[str, Rule] = {
    **dict.fromkeys(
        (
            *("aggregation", "aligned_hidden", "atoms", "bonds"),
            *("channels", "condition_size", "content_size", "embed_features"),
            *("embedding", "filter_size", "frames", "growth", "heads"),
            *("latent_channels", "layer_features", "levels", "mapping_layers"),
            "motion_size",
            *("oversampling", "patch", "repetitions", "synthesis_layers"),
        ),
        COUNT,
    ),
    **dict.fromkeys(
        (
            *("aligned", "classes", "critical_layers", "deviations", "exact", "group"),
            *("halvings", "margin", "shared", "times", "truncation_cutoff"),
        ),
        NUMBER,
    ),
    "attention": NUMBERS,
    "convolutions": (_all(_count), "whole numbers of at least 1"),
    "average_decay": (lambda x: _finite(x) and 0 <= x < 1, "a number in [0, 1)"),
    "blur": (lambda x: x == () or TAPS[0](x), f"{TAPS[1]}, or ()"),
    "blocks": (lambda x: _number(x) or _all(_number)(x), NUMBERS[1]),
    "kernel_size": (lambda x: _count(x) and x % 2 == 1, "an odd whole number"),
    **dict.fromkeys(
        (
            *("clamp", "first_cutoff", "first_stopband", "last_stopband"),
            *("learning_rate_multiplier", "norm_epsilon", "output_scale"),
            "temperature",
        ),
        POSITIVE,
    ),
    **dict.fromkeys(
        ("chance", "noise_deviation"),
        (lambda x: _finite(x) and x >= 0, "a finite number of at least 0"),
    ),
    "magnitude_decay": (lambda x: _finite(x) and 0 <= x < 1, "a number in [0, 1)"),
    **dict.fromkeys(("slope", "truncation"), FINITE),
    "taps": TAPS,
}
"""By the attribute's name; None is for those that may be None."""


def check_widths(widths: Sequence[int]) -> None:
    """Checks that there is a width, of networks that begin or end with one.

    Raises:
      ValueError: if there is none.
    """
    if not widths:
        raise ValueError("widths: saw none, wanted at least one")


def check_attributes(module: nn.Module) -> None:
    """Checks the attributes that `RULES` names; for the start of a network's pass.

    The length of an embedding of labels counts only where there are classes.

    Raises:
      ValueError: naming the attribute, what was seen and what was wanted.
    """
    for field in dataclasses.fields(module):
        holds, wanted = RULES.get(field.name, (None, ""))
        value = getattr(module, field.name)
        if holds is None or (value is None and field.default is None):
            continue
        if field.name == "embedding" and not getattr(module, "classes", 1):
            continue
        if not holds(value):
            raise ValueError(f"{field.name}: saw {value!r}, wanted {wanted}")


def check_square(shape: Sequence[int]) -> None:
    """Checks that a shape is (size, size, channels).

    Raises:
      ValueError: if it is not.
    """
    if len(shape) != 3 or shape[0] != shape[1]:
        raise ValueError(f"shape: saw {tuple(shape)}, wanted (size, size, channels)")


def check_depth(name: str, depth: int, most: int) -> None:
    """Checks how many of a network's stages are meant.

    Raises:
      ValueError: if there are not so many.
    """
    if not _whole(depth, 0) or depth > most:
        raise ValueError(
            f"{name}: saw {depth!r}, wanted a whole number from 0 to {most}"
        )
