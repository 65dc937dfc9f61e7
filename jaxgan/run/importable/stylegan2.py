"""StyleGAN2, with weights of NVIDIA's PyTorch code.

Karras et al. 2020 (arXiv 1912.04958 and 2006.06676). Sizes, widths, depths, classes and
architectures are read off the shapes. Shapes do not tell the bound of activations
(`clamp`; 256 in what the ADA code trained) and the group of the minibatch deviation
(`group`): pickles do. Noise is constant in samples, as in that code's generate.py, and
everything is computed in float32, where that code has float16 in large layers.
"""

import dataclasses
import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.games.latent import unconditional, uniform_labels
from jaxgan.games.style import StyleGame
from jaxgan.models.stylegan2 import Discriminator, Generator
from jaxgan.models.stylegan2 import weights as stylegan2_weights
from jaxgan.models.stylegan2.blocks import Architecture
from jaxgan.run.experiment import Experiment
from jaxgan.run.importable.attributes import (
    Facts,
    Layer,
    Rule,
    agreed,
    exactly,
    fan_in,
    known,
)
from jaxgan.run.importable.named_arrays import Named, Seen
from jaxgan.run.no_data import NoDiscriminator, without_data

GENERATOR = ("synthesis.b4.const", "mapping.fc0.weight")
DISCRIMINATOR = ("b4.fc.weight", "b4.out.weight")
PASSING = ("resample_filter",)
SETTINGS = {"clamp": float, "group": int, "discriminator_clamp": float}
UNBOUNDED = ("skip", "b4.fromrgb")
"""Layers that are never clamped."""
LINEAR = ("affine", "embed", "out", "skip")
"""Layers without an activation."""
MULTIPLIER = 0.01
"""Of the learning rate of the layers from latents to styles; 1 elsewhere."""


def _multiplier(layer: Layer) -> float:
    mapping = re.fullmatch(r"fc\d+", layer.name) and "mapping" in layer.path
    return MULTIPLIER if mapping else 1.0


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


@dataclasses.dataclass(frozen=True)
class Judge:
    """The discriminator."""

    mapping_layers: int = 8
    """Of the condition's mapping."""
    channel_base: int = 16384
    """A map of side n has so many channels over n,"""
    channel_max: int = 512
    """or so many, if that is less."""
    architecture: str = "RESIDUAL"
    """ORIGINAL, SKIP or RESIDUAL."""
    group: int = 4
    """Examples whose deviation is taken together; 0 is the batch."""
    deviations: int = 1
    """Maps of deviation."""
    clamp: float | None = None
    """Bound of activations."""


@dataclasses.dataclass(frozen=True)
class Config:
    """The networks."""

    size: int = 256
    """Pixels along a side."""
    channels: int = 3
    """Of the image."""
    classes: int = 0
    """Of the labels; 0 without."""
    latent_size: int = 512
    """Numbers of a latent."""
    style_size: int = 512
    """Numbers of a style."""
    mapping_layers: int = 8
    """Layers from latents to styles."""
    channel_base: int = 16384
    """A map of side n has so many channels over n,"""
    channel_max: int = 512
    """or so many, if that is less."""
    architecture: str = "SKIP"
    """ORIGINAL, SKIP or RESIDUAL."""
    clamp: float | None = None
    """Bound of activations."""
    discriminator: Judge | None = None
    """If there is one."""
    current: bool = True
    """Whether there is a current generator beside the average."""


VARIANTS = {"imported": Config()}


def build(config: Config) -> Experiment:
    """Builds the game, without data."""
    shape = (config.size, config.size, config.channels)
    generator = Generator(
        shape,
        config.classes,
        config.style_size,
        config.mapping_layers,
        config.channel_base,
        config.channel_max,
        Architecture[config.architecture],
        clamp=config.clamp,
    )
    discriminator = NoDiscriminator()
    if config.discriminator is not None:
        options = dataclasses.asdict(config.discriminator)
        options["architecture"] = Architecture[options["architecture"]]
        discriminator = Discriminator(config.classes, **options)
    condition = uniform_labels(config.classes) if config.classes else unconditional
    game = StyleGame(generator, discriminator, config.latent_size, condition)
    return without_data(game, shape, config.classes, config.current)


