"""Weights of GAN zoo's ProGAN as our variables, and back."""

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


def layer(name: str, path: tuple[str, ...], layout: Layout = KERNEL) -> list[Place]:
    """The two arrays of a layer."""
    return [
        Place(f"{name}.weight", (*path, "kernel"), layout),
        Place(f"{name}.bias", (*path, "bias"), SAME),
    ]


TABLES = {
    "toRGBLayers": generator_of_zoo,
    "fromRGBLayers": discriminator_of_zoo,
}
"""By the name of their layers of colours, of which every level has one."""


def import_torch(state_dict: Mapping[str, Any]) -> dict[str, Any]:
    """The variables of a `Generator` or `Discriminator`, as numpy arrays.

    Reads the names of facebookresearch/pytorch_GAN_zoo, whose generator has
    `place_biases` and whose discriminator `late_pool`. It multiplies all kernels by
    √(2 / fan-in), and biases too, and divides variances of groups of 4 by 3; those
    factors are taken into our arrays where ours are others.

    Args:
      state_dict: {name: array}, as `module.state_dict()` has it; arrays or CPU tensors.

    Returns:
      {'params': ...}.

    Raises:
      ValueError: if a name is another, or one is missing.
    """
    state = torch_layout.arrays(state_dict)
    for colours, table in TABLES.items():
        levels = len({n.split(".")[1] for n in state if n.startswith(f"{colours}.")})
        if levels:
            params = planted(state, table(levels))
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

    Biases of a generator without `place_biases` are repeated for every place.
    """
    params = variables["params"]
    levels = sum("_rgb" in name for name in params)
    table = discriminator_of_zoo if "out" in params else generator_of_zoo
    found = dict(torch_layout.leaves(params))
    start = ("block4", "bias")
    if start in found:
        found[start] = np.broadcast_to(found[start], (4, 4, found[start].shape[-1]))
    return {
        place.name: place.layout.theirs(
            found[place.path] / zoo_factor(place.path, params)
        )
        for place in table(levels)
    }
