"""Weights of latent diffusion's autoencoder, as PyTorch's codes spell them, and back.

Files such as diffusion_pytorch_model.safetensors of diffusers (two spellings of its
attention), and vae-ft-mse-840000-ema-pruned.ckpt or whole models of the authors' code.
"""

import enum
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.weights.torch_layers import Path, Table, export_layers, import_layers

LANDMARK = "encoder.conv_in.weight"
PARTS = ("encoder.", "decoder.", "quant_conv.", "post_quant_conv.")
"""What is read of a file: beside them, losses and other networks are."""
PROJECTIONS = ("query", "key", "value")


class Spelling(enum.Enum):
    """Whose names of layers.

    Attributes:
      block: how the first block of the encoder begins.
      attention: its norm, query, key, value and output.
    """

    DIFFUSERS = (
        "encoder.down_blocks.0.resnets.0.",
        ("group_norm", "to_q", "to_k", "to_v", "to_out.0"),
    )
    OLD_DIFFUSERS = (
        "encoder.down_blocks.0.resnets.0.",
        ("group_norm", "query", "key", "value", "proj_attn"),
    )
    COMPVIS = ("encoder.down.0.block.0.", ("norm", "q", "k", "v", "proj_out"))

    def __init__(self, block: str, attention: tuple[str, ...]):
        self.block = block
        self.attention = attention


class Form(NamedTuple):
    """What the names in a state dict depend on.

    Attributes:
      levels: of either half.
      blocks: per level of the encoder.
      spelling: of all names.
    """

    levels: int = 4
    blocks: int = 2
    spelling: Spelling = Spelling.DIFFUSERS


def import_torch(state_dict: Mapping[str, Any]) -> Variables:
    """Variables of an `Autoencoder` from the names of diffusers or of the authors.

    Args:
      state_dict: tensors or arrays by name, on the CPU. Whatever precedes all names is
        left off ('state_dict.first_stage_model.'), and so is what is no part of the
        autoencoder.

    Raises:
      ValueError: if it holds no such autoencoder, layers that ours lacks, or a part of
        one only.
    """
    state = _parts(state_dict)
    form = form_of(state)
    table = layers(form)
    for name, tensor in state.items():
        # The authors' attention has 1×1 convolutions where diffusers' has dense layers.
        path = table.get(name.rpartition(".")[0], ())
        if path[-2:-1] == ("attention",) and np.ndim(tensor) == 4:
            state[name] = np.asarray(tensor)[:, :, 0, 0]
    variables = import_layers(state, table, "an autoencoder of latent diffusion")
    params = variables["params"]
    for half in params.values():
        attention = half.get("middle", {}).get("attention", {})
        lacking = {*PROJECTIONS, "out"} - set(attention)
        if lacking:
            raise ValueError(
                "state_dict: saw an attention without "
                f"{' and '.join(sorted(lacking))}, wanted all of it"
            )
        attention["query_key_value"] = _joined(attention)
    return variables


def export_torch(
    variables: Variables, spelling: Spelling = Spelling.DIFFUSERS
) -> dict[str, np.ndarray]:
    """The inverse of `import_torch`, without anything before the names.

    Args:
      variables: of an `Autoencoder`.
      spelling: of the names.
    """
    params = {half: {**variables["params"][half]} for half in ("encoder", "decoder")}
    numbers = [
        tuple(map(int, match.groups()))
        for name in params["encoder"]
        if (match := re.fullmatch(r"level_(\d+)_block_(\d+)", name))
    ]
    levels, blocks = (1 + max(column) for column in zip(*numbers))
    for half in params.values():
        middle = half["middle"]
        half["middle"] = {**middle, "attention": _apart(middle["attention"])}
    table = layers(Form(levels, blocks, spelling))
    state = export_layers({"params": params}, table)
    for name, array in state.items():
        path = table[name.rpartition(".")[0]]
        kernel = path[-2:-1] == ("attention",) and array.ndim == 2
        if kernel and spelling is Spelling.COMPVIS:
            state[name] = array[:, :, None, None]
    return state


def form_of(state_dict: Mapping[str, Any]) -> Form:
    """Reads off the names in a state dict how many levels and blocks there are.

    Raises:
      ValueError: if they are of no spelling that is known.
    """
    spelling = next(
        (
            one
            for one in Spelling
            if f"{one.block}conv1.weight" in state_dict
            and any(f".{one.attention[1]}.weight" in name for name in state_dict)
        ),
        None,
    )
    if spelling is None:
        raise ValueError(
            f"state_dict: saw {sorted(state_dict)[:3]} ..., wanted an autoencoder with "
            "levels of blocks and an attention, as in Stable Diffusion"
        )
    pattern = re.escape(spelling.block).replace("0", r"(\d+)") + "conv1.weight"
    found = [match for match in map(re.compile(pattern).fullmatch, state_dict) if match]
    levels, blocks = (1 + max(int(match[at]) for match in found) for at in (1, 2))
    return Form(levels, blocks, spelling)


