"""Law 7: nothing in `State` is there for nothing."""

import re
from collections.abc import Collection

import jax

from jaxgan.testing.comparison import equal
from jaxgan.testing.subject import Subject

CONSTANT_LEAVES = ("^key$", "hyperparams/")
"""Patterns of leaves of `State` that may stay as they are: the base key, and optax's
injected hyper-parameters, whose schedules move by less than a rounding per step."""


def check_every_leaf_changes(
    subject: Subject, *, constants: Collection[str] = CONSTANT_LEAVES
) -> None:
    """Law 7: every leaf of `State` changes, or is a named constant.

    Within two periods of the turns, from the last start on: two, because what lies
    before a kernel or gain that starts at zero has no gradient in the first.
    """
    after = before = subject.init()
    steps = subject.start + 2 * subject.period
    for _ in range(steps):
        after, _ = subject.jitted_step(after, subject.batch)
    for (path, old), new in zip(
        jax.tree_util.tree_leaves_with_path(before), jax.tree.leaves(after)
    ):
        name = jax.tree_util.keystr(path, simple=True, separator="/")
        if any(re.search(pattern, name) for pattern in constants):
            continue
        if equal(old, new):
            raise AssertionError(
                f"law 7: {name} is the same after {steps} steps; does it get "
                "a gradient? If it is a constant, name it in `constants`"
            )
