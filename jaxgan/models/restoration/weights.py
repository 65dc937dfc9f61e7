"""Weights of BasicSR's networks of super-resolution, and back.

Generators: RRDBNet under all names that it has had, MSRResNet and SRVGGNetCompact;
discriminators: VGGStyleDiscriminator and UNetDiscriminatorSN. Theirs number equal
blocks, ours stack their arrays.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.weights import torch_layout

TAIL = {"0": "conv_first", "3": "conv_up1", "6": "conv_up2", "8": "conv_hr"}
TAIL["10"] = "conv_last"
"""Numbers of the layers outside of blocks in ESRGAN's oldest files."""
OLD = {
    "RRDB_trunk": "body",
    "recon_trunk": "body",
    "trunk_conv": "conv_body",
    "HRconv": "conv_hr",
}
"""Names in ESRGAN's own code, and those in BasicSR."""
LEAVES = {
    "bias": ("params", "bias"),
    "running_mean": ("batch_stats", "mean"),
    "running_var": ("batch_stats", "var"),
    "weight_u": ("spectral", "u"),
    "weight_v": ("spectral", "v"),
}
"""Their name of an array that is as ours, our collection and our name."""


def respelled(state_dict: Mapping[str, Any]) -> dict[str, Any]:
    """Names of older files of the same networks as BasicSR has them now.

    The oldest of ESRGAN are `model.1.sub.0.RDB1.conv1.0.weight`, then came
    `RRDB_trunk.0.RDB1.conv1.weight`, now it is `body.0.rdb1.conv1.weight`. Others are
    left as they are, but that `module.` of a parallel wrapper is taken off.
    """
    names = {name.removeprefix("module."): x for name, x in state_dict.items()}
    old = any(name.startswith(("RRDB_trunk.", "trunk_conv.")) for name in names)
    return {_respelled(name, old): x for name, x in names.items()}


def _respelled(name: str, old: bool) -> str:
    oldest = re.fullmatch(
        r"model\.1\.sub\.(\d+)(?:\.RDB(\d)\.conv(\d)\.0)?(\..+)", name
    )
    if oldest:
        number, block, conv, leaf = oldest.groups()
        layer = f"body.{number}.rdb{block}.conv{conv}" if block else "conv_body"
        return layer + leaf
    outside = re.fullmatch(r"model\.(\d+)(\..+)", name)
    if outside and outside[1] in TAIL:
        return TAIL[outside[1]] + outside[2]
    layer, dot, rest = name.partition(".")
    if old:
        layer = layer.replace("upconv", "conv_up")
    return OLD.get(layer, layer) + dot + rest.replace(".RDB", ".rdb")


class _Place(NamedTuple):
    """Where an array goes: a path, and which of stacked blocks it is of."""

    path: tuple[str, ...]
    index: tuple[int, ...] = ()


def import_torch(state_dict: Mapping[str, Any]) -> Variables:
    """Variables of a generator or a discriminator from the names of BasicSR's code.

    See `jaxgan.models.restoration` for the networks. Names of older files are taken
    too, see `respelled`.

    Args:
      state_dict: tensors or arrays by name, on the CPU: what lies in a file below
        'params_ema' or 'params', or a file without these.

    Raises:
      ValueError: if a name is none of that code's, or of numbered blocks one is
        missing.
    """
    state = torch_layout.arrays(respelled(state_dict), ["num_batches_tracked"])
    stacks: dict[tuple[str, ...], dict[tuple[int, ...], np.ndarray]] = {}
    last = max((n for n in map(_row_number, state) if n is not None), default=0)
    for name, array in state.items():
        layer, _, kind = name.rpartition(".")
        path, index = _place(name, layer, last)
        collection, leaf = LEAVES.get(kind) or ("params", _leaf(name, kind, array))
        if collection == "spectral":
            path = (*path, "spectral")
        if kind == "weight_v":
            array = _right(array, state.get(f"{layer}.weight_orig"), layer)
        elif leaf == "kernel":
            array = torch_layout.kernel(array)
            if layer == "linear1":
                array = _pixels_last(array)
        stacks.setdefault((collection, *path, leaf), {})[index] = array
    variables: dict[str, Any] = {"params": {}}
    for path, parts in stacks.items():
        torch_layout.plant(variables, path, _stacked(path, parts))
    return variables


def _row_number(name: str) -> int | None:
    """The number of a layer of SRVGGNetCompact."""
    match = re.fullmatch(r"body\.(\d+)\.(weight|bias)", name)
    return int(match[1]) if match else None


