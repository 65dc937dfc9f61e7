"""What every generator, discriminator and encoder is: a module of three arguments."""

import functools
import inspect
import numbers
from collections.abc import Callable
from typing import Any

from flax import linen as nn

from jaxgan.core.ranges import check_count, check_number

WANTED = "(value, given, context)"

COUNTS = frozenset(
    (
        *("channel_base", "channel_max", "channels", "code_widths", "depth"),
        *("dimensions", "expansion", "groups", "hidden", "joint_widths"),
        *("latent_size", "max_width", "pieces", "shape", "size", "style_size"),
        *("width", "widths"),
    )
)
"""Attributes that are whole numbers, at least 1, or sequences of them."""


class Network(nn.Module):
    """A Flax module that games call as `module(value, given, context)`.

    `value` is a latent or an example [B, ...], `given` what it is conditioned on, or
    `()`, and `context` a `jaxgan.Context`, which says who draws what and whether this
    is training. By hand:

        context = Context(example_keys(jax.random.key(0), len(z)))
        images = generator.apply(variables, z, (), context)

    Networks of yours need not be of this class. Those that are say what is wrong with a
    call of other arguments, or a size that nothing can have.

    Raises:
      ValueError: if an attribute that counts something is not at least 1, or a share of
        what is dropped out is none.
    """

    def __post_init__(self):
        super().__post_init__()
        for name, value in vars(self).items():
            if name in COUNTS:
                _check_counts(name, value)
            elif name == "dropout":
                check_number(name, value, least=0, below=1)

    def __init_subclass__(cls, **options: Any):
        super().__init_subclass__(**options)
        if "__call__" in vars(cls):
            cls.__call__ = _checked(cls.__call__)


def _check_counts(name: str, value: Any) -> None:
    for one in value if isinstance(value, tuple | list) else (value,):
        if isinstance(one, numbers.Real):
            check_count(name, one)


def _checked(call: Callable[..., Any]) -> Callable[..., Any]:
    signature = inspect.signature(call)

    @functools.wraps(call)
    def checked(self, *arguments: Any, **named: Any) -> Any:
        try:
            signature.bind(self, *arguments, **named)
        except TypeError as error:
            name, seen = type(self).__name__, len(arguments) + len(named)
            raise TypeError(
                f"{name}: saw a call with {seen} arguments, {error}; wanted {WANTED}: "
                "given is () where there is no condition, context a jaxgan.Context; "
                f"from outside {name}(...).apply(variables, value, given, context)"
            ) from None
        return call(self, *arguments, **named)

    return checked
