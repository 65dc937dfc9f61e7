"""The first state of a run."""

from collections.abc import Mapping, Sequence

import jax
import jax.numpy as jnp
import optax

from jaxgan.core.checks import check_key, check_optimizers
from jaxgan.core.turns import turn_names
from jaxgan.core.types import (
    Augment,
    Game,
    Players,
    State,
    Tree,
    Turn,
    Variables,
)

SEED_AXES = State(None, *(0 for _ in State._fields[1:-1]), frozen=None)  # type: ignore[arg-type]
"""For `jax.vmap` of a step over seeds, which share the step and the frozen networks.

With a step of its own, every seed would pay for every turn.
"""


def init_state(
    key: jax.Array,
    game: Game,
    turns: Sequence[Turn],
    optimizers: Players[optax.GradientTransformation],
    batch: Tree,
    augment: Augment = Augment(),  # noqa: B008  immutable
    frozen: Mapping[str, Variables] | None = None,
) -> State:
    """Makes the state before step 0. Jit it, or pass it to `jax.eval_shape`.

    Args:
      key: a typed key, `jax.random.key(seed)`: the run's only source of chance.
      game: the wiring.
      turns: as given to `make_step`.
      optimizers: one optax transformation per player.
      batch: any batch, of which only shapes and dtypes matter.
      augment: as given to `make_step`.
      frozen: variables of networks that no turn moves, by name: see `State.frozen`.

    Raises:
      TypeError: if an argument is of another type.
      ValueError: if the turns are not well formed.
    """
    check_key(key)
    check_optimizers(optimizers)
    names = turn_names(turns)
    key_init, key_train = jax.random.split(key)
    variables = game.init(key_init, batch)
    opt_state = Players(
        *(
            optimizer.init(player["params"])
            for optimizer, player in zip(optimizers, variables, strict=True)
        )
    )
    return State(
        step=jnp.zeros((), jnp.int32),
        key=key_train,
        variables=variables,
        opt_state=opt_state,
        # A copy, because a donated state must not hold one buffer twice.
        ema=jax.tree.map(jnp.copy, variables.generator),
        terms={
            name: {term.name: term.init() for term in turn.terms}
            for name, turn in zip(names, turns)
        },
        augment=augment.init(),
        frozen=dict(frozen) if frozen else (),
    )
