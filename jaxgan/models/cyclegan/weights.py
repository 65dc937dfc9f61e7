"""Weights of the authors' PyTorch code for residual generators, and CUT's; and back.

Files such as latest_net_G_A.pth, latest_net_G.pth and horse2zebra.pth. Layers have
their numbers in that code's `nn.Sequential`s as names. Discriminators are pix2pix's.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from jaxgan.core.types import Variables
from jaxgan.models.cyclegan.networks import HALVINGS
from jaxgan.models.pix2pix.weights import plain_state
from jaxgan.weights.torch_layers import Path, Table, export_layers, import_layers

FIRST = "model.1.weight"
"""The kernel that meets the picture."""
BLOCK = re.compile(r"model\.(\d+)\.conv_block\.(\d+)\.weight")


class Form(NamedTuple):
    """What the names in a state dict depend on.

    Attributes:
      blocks: how many there are.
      antialiased: as an attribute of the network.
      antialiased_up: likewise.
      dropout: whether it drops anything out.
    """

    blocks: int = 9
    antialiased: bool = False
    antialiased_up: bool = False
    dropout: bool = False

    @property
    def first(self) -> int:
        """The number of the first block."""
        return 4 + (3 + self.antialiased) * HALVINGS


def import_torch(state_dict: Mapping[str, Any]) -> Variables:
    """Variables of a generator from the official names.

    Args:
      state_dict: tensors or arrays by name, on the CPU. The prefix of DataParallel is
        left out, and so are running statistics of instance normalisation in old files.

    Raises:
      ValueError: if a name is none of that code's, or a filter is another.
    """
    state = plain_state(state_dict)
    return import_layers(state, layers(form_of(state)), "CycleGAN's generator")


def export_torch(variables: Variables, form: Form | None = None) -> dict[str, Any]:
    """The inverse of `import_torch`: the official state dict, without its filters.

    Args:
      variables: of a generator.
      form: of the network; by default not antialiased, nor with dropout.
    """
    if form is None:
        form = Form(sum(name.startswith("block_") for name in variables["params"]))
    return export_layers(variables, layers(form))


def form_of(state_dict: Mapping[str, Any]) -> Form:
    """Reads off the names in a state dict what they depend on.

    Raises:
      ValueError: if there are no blocks, or not where they should be.
    """
    found = [match for match in map(BLOCK.fullmatch, state_dict) if match]
    kernels = [match for match in found if np.ndim(state_dict[match[0]]) == 4]
    numbers = sorted({int(match[1]) for match in kernels})
    first = numbers[0] if numbers else -1
    wanted = {Form(antialiased=blurred).first: blurred for blurred in (False, True)}
    if numbers != list(range(first, first + len(numbers))) or first not in wanted:
        raise ValueError(
            f"state_dict: saw blocks {numbers}, wanted them in a row, from "
            f"{' or '.join(map(str, wanted))} on"
        )
    return Form(
        len(numbers),
        wanted[first],
        f"model.{first + len(numbers)}.weight" not in state_dict,
        max(int(match[2]) for match in kernels) == 6,
    )


def last_of(form: Form) -> str:
    """The name of the kernel that makes the picture."""
    (name,) = (name for name, path in layers(form).items() if path == ("leave",))
    return f"{name}.weight"


def layers(form: Form) -> Table:
    """Their layers of a generator, and ours."""
    table: dict[str, Path] = {}

    def follows(place: int, name: str) -> int:
        """A convolution, its norm and a ReLU; the number behind them."""
        table[f"model.{place}"] = (name,)
        table[f"model.{place + 1}"] = (f"{name}_norm",)
        return place + 3

    place = follows(1, "enter")
    for number in range(HALVINGS):
        place = follows(place, f"down_{number}") + form.antialiased
    for number in range(form.blocks):
        ours, theirs = f"block_{number}", f"model.{place}.conv_block"
        second = 5 + form.dropout
        for layer, at in (("1", 1), ("2", second)):
            table[f"{theirs}.{at}"] = (ours, f"conv{layer}")
            table[f"{theirs}.{at + 1}"] = (ours, f"norm{layer}")
        place += 1
    for number in range(HALVINGS):
        place = follows(place + form.antialiased_up, f"up_{number}")
    table[f"model.{place + 1}"] = ("leave",)
    return table
