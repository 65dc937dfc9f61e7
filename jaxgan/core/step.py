"""The one train step: turns in order, then the average and the augmentation."""

from collections.abc import Callable, Sequence

import jax
import optax
from jax import lax

from jaxgan.core import metrics, schedules
from jaxgan.core.checks import check_optimizers
from jaxgan.core.microbatches import batch_size
from jaxgan.core.move import Setting, move_if_due
from jaxgan.core.turns import entries
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
      turns: who moves, on which terms, when and how often.
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
      TypeError: if turns or optimizers are of another type (here).
      ValueError: if the turns or `microbatches` are not well formed (here), or the
        batch does not divide (when the step is traced).
    """
    lines = entries(turns)
    check_optimizers(optimizers)
    if microbatches < 1:
        raise ValueError(f"microbatches: saw {microbatches}, wanted at least 1")

    setting = Setting(game, optimizers, augment, axis_name, microbatches, sharding)

    def step(state: State, batch: Tree):
        key = jax.random.fold_in(state.key, state.step)
        measured = {}
        for place, entry in enumerate(lines):
            key_turn = jax.random.fold_in(key, 0 if shared_draws else place)
            moved, of_turn = move_if_due(setting, entry, key_turn, state, batch)
            player = entry.turn.player
            state = state._replace(
                variables=state.variables._replace(**{player: moved.variables}),
                opt_state=state.opt_state._replace(**{player: moved.opt_state}),
                terms={**state.terms, entry.name: moved.terms},
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
