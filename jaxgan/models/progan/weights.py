"""Weights of PyTorch's ProGANs as our variables, and back."""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.weights import torch_layout


class Layout(NamedTuple):
    """How an array is turned into ours, and ours into theirs."""

    ours: Callable[[np.ndarray], np.ndarray]
    theirs: Callable[[np.ndarray], np.ndarray]


class Place(NamedTuple):
    """Their name of an array, our path below 'params', and the change of layout."""

    name: str
    path: tuple[str, ...]
    layout: Layout


def turned(kernel: np.ndarray) -> np.ndarray:
    """A kernel [height, width, ...] turned by half a circle."""
    return kernel[::-1, ::-1]


SAME = Layout(lambda x: x, lambda x: x)
KERNEL = Layout(torch_layout.kernel, torch_layout.their_kernel)
UP = Layout(
    lambda x: turned(torch_layout.kernel(x)),
    lambda x: torch_layout.their_kernel(turned(x)),
)
"""Of a convolution after nearest neighbours, which we compute as a transposed one."""
TRANSPOSED = Layout(
    lambda x: x.transpose(2, 3, 0, 1), lambda x: x.transpose(2, 3, 0, 1)
)
"""Of a transposed convolution, as PyTorch has it."""
ROW = Layout(lambda x: x.reshape(-1), lambda x: x.reshape(1, -1, 1, 1))
TO_PLACES = Layout(
    lambda x: x.reshape(-1, 16, x.shape[1]).transpose(2, 1, 0).reshape(x.shape[1], -1),
    lambda x: x.reshape(x.shape[0], 16, -1).transpose(2, 1, 0).reshape(-1, x.shape[0]),
)
"""Of a dense layer to channels × places; ours are places × channels."""
BIAS_OF_PLACES = Layout(
    lambda x: x.reshape(-1, 4, 4).transpose(1, 2, 0),
    lambda x: x.transpose(2, 0, 1).reshape(-1),
)
FROM_PLACES = Layout(
    lambda x: x.reshape(len(x), -1, 16).transpose(2, 1, 0).reshape(-1, len(x)),
    lambda x: x.reshape(16, -1, x.shape[1]).transpose(2, 1, 0).reshape(x.shape[1], -1),
)
"""Of a dense layer from channels × places."""


def generator_of_zoo(levels: int) -> list[Place]:
    """Names of facebookresearch/pytorch_GAN_zoo's `GNet`."""
    places = [
        Place("formatLayer.module.weight", ("block4", "dense", "kernel"), TO_PLACES),
        Place("formatLayer.module.bias", ("block4", "bias"), BIAS_OF_PLACES),
        *layer("groupScale0.0.module", ("block4", "conv")),
    ]
    for level in range(levels):
        places += layer(f"toRGBLayers.{level}.module", (f"to_rgb{4 << level}",))
    for level in range(levels - 1):
        name, block = f"scaleLayers.{level}", f"block{8 << level}"
        places += layer(f"{name}.0.module", (block, "conv0"), layout=UP)
        places += layer(f"{name}.1.module", (block, "conv1"))
    return places


def discriminator_of_zoo(levels: int) -> list[Place]:
    """Names of its `DNet`."""
    places = [
        *layer("groupScaleZero.0.module", ("conv",)),
        *layer("groupScaleZero.1.module", ("dense",), layout=FROM_PLACES),
        *layer("decisionLayer.module", ("out",)),
    ]
    for level in range(levels):
        places += layer(f"fromRGBLayers.{level}.module", (f"from_rgb{4 << level}",))
    for level in range(levels - 1):
        for place in (0, 1):
            name = f"scaleLayers.{level}.{place}.module"
            places += layer(name, (f"block{8 << level}", f"conv{place}"))
    return places


def generator_of_mmgen(levels: int) -> list[Place]:
    """Names of open-mmlab/mmgeneration's `PGGANGenerator`."""
    weight = "weight_orig"
    start = ("block4", "dense", "kernel")
    places = [
        Place(f"noise2feat.linear.{weight}", start, TO_PLACES),
        Place("noise2feat.bias", ("block4", "bias"), ROW),
        *layer("conv_blocks.0.conv", ("block4", "conv"), weight),
    ]
    for level in range(levels):
        name = f"torgb_layers.{level}.conv"
        places += layer(name, (f"to_rgb{4 << level}",), weight)
    for level in range(levels - 1):
        names = [f"conv_blocks.{2 * level + 1 + place}.conv" for place in (0, 1)]
        block = f"block{8 << level}"
        places += layer(names[0], (block, "conv0"), weight, TRANSPOSED)
        places += layer(names[1], (block, "conv1"), weight)
    return places


