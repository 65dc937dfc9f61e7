"""Several networks on one side: their variables lie side by side in its collections."""

from collections.abc import Mapping
from typing import Any

import jax
from flax import linen as nn

from jaxgan.core.context import Context
from jaxgan.core.types import Tree, Variables
from jaxgan.games.latent import apply_module


def init_networks(
    modules: Mapping[str, nn.Module],
    key: jax.Array,
    inputs: Mapping[str, Tree],
    context: Context,
    given: Tree = (),
) -> tuple[dict[str, Any], Variables]:
    """Makes the variables of several networks.

    Args:
      modules: by name. Networks share no variables, even if they are one module.
      key: of all.
      inputs: what each is called with, by name.
      context: of all; each draws from keys of its own.
      given: what all are called with besides.

    Returns:
      What they return, by name, and {collection: {name: ...}}.
    """
    outputs, variables = {}, {"params": {}}
    for (name, module), own in zip(
        modules.items(), jax.random.split(key, len(modules))
    ):
        outputs[name], made = module.init_with_output(
            own, inputs[name], given, context.fork(name)
        )
        variables = _with(variables, name, made)
    return outputs, variables


def apply_networks(
    modules: Mapping[str, nn.Module],
    variables: Variables,
    inputs: Mapping[str, Tree],
    context: Context,
    given: Tree = (),
) -> tuple[dict[str, Any], Variables]:
    """What networks return, by name, and the side's variables thereafter.

    Arguments as of `init_networks`. Networks of the side that are not among the modules
    stay as they are.
    """
    outputs = {}
    for name, module in modules.items():
        own = {kind: tree[name] for kind, tree in variables.items() if name in tree}
        outputs[name], changed = apply_module(
            module, own, inputs[name], given, context.fork(name)
        )
        variables = _with(variables, name, changed)
    return outputs, variables


def _with(variables: Variables, name: str, changed: Variables) -> Variables:
    return {
        **variables,
        **{
            kind: {**variables.get(kind, {}), name: tree}
            for kind, tree in changed.items()
        },
    }
