"""The laws of a train step, as checks to run on your own game, term or recipe.

    from jaxgan import testing

    def test_my_gan():
        testing.check_step(my_game, turns, optimizers, batch)

Each law is also a function of its own. All raise AssertionError with the law's name.
Several devices are wanted for the laws about devices: set `jax_num_cpu_devices` to 8
before JAX starts. With one device those laws hold trivially. Laws are played until the
last turn has started and for one or two periods of the turns: give turns short ones.
"""

from jaxgan.testing.continuation import (
    check_resuming_is_exact,
    check_second_call_does_not_trace,
)
from jaxgan.testing.examples import (
    check_draws_ignore_devices,
    check_examples_are_independent,
    check_features_are_not_judged,
)
from jaxgan.testing.laws import check_step
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
    check_explicit_mesh_agrees,
    check_transformations_agree,
)

__all__ = [
    "CONSTANT_LEAVES",
    "DECAY",
    "TRANSFORMATIONS",
    "Subject",
    "check_collections_change_in_the_main_pass",
    "check_draws_ignore_devices",
    "check_every_leaf_changes",
    "check_examples_are_independent",
    "check_explicit_mesh_agrees",
    "check_features_are_not_judged",
    "check_frozen_networks_stay",
    "check_only_the_mover_changes",
    "check_resuming_is_exact",
    "check_second_call_does_not_trace",
    "check_step",
    "check_transformations_agree",
]
