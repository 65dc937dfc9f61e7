"""Weights of the official PyTorch code as our variables, and back."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.models.filter_taps import check_taps, taps_of
from jaxgan.nn.style import TAPS
from jaxgan.weights import torch_layout

NAMES = (
    (r"^b(\d+)$", r"block\1"),
    (r"^fc(\d+)$", r"dense\1"),
    ("^torgb$", "to_rgb"),
    ("^fromrgb$", "from_rgb"),
    ("^const$", "constant"),
    ("^weight$", "kernel"),
)
"""Their name of a module or an array, and ours, where the two differ."""

TOP = {
    ("b4", "conv"): ("conv",),
    ("b4", "fc"): ("dense",),
    ("b4", "out"): ("out",),
    ("b4", "fromrgb"): ("from_rgb",),
}
"""The last layers of a discriminator, which are no block of ours."""


def import_torch(
    state_dict: Mapping[str, Any], taps: Sequence[float] = TAPS
) -> dict[str, Any]:
    """The variables of a `Generator` or `Discriminator`, as numpy arrays.

    Karras et al. 2020 (arXiv 2006.06676), official PyTorch code: `G_ema` and `D`.
    Kernels become [height, width, in, out], and the discriminator's dense layer reads
    places before channels. Its deviation's groups are contiguous here and strided
    there, which weights do not feel.

    Args:
      state_dict: {name: array}, as `module.state_dict()` has it; arrays or CPU tensors.
      taps: that the network has as an attribute: filters must be theirs.

    Returns:
      {'params': ..., 'style_average': ..., 'noise': ...}, the last two for generators.

    Raises:
      ValueError: for a name that these networks do not have, or another filter.
    """
    variables: dict[str, Any] = {}
    for name, array in torch_layout.arrays(state_dict).items():
        *path, leaf = name.split(".")
        if leaf == "resample_filter":
            check_taps(name, tuple(taps), array)
            continue
        collection, ours, array = _place(name, tuple(path), leaf, array)
        here = variables.setdefault(collection, {})
        for step in ours[:-1]:
            here = here.setdefault(step, {})
        here[ours[-1]] = array
    return variables


def _place(name, path, leaf, array):
    """(collection, our path, our array)."""
    if leaf == "w_avg":
        return "style_average", (*path, "mean"), array
    if leaf == "noise_const":
        return "noise", (*map(_ours, path), "constant"), array
    if leaf not in ("weight", "bias", "const", "noise_strength"):
        raise ValueError(f"{name}: saw an array of no layer, wanted StyleGAN2's")
    if leaf == "const":
        array = array.transpose(1, 2, 0)
    elif leaf == "weight" and path == ("b4", "fc"):
        array = array.reshape(array.shape[0], -1, 4, 4).transpose(2, 3, 1, 0)
        array = array.reshape(-1, array.shape[-1])
    elif array.ndim > 1:
        array = array.transpose(2, 3, 1, 0) if array.ndim == 4 else array.T
    ours = TOP.get(path) or tuple(map(_ours, path))
    return "params", (*ours, _ours(leaf)), array


def _ours(name: str) -> str:
    for pattern, ours in NAMES:
        name, count = re.subn(pattern, ours, name)
        if count:
            break
    return name


def taps_of_state(state_dict: Mapping[str, Any]) -> tuple[float, ...]:
    """Reads the taps that all filters of a state dict agree on; TAPS if it has none.

    Raises:
      ValueError: if they do not agree, or are of no row of taps.
    """
    found = {
        name: torch_layout.array(array, name)
        for name, array in state_dict.items()
        if name.split(".")[-1] == "resample_filter"
    }
    taps = TAPS
    for name, array in found.items():
        taps = taps_of(name, array)
        break
    for name, array in found.items():
        check_taps(name, taps, array)
    return taps


def export_torch(variables: Variables) -> dict[str, np.ndarray]:
    """The inverse of `import_torch`: the official state dict, without its filters."""
    state = {}
    for (collection, *path, leaf), array in torch_layout.leaves(variables):
        tops = [theirs for theirs, ours in TOP.items() if ours == tuple(path)]
        theirs = tops[0] if tops else tuple(map(_theirs, path))
        if collection == "style_average":
            leaf = "w_avg"
        elif collection == "noise":
            leaf = "noise_const"
        elif leaf == "constant":
            array = array.transpose(2, 0, 1)
        elif leaf == "kernel" and path == ["dense"]:
            array = array.reshape(4, 4, -1, array.shape[-1]).transpose(3, 2, 0, 1)
            array = array.reshape(array.shape[0], -1)
        elif leaf == "kernel":
            array = torch_layout.their_kernel(array)
        state[".".join((*theirs, _theirs(leaf)))] = array
    return state


def _theirs(name: str) -> str:
    for theirs, ours in NAMES:
        ours = "^" + ours.replace(r"\1", r"(\d+)") + "$"
        theirs = theirs.strip("^$").replace(r"(\d+)", r"\1")
        name, count = re.subn(ours, theirs, name)
        if count:
            break
    return name
