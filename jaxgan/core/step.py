"""The one train step: gradients, optimizers, devices, microbatches and the average."""

import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax import lax

from jaxgan.core import metrics, schedules
from jaxgan.core.context import Context, example_keys
from jaxgan.core.microbatches import batch_size, mean_over_parts
from jaxgan.core.scene import measure_logits, set_scene
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

Step = Callable[[State, Tree], tuple[State, dict[str, metrics.Mean]]]


class _Move(NamedTuple):
    """What one turn changes: the mover's variables, optimizer state, terms' memory."""

    variables: Variables
    opt_state: optax.OptState
    terms: Tree


def make_step(
    game: Game,
    turns: Sequence[Turn],
    optimizers: Players[optax.GradientTransformation],
    *,
    ema_decay: schedules.Decay = schedules.no_average,
    augment: Augment = Augment(),  # noqa: B008  immutable
    axis_name: str | None = None,
    microbatches: int = 1,
    shared_draws: bool = False,
    sharding: jax.sharding.Sharding | None = None,
) -> Step:
    """Turns a description of a GAN into the pure `step(state, batch)`.

    The step plays the turns in order, each on the state the one before left, then
    updates the generator's average and the augmentation. It is not jitted: wrap it in
    `jax.jit`, `jax.pmap`, `jax.shard_map`, `jax.vmap` over seeds (with `State.step`
    unbatched) or `jax.lax.scan` over steps.

    Args:
      game: the wiring.
      turns: who moves, on which terms, how often.
      optimizers: one per player, shared by all of that player's turns.
      ema_decay: decay of the generator's average, see `jaxgan.core.schedules`.
      augment: applied to whatever the discriminator judges.
      axis_name: the device axis, under `pmap` or `shard_map`; the batch is then the
        device's contiguous slice of the global one.
      microbatches: gradients are averaged over so many equal, contiguous parts of the
        batch. The result is that of the whole batch, unless a layer or a loss reads
        statistics of the batch.
      shared_draws: the turns of a step draw the same numbers, so that the generator
        plays on the fakes that the discriminator was just shown, as many loops do. Of
        turns that are played on every step XLA then computes these fakes once.
      sharding: of the batch axis, for `jax.jit` over a mesh. Without it XLA may compute
        every example's draws, and all that follows from them, on every device.

    Returns:
      step(state, batch) -> (state, metrics): metrics as `Mean`s named 'turn/value'.

    Raises:
      ValueError: if the turns or `microbatches` are not well formed (here), or the
        batch does not divide (when the step is traced).
    """
    names = turn_names(turns)
    if microbatches < 1:
        raise ValueError(f"microbatches: saw {microbatches}, wanted at least 1")

    def constrain(tree):
        return (
            tree if sharding is None else lax.with_sharding_constraint(tree, sharding)
        )

    def play(name, turn, state, batch, keys):
        """Gradient and side effects of one turn, on one microbatch."""
        context = Context(keys, batch, state.step, axis_name, train=True)
        mover = getattr(state.variables, turn.player)

        def objective(params):
            scene, collections = set_scene(
                game, augment, turn.player, params, state, context
            )
            # On a player's later turns, logits may be made for the log alone.
            measured = measure_logits(scene) if name == turn.player else {}
            memory = {}
            loss = jnp.zeros((), jnp.float32)
            for term in turn.terms:
                value, memory[term.name] = term.apply(
                    state.terms[name][term.name], scene
                )
                value = context.mean(value) if value.ndim else value
                weight = (
                    term.weight(state.step) if callable(term.weight) else term.weight
                )
                loss = loss + weight * value
                measured[term.name] = value
            return loss, (collections, memory, {"loss": loss, **measured})

        (_, effects), gradient = context.value_and_grad(objective)(mover["params"])
        return gradient, context.across_devices(effects)

    def move(name, turn, key, state, batch):
        """One whole turn."""
        count = batch_size(batch, microbatches)
        keys = constrain(example_keys(key, count, axis_name))
        if microbatches == 1:
            gradient, effects = play(name, turn, state, batch, keys)
        else:
            gradient, effects = mean_over_parts(
                lambda part: play(name, turn, state, *constrain(part)),
                (batch, keys),
                microbatches,
            )
        collections, memory, measured = effects
        mover = getattr(state.variables, turn.player)
        # optax 0.2.8 is not clean under strict promotion: it raises beta to an int32.
        with jax.numpy_dtype_promotion("standard"):
            updates, opt_state = getattr(optimizers, turn.player).update(
                gradient, getattr(state.opt_state, turn.player), mover["params"]
            )
        params = optax.apply_updates(mover["params"], updates)
        measured["gradient_norm"] = optax.global_norm(gradient)
        # Players may start at 0.
        size = jnp.maximum(optax.global_norm(mover["params"]), 1e-12)
        measured["update_to_weight"] = optax.global_norm(updates) / size
        return _Move({**collections, "params": params}, opt_state, memory), {
            f"{name}/{label}": metrics.mean(value) for label, value in measured.items()
        }

    def maybe_move(name, turn, key, state, batch):
        """The turn if it is due. A skipped turn costs nothing and measures nothing."""
        due = functools.partial(move, name, turn, key, state, batch)
        if turn.every == 1:
            return due()
        _, measured = jax.eval_shape(due)

        def skip():
            unmoved = _Move(
                getattr(state.variables, turn.player),
                getattr(state.opt_state, turn.player),
                state.terms[name],
            )
            return unmoved, jax.tree.map(
                lambda x: jnp.zeros(x.shape, x.dtype), measured
            )

        return lax.cond((state.step + 1) % turn.every == 0, due, skip)

    def step(state: State, batch: Tree):
        key = jax.random.fold_in(state.key, state.step)
        measured = {}
        for place, (name, turn) in enumerate(zip(names, turns)):
            key_turn = jax.random.fold_in(key, 0 if shared_draws else place)
            moved, of_turn = maybe_move(name, turn, key_turn, state, batch)
            state = state._replace(
                variables=state.variables._replace(**{turn.player: moved.variables}),
                opt_state=state.opt_state._replace(**{turn.player: moved.opt_state}),
                terms={**state.terms, name: moved.terms},
            )
            measured |= of_turn
        images = batch_size(batch)
        if axis_name is not None:
            images *= lax.axis_size(axis_name)
        return state._replace(
            step=state.step + 1,
            ema=_average(
                ema_decay(state.step, images), state.ema, state.variables.generator
            ),
            augment=augment.update(state.augment, measured),
        ), measured

    return step


def _average(decay: jax.Array, average: Variables, current: Variables) -> Variables:
    """Averages parameters, copies collections: they are averages of their own."""
    params = jax.tree.map(
        lambda old, new: decay * old + (1.0 - decay) * new,
        average["params"],
        current["params"],
    )
    return {**current, "params": params}
