"""What StyleGAN2's pickles keep beside weights: what is read, and what it must be."""

import math
import re
from collections.abc import Mapping
from typing import Any

from jaxgan.run.importable.attributes import (
    Facts,
    Layer,
    Rule,
    exactly,
    fan_in,
    known,
    only_number,
    values,
)

MULTIPLIER, CONDITION = "learning_rate_multiplier", "condition_multiplier"
SETTINGS = {
    "clamp": float,
    "group": int,
    "discriminator_clamp": float,
    MULTIPLIER: float,
    CONDITION: float,
}
UNBOUNDED = ("skip", "b4.fromrgb")
"""Layers that are never clamped."""
FIRST = "fc0.bias_gain"
"""What tells how the learning rate of a mapping is multiplied."""
LINEAR = ("affine", "embed", "out", "skip")
"""Layers without an activation."""


def _multiplier(layer: Layer) -> float:
    """Finds by what the learning rate is multiplied: in a mapping that of its first."""
    if not (re.fullmatch(r"fc\d+", layer.name) and "mapping" in layer.path):
        return 1.0
    return layer.facts.get(".".join((*layer.path[:-1], FIRST)), 0.01)


def _weight_gain(layer: Layer, value: Any) -> float:
    shape = layer.shape()
    return _multiplier(layer) / math.sqrt(fan_in(shape)) if shape else value


def _resampled(layer: Layer, names: tuple[str, ...], inside: bool) -> int:
    return 2 if ("synthesis" in layer.path) == inside and layer.name in names else 1


def _clamp(layer: Layer, value: Any) -> Any:
    return None if ".".join(layer.path).endswith(UNBOUNDED) else value


ATTRIBUTES: dict[str, Rule] = {
    # What shapes tell.
    **known("z_dim", "c_dim", "w_dim", "cmap_dim", "num_ws", "num_layers"),
    **known("img_resolution", "img_resolution_log2", "img_channels", "resolution"),
    **known("in_features", "out_features", "in_channels", "out_channels"),
    **known("architecture", "num_conv", "num_torgb", "is_last", "first_layer_idx"),
    # What changes nothing but training, or rounding.
    **known("training", "w_avg_beta", "use_fp16", "num_fp16_res", "channels_last"),
    # What `settings` reads.
    **known("group_size", "num_channels"),
    "conv_clamp": _clamp,
    "use_noise": exactly(True),
    "activation": lambda layer, _: "linear" if layer.name in LINEAR else "lrelu",
    "act_gain": lambda layer, _: 1.0 if layer.name in LINEAR else math.sqrt(2),
    "bias_gain": lambda layer, _: _multiplier(layer),
    "weight_gain": _weight_gain,
    "up": lambda layer, _: _resampled(layer, ("conv0", "skip"), True),
    "down": lambda layer, _: _resampled(layer, ("conv1", "skip"), False),
    "padding": lambda layer, _: (layer.shape() or (1,))[-1] // 2,
}
"""What their pickles keep beside weights, and what it must be."""


def settings(facts: Mapping[str, Facts]) -> dict[str, Any]:
    """Reads what the attributes of a pickle say that shapes do not.

    Raises:
      ValueError: if layers, or the generator and its average, differ, or a number
        cannot be meant.
    """
    options: dict[str, Any] = {}
    generators = [facts[name] for name in ("G_ema", "G") if name in facts]
    judges = [facts["D"]] if "D" in facts else []
    for networks, clamp, multiplier in (
        (generators, "clamp", MULTIPLIER),
        (judges, "discriminator_clamp", CONDITION),
    ):
        clamps = values(networks, "conv_clamp", without=UNBOUNDED)
        if clamps:
            options[clamp] = None if clamps == {None} else only_number(clamp, clamps)
        multipliers = {of[f"mapping.{FIRST}"] for of in networks if _mapped(of)}
        if multipliers:
            options[multiplier] = only_number(multiplier, multipliers)
    groups = values(judges, "group_size")
    if groups:
        # The whole batch is their None, and our 0.
        options["group"] = 0 if groups == {None} else int(only_number("group", groups))
    return options


def _mapped(facts: Facts) -> bool:
    return f"mapping.{FIRST}" in facts
