"""Weights of genforce's StyleGAN as our variables, and back."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.models.filter_taps import check_taps
from jaxgan.models.progan.weights import (
    FROM_PLACES,
    KERNEL,
    SAME,
    UP,
    Layout,
    Place,
    layer,
    planted,
)
from jaxgan.models.stylegan.layers import BLUR
from jaxgan.weights import torch_layout

CONSTANT = Layout(
    lambda x: x[0].transpose(1, 2, 0), lambda x: x.transpose(2, 0, 1)[None]
)
NOISE = Layout(lambda x: x[0, 0], lambda x: x[None, None])
FUSED_FROM = 128
"""The side from which on 'auto', the default of the code, fuses."""

Fused = Callable[[int], bool]
"""Whether the layer that enlarges to a side is a transposed convolution."""


def auto(side: int) -> bool:
    """Of published networks: from 128 pixels on."""
    return side >= FUSED_FROM


def always(side: int) -> bool:
    """The code's `fused_scale=True`."""
    del side
    return True


def generator(levels: int, dense: int, labelled: bool, fused: Fused) -> list[Place]:
    """The generator's arrays; paths begin with our collections."""
    mapping = ("params", "mapping")
    places = [Place("truncation.w_avg", ("style_average", "mapping", "mean"), SAME)]
    if labelled:
        places.append(Place("mapping.label_weight", (*mapping, "embed"), SAME))
    for place in range(dense):
        places += layer(f"mapping.dense{place}", (*mapping, f"dense{place}"))
    start = ("params", "synthesis", "block4", "constant")
    places.append(Place("synthesis.layer0.const", start, CONSTANT))
    for level in range(levels):
        colours = ("params", "synthesis", f"to_rgb{4 << level}")
        places += layer(f"synthesis.output{level}", colours)
        for place in (0, 1):
            name = f"synthesis.layer{2 * level + place}"
            path = "synthesis", f"block{4 << level}", f"layer{place}"
            places += layer(f"{name}.style", ("params", *path, "affine"))
            places += [
                Place(f"{name}.bias", ("params", *path, "bias"), SAME),
                Place(
                    f"{name}.apply_noise.weight",
                    ("params", *path, "noise_strength"),
                    SAME,
                ),
                Place(f"{name}.apply_noise.noise", ("noise", *path, "constant"), NOISE),
            ]
            if level or place:
                turns = not place and not fused(4 << level)
                kernel = ("params", *path, "conv", "kernel")
                places.append(Place(f"{name}.weight", kernel, UP if turns else KERNEL))
    return places


def discriminator(levels: int) -> list[Place]:
    """The discriminator's arrays, which count from the largest side down."""
    last = 2 * (levels - 1)
    places = [
        *layer(f"layer{last}", ("params", "conv")),
        *layer(f"layer{last + 1}", ("params", "dense"), layout=FROM_PLACES),
        *layer(f"layer{last + 2}", ("params", "out")),
    ]
    for level in range(levels):
        side = 4 << (levels - 1 - level)
        places += layer(f"input{level}", ("params", f"from_rgb{side}"))
        if side > 4:
            for place in (0, 1):
                name = f"layer{2 * level + place}"
                places += layer(name, ("params", f"block{side}", f"conv{place}"))
    return places


def import_torch(state_dict: Mapping[str, Any], fused: Fused = auto) -> dict[str, Any]:
    """The variables of a `Generator` or `Discriminator`, as numpy arrays.

    Reads the names of genforce/genforce, whose weights are those of the official code,
    NVlabs/stylegan, one to one.

    Args:
      state_dict: {name: array}, as `module.state_dict()` has it; arrays or CPU tensors.
      fused: by the side, where the code fused convolutions with changes of size.

    Returns:
      {'params': ..., 'style_average': ..., 'noise': ...}, the last two for generators.

    Raises:
      ValueError: if a name is another, one is missing, a network has not grown, or
        blurs with another filter.
    """
    state = torch_layout.arrays(state_dict)
    arrays = {}
    for name, array in state.items():
        if name.endswith("blur.kernel"):
            check_taps(name, BLUR, array[0, 0])
        elif name.split(".")[-1] == "lod":
            if array:
                raise ValueError(f"{name}: saw {float(array)}, wanted 0: all grown")
        else:
            arrays[name] = array
    levels = _count(arrays, "synthesis.output")
    if levels:
        dense = _count(arrays, "mapping.dense")
        labelled = "mapping.label_weight" in arrays
        return planted(arrays, generator(levels, dense, labelled, fused))
    levels = _count(arrays, "input")
    if not levels:
        raise ValueError(
            f"state_dict: saw {sorted(arrays)[:3]}, wanted layers called "
            "synthesis.output0 or input0"
        )
    return planted(arrays, discriminator(levels))


def _count(names, prefix):
    return sum(name.startswith(prefix) and name.endswith(".bias") for name in names)


def export_torch(variables: Variables, fused: Fused = auto) -> dict[str, np.ndarray]:
    """The inverse of `import_torch`: the state dict without its filters and `lod`."""
    params = variables["params"]
    if "synthesis" in params:
        mapping = params["mapping"]
        dense = sum(name.startswith("dense") for name in mapping)
        levels = sum(name.startswith("to_rgb") for name in params["synthesis"])
        places = generator(levels, dense, "embed" in mapping, fused)
    else:
        places = discriminator(sum(name.startswith("from_rgb") for name in params))
    found = dict(torch_layout.leaves(variables))
    return {place.name: place.layout.theirs(found[place.path]) for place in places}
