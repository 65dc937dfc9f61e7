"""All laws at once."""

from collections.abc import Collection, Mapping, Sequence

import optax

from jaxgan.core import schedules
from jaxgan.core.types import Augment, Game, Players, Tree, Turn
from jaxgan.testing.continuation import (
    check_resuming_is_exact,
    check_second_call_does_not_trace,
)
from jaxgan.testing.examples import (
    check_draws_ignore_devices,
    check_examples_are_independent,
    check_features_are_not_judged,
)
from jaxgan.testing.leaves import (
    CONSTANT_LEAVES,
    check_every_leaf_changes,
    check_frozen_networks_stay,
)
from jaxgan.testing.movers import (
    check_collections_change_in_the_main_pass,
    check_only_the_mover_changes,
)
from jaxgan.testing.subject import DECAY, Subject
from jaxgan.testing.transformations import (
    TRANSFORMATIONS,
    check_transformations_agree,
)


def check_step(
    game: Game,
    turns: Sequence[Turn],
    optimizers: Players[optax.GradientTransformation],
    batch: Tree,
    *,
    ema_decay: schedules.Decay = DECAY,
    augment: Augment = Augment(),  # noqa: B008  immutable
    reads_batch: bool = False,
    constants: Collection[str] = CONSTANT_LEAVES,
    frozen: Mapping[str, Tree] | None = None,
    transformations: Collection[str] = TRANSFORMATIONS,
) -> None:
    """Checks every law of the train step on a game.

    Args:
      game: the game.
      turns: as for `make_step`.
      optimizers: as for `make_step`.
      batch: a batch, of a size that the number of devices divides.
      ema_decay: as for `make_step`.
      augment: as for `make_step`.
      reads_batch: whether a layer or a loss reads statistics of the batch. Microbatches
        then rightly change the result, and examples depend on each other in training.
      constants: patterns of leaves of `State` that never change.
      frozen: as for `init_state`.
      transformations: under which the step is compared; all of them take longest.

    Raises:
      AssertionError: naming the law and the leaf.
    """
    subject = Subject(game, turns, optimizers, batch, ema_decay, augment, frozen)
    check_only_the_mover_changes(subject)
    check_collections_change_in_the_main_pass(subject)
    check_transformations_agree(subject, reads_batch=reads_batch, only=transformations)
    check_draws_ignore_devices(subject)
    check_resuming_is_exact(subject)
    check_second_call_does_not_trace(subject)
    check_examples_are_independent(subject, train=not reads_batch)
    check_features_are_not_judged(subject)
    check_every_leaf_changes(subject, constants=constants)
    if frozen:
        check_frozen_networks_stay(subject)