def layers(form: Form) -> Table:
    """Their layers of an autoencoder, and ours."""
    table: dict[str, Path] = {
        "quant_conv": ("encoder", "moments"),
        "post_quant_conv": ("decoder", "latents"),
    }
    diffusers = form.spelling is not Spelling.COMPVIS
    for half in ("encoder", "decoder"):
        parts = _of_levels(half, form), _of_middle(half, form.spelling)
        for theirs, ours in (pair for part in parts for pair in part):
            table[f"{half}.{theirs}"] = (half, *ours)
        table[f"{half}.conv_in"] = (half, "enter")
        norm = "conv_norm_out" if diffusers else "norm_out"
        table[f"{half}.{norm}"] = (half, "norm")
        table[f"{half}.conv_out"] = (half, "leave")
    return table


def _of_levels(half: str, form: Form) -> Iterator[tuple[str, Path]]:
    """Names of the layers of all levels, below those of the half."""
    down, diffusers = half == "encoder", form.spelling is not Spelling.COMPVIS
    for level in range(form.levels):
        place, between = level, f"halve_{level + 1}" if down else f"double_{level}"
        if diffusers:
            # Diffusers counts in the order of the computation, the authors by size.
            place = level if down else form.levels - 1 - level
            stem = f"{'down' if down else 'up'}_blocks.{place}"
            block, change = f"{stem}.resnets", f"{'down' if down else 'up'}samplers.0"
        else:
            stem = f"{'down' if down else 'up'}.{place}"
            block, change = f"{stem}.block", f"{'down' if down else 'up'}sample"
        for number in range(form.blocks + (not down)):
            ours = f"level_{level}_block_{number}"
            yield from _of_block(f"{block}.{number}", (ours,), diffusers)
        if level != (form.levels - 1 if down else 0):
            yield f"{stem}.{change}.conv", (between,)


def _of_middle(half: str, spelling: Spelling) -> Iterator[tuple[str, Path]]:
    """Names of the layers between the levels and the latents."""
    del half
    diffusers = spelling is not Spelling.COMPVIS
    for number in (0, 1):
        theirs = (
            f"mid_block.resnets.{number}" if diffusers else f"mid.block_{number + 1}"
        )
        yield from _of_block(theirs, ("middle", f"block_{number}"), diffusers)
    attention = "mid_block.attentions.0" if diffusers else "mid.attn_1"
    norm, *projections, out = spelling.attention
    yield f"{attention}.{norm}", ("middle", "attention_norm")
    yield f"{attention}.{out}", ("middle", "attention", "out")
    for theirs, ours in zip(projections, PROJECTIONS):
        yield f"{attention}.{theirs}", ("middle", "attention", ours)


def _of_block(theirs: str, ours: Path, diffusers: bool) -> Iterator[tuple[str, Path]]:
    for name in ("norm1", "conv1", "norm2", "conv2"):
        yield f"{theirs}.{name}", (*ours, name)
    shortcut = "conv_shortcut" if diffusers else "nin_shortcut"
    yield f"{theirs}.{shortcut}", (*ours, "shortcut")


def _parts(state_dict: Mapping[str, Any]) -> dict[str, Any]:
    """The entries of an autoencoder, without what precedes their names.

    Raises:
      ValueError: if there are none.
    """
    ends = [name for name in state_dict if name.endswith(LANDMARK)]
    if not ends:
        raise ValueError(
            f"state_dict: saw {sorted(state_dict)[:3]} ..., wanted an autoencoder, "
            f"with {LANDMARK!r}"
        )
    prefix = min(ends, key=len).removesuffix(LANDMARK)
    return {
        name.removeprefix(prefix): tensor
        for name, tensor in state_dict.items()
        if name.startswith(tuple(prefix + part for part in PARTS))
    }


def _joined(attention: dict[str, Any]) -> dict[str, np.ndarray]:
    """Takes query, key and value out of a tree, as one layer."""
    parts = [attention.pop(name) for name in PROJECTIONS]
    return {leaf: np.concatenate([p[leaf] for p in parts], -1) for leaf in parts[0]}


def _apart(attention: Mapping[str, Any]) -> dict[str, Any]:
    """The inverse of `_joined`: a new tree."""
    joined = attention["query_key_value"]
    split = {leaf: np.split(np.asarray(x), 3, -1) for leaf, x in joined.items()}
    parts = {
        name: {leaf: split[leaf][place] for leaf in split}
        for place, name in enumerate(PROJECTIONS)
    }
    return {"out": attention["out"], **parts}