def _place(name: str, layer: str, last: int) -> _Place:
    """Our path of one of their layers."""
    if match := re.fullmatch(r"body\.(\d+)\.rdb([123])\.(conv[1-5])", layer):
        return _Place(("body", "rdb", match[3]), (int(match[1]), int(match[2]) - 1))
    if match := re.fullmatch(r"body\.(\d+)\.(conv[12])", layer):
        return _Place(("body", match[2]), (int(match[1]),))
    if match := re.fullmatch(r"body\.(\d+)", layer):
        number = int(match[1])
        kind = "prelu" if number % 2 else "conv"
        if number == last or number < 2:
            return _Place((f"{kind}_{'last' if number == last else 'first'}",))
        return _Place(("body", kind), (number // 2 - 1,))
    if match := re.fullmatch(r"bn(\d+_[01])", layer):
        return _Place((f"norm{match[1]}",))
    if re.fullmatch(r"conv_(first|body|up1|up2|hr|last)|upconv[12]", layer):
        return _Place((layer,))
    if re.fullmatch(r"conv\d+(_[01])?|linear[12]", layer):
        return _Place((layer,))
    raise ValueError(
        f"state_dict: saw {name!r}, wanted a name of BasicSR's RRDBNet, MSRResNet, "
        "SRVGGNetCompact, VGGStyleDiscriminator or UNetDiscriminatorSN"
    )


def _leaf(name: str, kind: str, array: np.ndarray) -> str:
    """Our name of a parameter that is no bias."""
    if kind not in ("weight", "weight_orig"):
        raise ValueError(f"state_dict: saw {name!r}, wanted a name of BasicSR's code")
    if array.ndim > 1:
        return "kernel"
    return "scale" if name.startswith("bn") else "slope"


def _right(v: np.ndarray, weight: np.ndarray | None, layer: str) -> np.ndarray:
    """The vector over [C, height, width] in our order."""
    if weight is None or v.size != weight[0].size:
        raise ValueError(f"{layer}.weight_v: saw {v.size} numbers without their weight")
    return np.moveaxis(v.reshape(weight.shape[1:]), 0, -1).ravel()


def _pixels_last(kernel: np.ndarray, back: bool = False) -> np.ndarray:
    """Theirs reads 4×4 maps as [C, 4, 4], ours as [4, 4, C]."""
    inputs, features = kernel.shape
    if inputs % 16:
        raise ValueError(f"linear1.weight: saw {inputs} inputs, wanted maps of 4×4")
    rows = (16, inputs // 16) if back else (inputs // 16, 16)
    apart = kernel.reshape(*rows, features).swapaxes(0, 1)
    return np.ascontiguousarray(apart.reshape(kernel.shape))


def _stacked(
    path: Sequence[str], parts: Mapping[tuple[int, ...], np.ndarray]
) -> np.ndarray:
    """Stacks the arrays of numbered blocks; of what is not numbered there is one."""
    if () in parts:
        return parts[()]
    axes = zip(*parts)
    counts = tuple(max(numbers) + 1 for numbers in axes)
    name = ".".join(path[1:])
    for index in np.ndindex(counts):
        if index not in parts:
            seen = ".".join(map(str, index))
            raise ValueError(
                f"{name}: saw {len(parts)} blocks, but none of number {seen}"
            )
    ordered = [parts[index] for index in np.ndindex(counts)]
    if len({x.shape for x in ordered}) > 1:
        raise ValueError(f"{name}: saw several shapes, wanted equal blocks")
    return np.stack(ordered).reshape(*counts, *ordered[0].shape)


def export_torch(variables: Variables) -> dict[str, np.ndarray]:
    """The inverse of `import_torch`: the newest names, without counts of batches.

    Raises:
      ValueError: for a network of ours that BasicSR does not have.
    """
    state: dict[str, np.ndarray] = {}
    vectors = variables.get("spectral", {})
    last = _last(variables["params"])
    for (collection, *path, leaf), array in torch_layout.leaves(variables):
        if collection == "spectral":
            *path, _ = path
            kernel = variables["params"][path[0]]["kernel"]
            if leaf == "v":
                rest = np.reshape(array, np.shape(kernel)[:-1])
                array = np.moveaxis(rest, -1, 0).ravel()
        kinds = {ours: theirs for theirs, ours in LEAVES.items()}
        kind = kinds.get((collection, leaf), "weight")
        if leaf == "kernel" and path[0] in vectors:
            kind = "weight_orig"
        for layer, part in _unstacked(path, array, last):
            if layer == "linear1" and leaf == "kernel":
                part = _pixels_last(part, back=True)
            state[f"{layer}.{kind}"] = (
                torch_layout.their_kernel(part) if leaf == "kernel" else part
            )
    return state


def _last(params: Variables) -> int:
    """The number of the last convolution of SRVGGNetCompact; 0 of other networks."""
    if not params.keys() <= {"conv_first", "prelu_first", "body", "conv_last"}:
        return 0
    kernels = params.get("body", {}).get("conv", {}).get("kernel", ())
    return 2 * len(kernels) + 2


def _unstacked(
    path: Sequence[str], array: np.ndarray, last: int
) -> Iterator[tuple[str, np.ndarray]]:
    """Their layers of one of our paths, each with its part of the array.

    Args:
      path: of the layer.
      array: stacked, where blocks are.
      last: see `_last`.
    """
    first, *rest = path
    if first == "body":
        yield from _of_blocks(rest, array)
    elif last:
        kind, place = first.split("_")
        number = last if place == "last" else int(kind == "prelu")
        yield f"body.{number}", array
    elif match := re.fullmatch(r"norm(\d+_[01])", first):
        yield f"bn{match[1]}", array
    elif first.startswith(("norm", "prelu")):
        raise _unknown(path)
    else:
        yield first, array


def _of_blocks(
    path: Sequence[str], array: np.ndarray
) -> Iterator[tuple[str, np.ndarray]]:
    """Their layers of stacked blocks."""
    layer = path[-1]
    for number, block in enumerate(array):
        if path[0] == "rdb":
            for place, part in enumerate(block, 1):
                yield f"body.{number}.rdb{place}.{layer}", part
        elif layer in ("conv1", "conv2"):
            yield f"body.{number}.{layer}", block
        elif layer in ("conv", "prelu"):
            yield f"body.{2 * number + 2 + (layer == 'prelu')}", block
        else:
            raise _unknown(path)


def _unknown(path: Sequence[str]) -> ValueError:
    return ValueError(
        f"variables: saw {'.'.join(path)}, wanted those of RRDBNet, MSRResNet, "
        "SRVGGNetCompact, VGGDiscriminator or UNetDiscriminator"
    )