def configure(seen: Seen) -> Config:
    """Finds the config whose networks have arrays of these names and shapes.

    Raises:
      ValueError: if there is none.
    """
    generator, discriminator, settings, current = seen
    sides = _sides(generator, r"synthesis\.b(\d+)\.")
    last = f"synthesis.b{sides[-1]}"
    style_size = generator.size("mapping.fc0.weight", 0)
    embed = "mapping.embed.weight"
    classes = generator.size(embed, 1) if embed in generator else 0
    widths = {
        side: generator.size(f"synthesis.b{side}.conv1.weight", 0) for side in sides
    }
    channel_base, channel_max = channel_rule(widths)
    architecture = "SKIP"
    if "synthesis.b4.torgb.weight" not in generator:
        architecture = "RESIDUAL" if f"{last}.skip.weight" in generator else "ORIGINAL"
    judge = None
    if discriminator is not None:
        judge = _judge(discriminator, settings)
    return Config(
        size=sides[-1],
        channels=generator.size(f"{last}.torgb.weight", 0),
        classes=classes,
        latent_size=generator.size("mapping.fc0.weight", 1)
        - (style_size if classes else 0),
        style_size=style_size,
        mapping_layers=generator.count(r"mapping\.fc(\d+)\.weight"),
        channel_base=channel_base,
        channel_max=channel_max,
        architecture=architecture,
        clamp=settings.get("clamp"),
        discriminator=judge,
        current=current,
    )


def _judge(arrays: Named, settings: Mapping[str, Any]) -> Judge:
    sides = _sides(arrays, r"b(\d+)\.")
    widths = {4: arrays.size("b4.fc.weight", 0)}
    widths |= {side: arrays.size(f"b{side}.conv0.weight", 0) for side in sides[1:]}
    channel_base, channel_max = channel_rule(widths)
    top = f"b{sides[-1]}"
    architecture = "RESIDUAL" if f"{top}.skip.weight" in arrays else "ORIGINAL"
    if "b4.fromrgb.weight" in arrays:
        architecture = "SKIP"
    mapped = "mapping.embed.weight" in arrays
    return Judge(
        mapping_layers=arrays.count(r"mapping\.fc(\d+)\.weight") if mapped else 8,
        channel_base=channel_base,
        channel_max=channel_max,
        architecture=architecture,
        group=settings.get("group", 4),
        deviations=arrays.size("b4.conv.weight", 1) - widths[4],
        clamp=settings.get("discriminator_clamp", settings.get("clamp")),
    )


def _sides(arrays: Named, pattern: str) -> list[int]:
    """Reads the sides of the maps: 4, 8, ..., the image's."""
    seen = arrays.numbers(pattern)
    if seen != [4 * 2**place for place in range(len(seen))]:
        raise ValueError(f"blocks: saw those of sides {seen}, wanted 4, 8, 16, ...")
    return seen


def channel_rule(widths: Mapping[int, int]) -> tuple[int, int]:
    """Finds (base, most), so that a map of side n has min(base // n, most) channels."""
    most = max(widths.values())
    base = max(side * width for side, width in widths.items())
    if any(min(base // side, most) != width for side, width in widths.items()):
        raise ValueError(
            f"channels: saw {dict(widths)} by side, wanted one base divided by the side"
        )
    return base, most


def settings(facts: Mapping[str, Facts]) -> dict[str, Any]:
    """Reads what the attributes of a pickle say that shapes do not.

    Raises:
      ValueError: if layers, or the generator and its average, differ.
    """
    options: dict[str, Any] = {}
    generators = [facts[name] for name in ("G_ema", "G") if name in facts]
    for name, networks in (
        ("clamp", generators),
        ("discriminator_clamp", [facts["D"]] if "D" in facts else []),
    ):
        clamps = {_read_clamp(of) for of in networks if _has(of, "conv_clamp")}
        if len(clamps) > 1:
            raise ValueError(f"conv_clamp: saw {clamps}, wanted one for G and G_ema")
        for clamp in clamps:
            options[name] = clamp
    if "D" in facts and _has(facts["D"], "group_size"):
        group = agreed(facts["D"], "group_size")
        if group is not None and not (isinstance(group, int) and group > 0):
            raise ValueError(f"group_size: saw {group!r}, wanted a number or None")
        options["group"] = group or 0  # the whole batch, as their None is
    return options


def _has(facts: Facts, attribute: str) -> bool:
    return any(fact.rpartition(".")[2] == attribute for fact in facts)


def _read_clamp(facts: Facts) -> float | None:
    clamp = agreed(facts, "conv_clamp", without=UNBOUNDED)
    if clamp is None:
        return None
    if not isinstance(clamp, int | float) or not 0 < clamp < math.inf:
        raise ValueError(f"conv_clamp: saw {clamp!r}, wanted a number above 0 or None")
    return float(clamp)


def import_torch(arrays: Mapping[str, np.ndarray], config: Config) -> Variables:
    """Makes our variables of their arrays."""
    del config
    return stylegan2_weights.import_torch(arrays)


def export_torch(variables: Variables, config: Config) -> dict[str, np.ndarray]:
    """Makes their arrays of our variables."""
    del config
    return stylegan2_weights.export_torch(variables)
