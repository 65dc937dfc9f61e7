"""What every generator, discriminator and encoder is: a module of three arguments."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

from flax import linen as nn

WANTED = "(value, given, context)"


class Network(nn.Module):
    """A Flax module that games call as `module(value, given, context)`.

    `value` is a latent or an example [B, ...], `given` what it is conditioned on, or
    `()`, and `context` a `jaxgan.Context`, which says who draws what and whether this
    is training. By hand:

        context = Context(example_keys(jax.random.key(0), len(z)))
        images = generator.apply(variables, z, (), context)

    Networks of yours need not be of this class. Those that are say what is wrong with a
    call of other arguments.
    """

    def __init_subclass__(cls, **options: Any):
        super().__init_subclass__(**options)
        if "__call__" in vars(cls):
            cls.__call__ = _checked(cls.__call__)


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
