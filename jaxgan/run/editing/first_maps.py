"""What a generator makes of a code first of all: its linear maps of it."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn
from jax.custom_derivatives import SymbolicZero

from jaxgan.core.types import Variables

Generate = Callable[[Variables, jax.Array], Any]
"""f(variables, code [B, L, N]) -> what is made of it, by calling Flax modules."""


class FirstMaps:
    """Finds and computes what modules with a kernel make of a code directly.

    Directly is: through no other kernel. Of a network of noise that is its first layer,
    or each layer that gets a part of the latent; of a synthesis by styles, the styles
    of all layers.
    """

    def __init__(self, generate: Generate, variables: Variables, code: Any):
        """Looks for them; nothing is computed.

        Args:
          generate: the generator. What it chooses by a step must be known to it: no
            tracer may decide.
          variables: of it; only shapes matter.
          code: [B, L, N]; likewise.
        """
        self._generate = generate
        reached: set[int] = set()

        def tangents(variables: Variables, code: jax.Array) -> Any:
            made = lambda code: _outputs(generate, variables, code, reached)  # noqa: E731
            return jax.jvp(made, (code,), (code,))[1]

        jax.eval_shape(tangents, variables, code)
        self._places = sorted(reached)
        self.outputs = jax.jit(self._outputs)
        self._slopes = jax.jit(self._slopes_of)

    def __call__(self, variables: Variables, code: Any) -> list[np.ndarray]:
        """Finds the maps' matrices, for every layer of a code.

        Maps such as z -> A z / |z| are linearised where the code is.

        Args:
          variables: of the generator.
          code: of one example, [1, L, N].

        Returns:
          For each of the L layers [F, N], F all that is made of it.
        """
        return [
            _rows(jax.device_get(self._slopes(variables, code, layer)))
            for layer in range(code.shape[1])
        ]

    def _outputs(self, variables: Variables, code: jax.Array) -> jax.Array:
        """What is made of codes [B, L, N] by all of them, [B, F]."""
        made = _outputs(self._generate, variables, code, set())
        chosen = [made[place].reshape(len(code), -1) for place in self._places]
        return jnp.concatenate(chosen, axis=1)

    def _slopes_of(
        self, variables: Variables, code: jax.Array, layer: jax.Array
    ) -> jax.Array:
        def outputs(part: jax.Array) -> jax.Array:
            return self._outputs(variables, code.at[0, layer].set(part))[0]

        return jax.jacfwd(outputs)(code[0, layer])


def _rows(slopes: np.ndarray) -> np.ndarray:
    """Leaves out what is not made of the layer."""
    return slopes[np.any(slopes != 0.0, axis=1)]


def _outputs(
    generate: Generate, variables: Variables, code: jax.Array, reached: set[int]
) -> list[jax.Array]:
    """Collects what all modules with a kernel make, past which no gradient flows.

    Args:
      reached: gets the places of those that a tangent of the code reaches.
    """
    outputs: list[jax.Array] = []

    def stop(next_call: Any, args: Any, kwargs: Any, context: Any) -> Any:
        made = next_call(*args, **kwargs)
        linear = context.module.has_variable("params", "kernel")
        if context.method_name != "__call__" or not linear:
            return made
        outputs.append(_marked(len(outputs), reached)(made))
        return jax.lax.stop_gradient(made)

    with nn.intercept_methods(stop):
        generate(variables, code)
    return outputs


def _marked(place: int, reached: set[int]) -> Callable[[jax.Array], jax.Array]:
    """The identity, which tells whether its argument has a tangent."""

    @jax.custom_jvp
    def identity(x: jax.Array) -> jax.Array:
        return x

    def rule(primals: Any, tangents: Any) -> Any:
        if not isinstance(tangents[0], SymbolicZero):
            reached.add(place)
        return primals[0], tangents[0]

    identity.defjvp(rule, symbolic_zeros=True)
    return identity
