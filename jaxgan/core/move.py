"""One turn played: the mover's gradient and update, and what is measured on the way."""

import dataclasses
import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax import lax

from jaxgan.core import metrics
from jaxgan.core.context import Context, example_keys
from jaxgan.core.microbatches import batch_size, mean_over_parts
from jaxgan.core.scene import measure_logits, set_scene
from jaxgan.core.types import (
    Augment,
    Game,
    Play,
    Players,
    State,
    Tree,
    Turn,
    Variables,
)

Metrics = dict[str, metrics.Mean]


@dataclasses.dataclass(frozen=True)
class Setting:
    """What is the same on every turn: arguments of `make_step`, which explains them."""

    game: Game
    optimizers: Players[optax.GradientTransformation]
    augment: Augment
    axis_name: str | None
    microbatches: int
    sharding: jax.sharding.Sharding | None

    def constrain(self, tree: Tree) -> Tree:
        """Tells XLA that the leading axis lies over the devices as the batch does."""
        if self.sharding is None:
            return tree
        return lax.with_sharding_constraint(tree, self.sharding)


class Move(NamedTuple):
    """What one turn changes: the mover's variables, optimizer state, terms' memory."""

    variables: Variables
    opt_state: optax.OptState
    terms: Tree


def move_if_due(
    setting: Setting, name: str, turn: Turn, key: jax.Array, state: State, batch: Tree
) -> tuple[Move, Metrics]:
    """The turn if it is due. A skipped turn costs nothing and measures nothing."""
    due = functools.partial(move, setting, name, turn, key, state, batch)
    if turn.every == 1:
        return due()
    _, measured = jax.eval_shape(due)

    def skip():
        unmoved = Move(
            getattr(state.variables, turn.player),
            getattr(state.opt_state, turn.player),
            state.terms[name],
        )
        return unmoved, jax.tree.map(lambda x: jnp.zeros(x.shape, x.dtype), measured)

    return lax.cond((state.step + 1) % turn.every == 0, due, skip)


def move(
    setting: Setting, name: str, turn: Turn, key: jax.Array, state: State, batch: Tree
) -> tuple[Move, Metrics]:
    """One whole turn.

    Args:
      setting: what is the same on every turn.
      name: under which the terms' memory and the metrics live.
      turn: who moves, and what they minimise.
      key: of this turn of this step.
      state: as the turn before left it.
      batch: of this device.
    """
    parts = setting.microbatches
    keys = example_keys(key, batch_size(batch, parts), setting.axis_name)
    keys = setting.constrain(keys)
    if parts == 1:
        gradient, effects = _descend(setting, name, turn, state, batch, keys)
    else:
        gradient, effects = mean_over_parts(
            lambda part: _descend(setting, name, turn, state, *setting.constrain(part)),
            (batch, keys),
            parts,
        )
    collections, memory, measured = effects
    params, opt_state, sizes = _update(
        getattr(setting.optimizers, turn.player),
        gradient,
        getattr(state.opt_state, turn.player),
        getattr(state.variables, turn.player)["params"],
    )
    return Move({**collections, "params": params}, opt_state, memory), {
        f"{name}/{label}": metrics.mean(value)
        for label, value in (measured | sizes).items()
    }


def _descend(setting: Setting, name: str, turn: Turn, state: State, batch, keys):
    """Gradient, and (collections, memory, measured), of one microbatch."""
    context = Context(keys, batch, state.step, setting.axis_name, train=True)

    def objective(params):
        scene, collections = set_scene(
            setting.game, setting.augment, turn.player, params, state, context
        )
        # On a player's later turns, logits may be made for the log alone.
        measured = measure_logits(scene) if name == turn.player else {}
        loss, memory, values = _weigh(turn, state.terms[name], scene)
        return loss, (collections, memory, {"loss": loss, **measured, **values})

    params = getattr(state.variables, turn.player)["params"]
    (_, effects), gradient = context.value_and_grad(objective)(params)
    return gradient, context.across_devices(effects)


def _weigh(turn: Turn, states: Tree, scene: Play) -> tuple[jax.Array, Tree, Tree]:
    """The weighted sum of the terms, their new states, and their values by name."""
    loss, memory, values = jnp.zeros((), jnp.float32), {}, {}
    for term in turn.terms:
        value, memory[term.name] = term.apply(states[term.name], scene)
        value = scene.context.mean(value) if value.ndim else value
        step = scene.context.step
        weight = (
            term.weight(jnp.asarray(step)) if callable(term.weight) else term.weight
        )
        loss = loss + weight * value
        values[term.name] = value
    return loss, memory, values


def _update(
    optimizer: optax.GradientTransformation,
    gradient: Tree,
    opt_state: optax.OptState,
    params: Tree,
) -> tuple[Any, optax.OptState, dict[str, jax.Array]]:
    """New parameters and optimizer state, and how large gradient and update are."""
    # optax 0.2.8 is not clean under strict promotion: it raises beta to an int32.
    with jax.numpy_dtype_promotion("standard"):
        updates, opt_state = optimizer.update(gradient, opt_state, params)
    moved = optax.apply_updates(params, updates)
    sizes = {"gradient_norm": optax.global_norm(gradient)}
    # Players may start at 0.
    size = jnp.maximum(optax.global_norm(params), 1e-12)
    sizes["update_to_weight"] = optax.global_norm(updates) / size
    return moved, opt_state, sizes
