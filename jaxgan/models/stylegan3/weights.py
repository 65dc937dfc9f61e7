"""Weights of the official PyTorch code as our variables, and back."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.models.stylegan3.design import resampling
from jaxgan.models.stylegan3.networks import Generator
from jaxgan.weights import torch_layout

STATE = {
    "w_avg": ("style_average", "mean"),
    "magnitude_ema": ("magnitudes", "mean_square"),
    "freqs": ("fourier", "frequencies"),
    "phases": ("fourier", "phases"),
    "transform": ("fourier", "transform"),
    "weight": ("params", "kernel"),
    "bias": ("params", "bias"),
}
"""Their name of an array, and our collection and name."""
FILTERS = "up_filter", "down_filter"


def import_torch(
    state_dict: Mapping[str, Any], generator: Generator | None = None
) -> dict[str, Any]:
    """The variables of a `Generator`, as numpy arrays.

    Karras et al. 2021 (arXiv 2106.12423), official PyTorch code: `G_ema`. Kernels
    become [height, width, in, out]. Discriminators are StyleGAN2's.

    Args:
      state_dict: {name: array}, as `module.state_dict()` has it; arrays or CPU tensors.
      generator: the network, whose filters those of the state dict must be, if it has
        any; None leaves them out.

    Returns:
      {'params': ..., 'style_average': ..., 'magnitudes': ..., 'fourier': ...}.

    Raises:
      ValueError: for a name that these networks do not have, or other filters.
    """
    variables: dict[str, Any] = {}
    filters = {} if generator is None else official_filters(generator)
    missing = set(filters)
    for name, array in torch_layout.arrays(state_dict).items():
        *path, leaf = name.split(".")
        if leaf in FILTERS:
            if generator is not None:
                _check_filter(name, filters.get(name), array)
                missing.discard(name)
            continue
        if leaf not in STATE:
            raise ValueError(f"{name}: saw an array of no layer, wanted StyleGAN3's")
        collection, ours = STATE[leaf]
        if leaf == "weight":
            array = array.transpose(2, 3, 1, 0) if array.ndim == 4 else array.T
        here = variables.setdefault(collection, {})
        for step in path:
            here = here.setdefault(_dense(step, "fc", "dense"), {})
        here[ours] = array
    if filters and 0 < len(missing) < len(filters):
        name = min(missing)
        raise ValueError(
            f"{name}: saw no such filter, wanted that of {filters[name].shape} taps"
        )
    return variables


def export_torch(
    variables: Variables, generator: Generator | None = None
) -> dict[str, np.ndarray]:
    """The inverse of `import_torch`: the official state dict.

    Args:
      variables: of a `Generator`.
      generator: the network, whose filters are exported too; None leaves them out.
    """
    theirs = {ours: leaf for leaf, ours in STATE.items()}
    state = {}
    for (collection, *path, ours), array in torch_layout.leaves(variables):
        if ours == "kernel":
            array = torch_layout.their_kernel(array)
        path = [_dense(step, "dense", "fc") for step in path]
        state[".".join((*path, theirs[collection, ours]))] = array
    return {**state, **({} if generator is None else official_filters(generator))}


def official_filters(generator: Generator) -> dict[str, np.ndarray]:
    """The filters of a generator, by their names in its official state dict."""
    made, stages = {}, generator.stages
    for place, (before, after) in enumerate(zip([stages[0], *stages], stages)):
        colours = place == len(stages) - 1
        filters = resampling(
            before,
            after,
            1 if colours else generator.kernel_size,
            1 if colours else generator.oversampling,
            generator.filter_size,
            generator.radial,
        )
        name = f"synthesis.L{place}_{after.size}_{after.channels}"
        for leaf, taps in zip(FILTERS, (filters.up_taps, filters.down_taps)):
            if taps is not None:
                made[f"{name}.{leaf}"] = taps.astype(np.float32)
    return made


def _check_filter(name, wanted, array):
    if wanted is None or wanted.shape != array.shape:
        shape = None if wanted is None else wanted.shape
        raise ValueError(f"{name}: saw a filter {array.shape}, wanted {shape}")
    error = float(np.abs(wanted - array).max())
    if error > 1e-6:
        raise ValueError(
            f"{name}: saw another filter, {error:.1e} away, wanted that of the "
            "generator's attributes"
        )


def _dense(step: str, seen: str, wanted: str) -> str:
    number = step.removeprefix(seen)
    return wanted + number if number.isdigit() and number != step else step
