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
from jaxgan.core.explicit_mesh import is_split, lying_alike
from jaxgan.core.microbatches import batch_size, mean_over_parts
from jaxgan.core.parts import Division, divide
from jaxgan.core.scene import measure_logits, set_scene
from jaxgan.core.turns import Entry, is_due
from jaxgan.core.types import (
    Augment,
    Game,
    Memory,
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

    def constrain(self, tree: Tree, batch: Tree) -> Tree:
        """Tells XLA that the leading axis lies over the devices as the batch does.

        Over Explicit axes of a mesh the batch's type says how that is.
        """
        first = jax.tree.leaves(batch)[0]
        if self.sharding is None or is_split(first):
            return lying_alike(tree, first)
        return lax.with_sharding_constraint(tree, self.sharding)


class Move(NamedTuple):
    """What one turn changes: the mover's variables, optimizer state, terms' memory."""

    variables: Variables
    opt_state: optax.OptState
    terms: Tree


def move_if_due(
    setting: Setting, entry: Entry, key: jax.Array, state: State, batch: Tree
) -> tuple[Move, Metrics]:
    """The turn if it is due. A skipped turn costs nothing and measures nothing."""
    play = functools.partial(move, setting, entry, key, state, batch)
    turn, due = entry.turn, is_due(entry.turn, state.step)
    if due is True:
        return play()
    _, measured = jax.eval_shape(play)

    def skip():
        unmoved = Move(
            getattr(state.variables, turn.player),
            getattr(state.opt_state, turn.player),
            state.terms[entry.name],
        )
        return unmoved, jax.tree.map(lambda x: jnp.zeros(x.shape, x.dtype), measured)

    return lax.cond(due, play, skip)


def move(
    setting: Setting, entry: Entry, key: jax.Array, state: State, batch: Tree
) -> tuple[Move, Metrics]:
    """One whole turn.

    Args:
      setting: what is the same on every turn.
      entry: whose turn it is, and what it is called.
      key: of this turn of this step.
      state: as the turn before left it.
      batch: of this device.
    """
    turn, microbatches = entry.turn, setting.microbatches
    keys = example_keys(key, batch_size(batch, microbatches), setting.axis_name)
    keys = setting.constrain(keys, batch)
    kept = _of_kind("kept", turn, state.terms[entry.name])
    if microbatches == 1:
        kept, (gradient, effects) = _descend(setting, entry, state, kept, batch, keys)
    else:
        kept, (gradient, effects) = mean_over_parts(
            lambda kept, part: _descend(
                setting, entry, state, kept, *setting.constrain(part, batch)
            ),
            kept,
            (batch, keys),
            microbatches,
        )
    collections, memory, measured = effects
    params, opt_state, sizes = _update(
        getattr(setting.optimizers, turn.player),
        gradient,
        getattr(state.opt_state, turn.player),
        _division(entry, state),
        state.step,
    )
    memory = {**memory, **kept}
    return Move({**collections, "params": params}, opt_state, memory), {
        f"{entry.name}/{label}": metrics.mean(value)
        for label, value in (measured | sizes).items()
    }


def _descend(
    setting: Setting, entry: Entry, state: State, kept: Tree, batch: Tree, keys: Tree
):
    """Kept memory, and what is averaged, of one microbatch.

    That is (gradient, (collections, memory, measured)).
    """
    turn, memory = entry.turn, {**state.terms[entry.name], **kept}
    context = Context(keys, batch, state.step, setting.axis_name, train=True)
    division = _division(entry, state)

    def objective(moving):
        params = division.join(moving)
        scene, collections = set_scene(
            setting.game, setting.augment, turn.player, params, state, context
        )
        # On a player's further turns, logits may be made for the log alone.
        measured = measure_logits(scene) if entry.leads else {}
        loss, after, values = _weigh(turn, memory, scene)
        return loss, (collections, after, {"loss": loss, **measured, **values})

    (_, effects), gradient = context.value_and_grad(objective)(division.moving)
    collections, after, measured = effects
    averaged = context.across_devices(
        (collections, _of_kind("mean", turn, after), measured)
    )
    return _of_kind("kept", turn, after), (gradient, averaged)


def _division(entry: Entry, state: State) -> Division:
    """The mover's parameters: which move, and which rest."""
    params = getattr(state.variables, entry.turn.player)["params"]
    return divide(params, entry.turn.parts, f"turns: {entry.name}.parts")


def _of_kind(kind: Memory, turn: Turn, states: Tree) -> Tree:
    """The states, by name, of the terms with one kind of memory."""
    return {term.name: states[term.name] for term in turn.terms if term.memory == kind}


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
    params: Division,
    step: jax.Array,
) -> tuple[Any, optax.OptState, dict[str, jax.Array]]:
    """New parameters and optimizer state, and how large gradient and update are."""
    # optax 0.2.8 is not clean under strict promotion: it raises beta to an int32.
    with jax.numpy_dtype_promotion("standard"):
        updates, opt_state = params.update(optimizer, gradient, opt_state, step)
    moved = params.join(optax.apply_updates(params.moving, updates))
    sizes = {"gradient_norm": optax.global_norm(gradient)}
    # Players may start at 0.
    size = jnp.maximum(optax.global_norm(params.moving), 1e-12)
    sizes["update_to_weight"] = optax.global_norm(updates) / size
    return moved, opt_state, sizes
