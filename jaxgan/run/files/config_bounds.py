"""What the numbers of a config can be: as it says itself, or as they are called."""

import dataclasses
import numbers
from collections.abc import Iterable, Iterator
from typing import Any

from jaxgan.run.bounds import FINITE, SEED, Bounds, declared
from jaxgan.run.errors import RunError

SOME = Bounds(least=1)
POSITIVE = Bounds(above=0)
NOT_NEGATIVE = Bounds(least=0)
SHARE = Bounds(least=0, most=1)
DECAY = Bounds(least=0, below=1)

BY_NAME: dict[str, Bounds] = {
    "seed": SEED,
    **dict.fromkeys(
        (
            *("batch_size", "size", "channels", "stacks", "steps", "decay_steps"),
            *("critic_steps", "pack", "groups", "burn_in", "latent_size"),
            *("width", "widths", "generator_widths", "discriminator_widths"),
            *("hidden", "head", "code_width", "blocks"),
            *("channel_base", "channel_max", "categories"),
            *("batch_sizes", "first_size"),
        ),
        SOME,
    ),
    **dict.fromkeys(
        ("learning_rate", "generator_rate", "discriminator_rate", "clip", "ada_images"),
        POSITIVE,
    ),
    **dict.fromkeys(
        (
            *("gamma", "penalty", "path_weight", "orthogonality", "half_life"),
            *(
                "limit",
                "dataset_limit",
                "embedding",
                "continuous",
                "noise",
                "halvings",
                "average_from",
            ),
            *("mapping_layers", "condition_layers", "weight", "group", "shared"),
            *("stable", "fading"),
            *("generator_attention", "discriminator_attention"),
        ),
        NOT_NEGATIVE,
    ),
    **dict.fromkeys(("augment", "mixing"), SHARE),
    **dict.fromkeys(("b1", "b2", "average_decay", "dropout"), DECAY),
}
"""Of fields that declare nothing, by the names that experiments have in common."""


def check(config: Any, variants: Iterable[Any] = ()) -> None:
    """Checks the numbers of a config, before anything is made of them.

    A field's annotation may say what it can be, see `jaxgan.run.bounds`. Of others the
    name does, if it is one of `BY_NAME` and no variant of the experiment has another
    number there; and all must be finite. What a variant has itself is meant.

    Args:
      config: a dataclass.
      variants: of the experiment, of the same class.

    Raises:
      RunError: naming the field, the value and what is wanted.
    """
    meant = [dict(_numbers(one)) for one in variants]
    own = declared(type(config))
    for name, value in _numbers(config):
        usual = [one[name] for one in meant if name in one]
        bounds = own.get(name) or _of_name(name, [value, *usual])
        if value not in usual and not bounds.hold(value):
            raise RunError(f"{name}: saw {value!r}, wanted {bounds.wanted(value)}")


def _of_name(name: str, values: list[Any]) -> Bounds:
    """Finds the bounds of a name by a value, and those that the variants have."""
    bounds = BY_NAME.get(name.rpartition(".")[2], FINITE)
    if bounds is SOME and any(isinstance(value, float) for value in values):
        bounds = POSITIVE  # what is no whole number is no count, whatever its name
    return bounds if all(map(bounds.hold, values[1:])) else FINITE


def _numbers(config: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Lists the fields that hold numbers, those within fields by a dotted name."""
    for field in dataclasses.fields(config):
        value, name = getattr(config, field.name), prefix + field.name
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            yield from _numbers(value, f"{name}.")
        elif not isinstance(value, bool) and isinstance(
            value, numbers.Real | tuple | list
        ):
            yield name, value