def layer(
    name: str, path: tuple[str, ...], weight: str = "weight", layout: Layout = KERNEL
) -> list[Place]:
    """The two arrays of a layer."""
    return [
        Place(f"{name}.{weight}", (*path, "kernel"), layout),
        Place(f"{name}.bias", (*path, "bias"), SAME),
    ]


TABLES = {
    "toRGBLayers": generator_of_zoo,
    "fromRGBLayers": discriminator_of_zoo,
    "torgb_layers": generator_of_mmgen,
}
"""By the name of their layers of colours, of which every level has one."""


def import_torch(state_dict: Mapping[str, Any]) -> dict[str, Any]:
    """The variables of a `Generator` or `Discriminator`, as numpy arrays.

    Reads the names of pytorch_GAN_zoo, whose generator has `place_biases` and whose
    discriminator `late_pool`, and of MMGeneration's generator. (The discriminator of
    the latter has no convolution at 4×4: it is not the paper's.) GAN zoo multiplies all
    kernels by √(2 / fan-in), and biases too, and divides variances of groups of 4 by 3;
    those factors are taken into our arrays where ours are others.

    Args:
      state_dict: {name: array}, as `module.state_dict()` has it; arrays or CPU tensors.

    Returns:
      {'params': ...}.

    Raises:
      ValueError: if a name is of neither, or one is missing.
    """
    state = torch_layout.arrays(state_dict)
    for colours, table in TABLES.items():
        levels = len({n.split(".")[1] for n in state if n.startswith(f"{colours}.")})
        if not levels:
            continue
        params = planted(state, table(levels))
        if table is not generator_of_mmgen:
            for path, array in list(torch_layout.leaves(params)):
                factor = zoo_factor(path, params)
                torch_layout.plant(params, path, factor * array)
        return {"params": params}
    raise ValueError(
        f"state_dict: saw {sorted(state)[:3]}, wanted layers called one of "
        f"{', '.join(TABLES)}"
    )


def zoo_factor(path: tuple[str, ...], params: Mapping[str, Any]) -> np.ndarray:
    """Our array over GAN zoo's, at a path below 'params'."""
    *place, leaf = path
    factor = np.ones((), np.float32)
    if leaf == "bias":
        found: Any = params
        for step in place if place != ["block4"] else ("block4", "dense"):
            found = found[step]
        factor = factor * math.sqrt(2.0 / found["kernel"][..., 0].size)
    elif place == ["block4", "dense"]:
        factor = factor * 4.0
    elif place == ["conv"]:
        factor = np.ones((params["conv"]["kernel"].shape[2], 1), np.float32)
        factor[-1] = math.sqrt(4.0 / 3.0)  # of the map of deviations
    elif place[-1].startswith(("to_rgb", "out")):
        factor = factor * math.sqrt(2.0)
    return factor.astype(np.float32)


def planted(state: Mapping[str, np.ndarray], places: list[Place]) -> dict[str, Any]:
    """Our tree of their arrays.

    Raises:
      ValueError: if an array has no place, or a place no array.
    """
    names = {place.name for place in places}
    for name in (*(n for n in state if n not in names), *(names - set(state))):
        seen = "no place for it" if name in state else "no such array"
        raise ValueError(
            f"{name}: saw {seen}, wanted the network's {len(names)} arrays"
        )
    tree: dict[str, Any] = {}
    for place in places:
        array = np.ascontiguousarray(place.layout.ours(state[place.name]))
        torch_layout.plant(tree, place.path, array)
    return tree


def export_torch(variables: Variables) -> dict[str, np.ndarray]:
    """The inverse of `import_torch`.

    A generator without `place_biases` gets MMGeneration's names; all others those of
    pytorch_GAN_zoo.
    """
    params = variables["params"]
    levels = sum("_rgb" in name for name in params)
    if "out" in params:
        table = discriminator_of_zoo
    elif params["block4"]["bias"].ndim == 3:
        table = generator_of_zoo
    else:
        table = generator_of_mmgen
    found = dict(torch_layout.leaves(params))
    if table is not generator_of_mmgen:
        for path, array in found.items():
            found[path] = array / zoo_factor(path, params)
    return {p.name: p.layout.theirs(found[p.path]) for p in table(levels)}
