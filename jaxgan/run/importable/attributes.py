"""What pickled networks keep as attributes, and what each of them must be.

Shapes do not tell what a network computes: the activation, a bound, a gain, an epsilon.
Pickles have these as attributes of modules. Every importable network has a table of
those that it knows, `ATTRIBUTES`, by name: a `Rule` says what is wanted. One that a
network honours (or that changes nothing) has a rule that takes any value; one that it
does not know may change what is computed, and is refused.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from jaxgan.run.importable.named_arrays import Named

MOST = 5
"""Attributes that an error names."""


class Layer(NamedTuple):
    """Names the module that has the attribute.

    Attributes:
      path: of its name, '' at the top: ('synthesis', 'b8', 'conv0').
      arrays: of the network.
      facts: all attributes of the network.
    """

    path: tuple[str, ...]
    arrays: Named
    facts: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The last part of the name."""
        return self.path[-1] if self.path else ""

    def shape(self, leaf: str = "weight") -> tuple[int, ...] | None:
        """Reads the shape of an array of the layer; None if it has none.

        A wrapper around the network may be in front of names, which arrays are without.
        """
        for start in range(len(self.path) + 1):
            name = ".".join((*self.path[start:], leaf))
            if name in self.arrays:
                return self.arrays[name].shape
        return None


Rule = Callable[[Layer, Any], Any]
"""f(layer, value seen) gives the value wanted; what is seen, if any will do."""
Facts = Mapping[str, Any]
"""The attributes of a network by their dotted names."""


def any_value(layer: Layer, value: Any) -> Any:
    """Takes any value: shapes tell, the network honours it, or it changes nothing."""
    del layer
    return value


def exactly(wanted: Any) -> Rule:
    """Wants one value everywhere."""
    return lambda layer, value: wanted


def known(*names: str) -> dict[str, Rule]:
    """Makes a table of attributes that may have any value."""
    return dict.fromkeys(names, any_value)


MODULES: dict[str, Rule] = {
    **known("training", "in_features", "out_features", "in_channels", "out_channels"),
    **known("kernel_size", "groups", "num_embeddings", "embedding_dim", "inplace"),
    "stride": lambda layer, value: (1, 1),
    "dilation": lambda layer, value: (1, 1),
    "padding": lambda layer, value: tuple((n - 1) // 2 for n in _sides(layer)),
    "output_padding": lambda layer, value: (0, 0),
    "padding_mode": exactly("zeros"),
    "transposed": exactly(False),
}
"""Of PyTorch's own modules: linear ones, and convolutions that keep the size."""
BATCH_NORM: dict[str, Rule] = {
    **known("num_features"),
    "eps": exactly(1e-5),
    "momentum": exactly(0.1),
    "affine": exactly(True),
    "track_running_stats": exactly(True),
}
"""Of PyTorch's batch normalisation, as it is made unless one says otherwise."""


def _sides(layer: Layer) -> tuple[int, ...]:
    return (layer.shape() or ())[2:]


def check(
    name: str,
    facts: Facts,
    arrays: Named,
    table: Mapping[str, Rule],
    ignored: tuple[str, ...] = (),
) -> None:
    """Checks that the attributes of a network are those that ours has.

    Args:
      name: of the network, for errors.
      facts: its attributes.
      arrays: its state dict.
      table: rules by the last part of the attribute's name.
      ignored: attributes that whoever imports says change nothing.

    Raises:
      ValueError: naming attributes, what was seen and what was wanted.
    """
    lines = []
    unknown = set()
    for fact, value in facts.items():
        *path, attribute = fact.split(".")
        if attribute in ignored:
            continue
        if attribute not in table:
            lines += [] if attribute in unknown else [_unknown(fact, value)]
            unknown.add(attribute)
            continue
        wanted = table[attribute](Layer(tuple(path), arrays, facts), value)
        if not same(value, wanted):
            lines.append(f"{fact}: saw {value!r}, wanted {wanted!r}")
    if lines:
        more = [f"and {len(lines) - MOST} more"] if len(lines) > MOST else []
        text = "\n  ".join([*lines[:MOST], *more])
        raise ValueError(f"{name} computes something else than our network:\n  {text}")


def _unknown(fact: str, value: Any) -> str:
    attribute = fact.rpartition(".")[2]
    return (
        f"{fact}: saw {value!r}, an attribute that is not known; if it changes "
        f"nothing, --ignore {attribute}"
    )


def same(value: Any, wanted: Any) -> bool:
    """Tells whether values agree, numbers to their rounding in float32."""
    if value is wanted:
        return True
    if isinstance(value, bool | str | None) or isinstance(wanted, bool | str | None):
        return type(value) is type(wanted) and value == wanted
    if isinstance(value, tuple) or isinstance(wanted, tuple):
        return value == wanted
    return math.isclose(value, wanted, rel_tol=1e-6, abs_tol=1e-12)


def fan_in(shape: tuple[int, ...]) -> int:
    """Counts the inputs of an output, of a kernel [out, in, ...]."""
    return int(np.prod(shape[1:]))


def values(
    networks: Iterable[Facts], attribute: str, *, without: tuple[str, ...] = ()
) -> set[Any]:
    """Gathers the values that an attribute has in all layers.

    Args:
      networks: the attributes of each.
      attribute: its name.
      without: names of layers (or their ends) that are left out.
    """
    found = set()
    for facts in networks:
        for fact, value in facts.items():
            layer, _, name = fact.rpartition(".")
            if name == attribute and not (without and layer.endswith(without)):
                found.add(value)
    return found


def only_number(name: str, found: set[Any]) -> float:
    """Takes the one number, above 0, that all layers have.

    Raises:
      ValueError: if they differ, or it is no such number.
    """
    if len(found) > 1:
        seen = ", ".join(sorted(map(repr, found)))
        raise ValueError(f"{name}: saw {seen}, wanted one for all layers")
    (value,) = found
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 < value < math.inf:
        raise ValueError(f"{name}: saw {value!r}, wanted a number above 0")
    return float(value)
