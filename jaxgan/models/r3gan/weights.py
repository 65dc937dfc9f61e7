"""R3GAN's networks as the official presets have them, and their weights.

Huang et al. 2024 (arXiv 2501.05441), appendix; `recipes.R3GAN` has the schedules.
"""

import collections
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from jaxgan.core.types import Variables
from jaxgan.models.filter_taps import check_taps, taps_of
from jaxgan.models.r3gan.networks import BASE, Discriminator, Generator
from jaxgan.models.r3gan.resampling import FILTER, filter_of, low_pass
from jaxgan.weights import torch_layout


class Published(NamedTuple):
    """The networks of one of the official presets; the latent has 64 numbers.

    Attributes:
      widths: of the generator's stages, from 4×4 on.
      groups: of their convolutions.
      exact: as an attribute of the networks, with bfloat16.
    """

    widths: tuple[int, ...]
    groups: tuple[int, ...]
    exact: int = 1

    def players(
        self, classes: int = 0, dtype: Any = jnp.float32
    ) -> tuple[Generator, Discriminator]:
        """Both modules, conditioned on labels if there are classes."""
        size = BASE * 2 ** (len(self.widths) - 1)
        shared = {"classes": classes, "dtype": dtype, "exact": self.exact}
        return (
            Generator(self.widths, self.groups, shape=(size, size, 3), **shared),
            Discriminator(self.widths[::-1], self.groups[::-1], **shared),
        )


PUBLISHED = {
    "CIFAR-10": Published((768,) * 4, (96,) * 4),
    "FFHQ-64": Published((768,) * 4 + (384,), (96,) * 4 + (48,)),
    "FFHQ-256": Published(
        (768,) * 4 + (384, 192, 96), (96,) * 4 + (48, 24, 12), exact=3
    ),
    "ImageNet-32": Published((1536,) * 4, (96,) * 4),
    "ImageNet-64": Published((1536,) * 5, (96,) * 5),
}
"""By data set."""

KERNEL = "Resampler.Kernel"
"""How names of filters end."""


def import_torch(
    state_dict: Mapping[str, Any], resampling_filter: Sequence[float] = FILTER
) -> Variables:
    """Variables of either player from the official code's checkpoint.

    Args:
      state_dict: tensors or arrays of 'G', 'D' or 'G_ema' by name, on the CPU.
      resampling_filter: that the network has as an attribute.

    Raises:
      ValueError: if a name is none of that code's, or a filter is another.
    """
    state = torch_layout.arrays(torch_layout.without_prefix(state_dict, "MainLayers"))
    generator = "AggregationLayer.Layer.weight" in state
    params: dict[str, Any] = {}
    for name, tensor in state.items():
        if name.endswith(KERNEL):
            taps = tuple(map(float, low_pass(resampling_filter)))
            check_taps(name, taps, tensor)
            continue
        path = _place(name, generator)
        if "basis" in path:
            array = torch_layout.array(tensor)
            leaf = array.reshape(-1, BASE, BASE).transpose(1, 2, 0)
        else:
            leaf = (
                torch_layout.array(tensor)
                if "Bias" in name
                else torch_layout.kernel(tensor)
            )
        torch_layout.plant(params, path, leaf)
    return {"params": params}


def filter_of_state(state_dict: Mapping[str, Any]) -> tuple[float, ...]:
    """Reads the filter of a state dict's resampling; the presets' if it has none.

    Raises:
      ValueError: if it is none that R3GAN's code makes.
    """
    for name, tensor in state_dict.items():
        if name.endswith(KERNEL):
            return filter_of(taps_of(name, torch_layout.array(tensor, name)))
    return FILTER


def _place(name: str, generator: bool) -> tuple[str, ...]:
    """Our path of one of the official names."""
    if name in ("AggregationLayer.Layer.weight", "ExtractionLayer.Layer.weight"):
        return "image", "kernel"
    if name == "EmbeddingLayer.weight":
        return "embedding", "kernel"
    match = re.fullmatch(r"MainLayers\.(\d+)\.Layers\.(\d+)\.(.+)", name)
    stage, place, layer = match.groups() if match else ("", "0", "")
    block = f"block_{stage}_{int(place) - generator}"
    if inner := re.fullmatch(r"(LinearLayer|NonLinearity)([123])\.(.+)", layer):
        return block, f"conv{inner[2]}", "bias" if inner[3] == "Bias" else "kernel"
    places = {
        "Basis": ("basis",),
        "Basis.weight": ("basis",),
        "LinearLayer.weight": ("scale" if generator else "head", "kernel"),
        "LinearLayer.Layer.weight": (f"resize_{stage}", "kernel"),
    }
    if layer not in places:
        raise ValueError(f"state_dict: saw {name!r}, wanted a name of R3GAN's networks")
    return places[layer]


def export_torch(variables: Variables) -> dict[str, np.ndarray]:
    """The inverse of `import_torch`: the official state dict, without its filters."""
    state = {}
    blocks = [name.split("_")[1:] for name in variables["params"] if "block" in name]
    counts = collections.Counter(int(stage) for stage, _ in blocks)
    generator = "scale" in variables["params"]
    for (_, *path), array in torch_layout.leaves(variables):
        name = _their_name(path, counts, generator)
        if name.endswith("Basis"):
            array = array.transpose(2, 0, 1)
        elif name.endswith("Basis.weight"):
            array = array.transpose(2, 0, 1)[:, None]
        elif not name.endswith("Bias"):
            array = torch_layout.their_kernel(array)
        state[name] = array
    return state


def _their_name(path: Sequence[str], counts: Mapping[int, int], generator: bool) -> str:
    """The official name of one of our leaves; `counts` are blocks per stage."""
    layer, *rest = path
    if layer == "image":
        return f"{'Aggregation' if generator else 'Extraction'}Layer.Layer.weight"
    if layer == "embedding":
        return "EmbeddingLayer.weight"
    kind, *numbers = layer.split("_")
    if kind == "block":
        stage, place = int(numbers[0]), int(numbers[1]) + generator
        number = rest[0].removeprefix("conv")
        last = f"NonLinearity{number}.Bias"
        if rest[1] == "kernel":
            last = f"LinearLayer{number}.Layer.weight"
        return f"MainLayers.{stage}.Layers.{place}.{last}"
    # Between stages, and at their smallest map: in front of blocks, or behind them.
    stage = int(numbers[0]) if numbers else 0 if generator else max(counts)
    place = 0 if generator else counts[stage]
    last = {
        "resize": "LinearLayer.Layer.weight",
        "basis": "Basis" if generator else "Basis.weight",
    }.get(kind, "LinearLayer.weight")
    return f"MainLayers.{stage}.Layers.{place}.{last}"
