"""Law 7: nothing in `State` is there for nothing."""

import re
from collections.abc import Collection
from typing import Any

import jax
import numpy as np

from jaxgan.testing.comparison import assert_equal, equal
from jaxgan.testing.subject import Subject

CONSTANT_LEAVES = ("^key$", "^frozen/", "hyperparams/")
"""Patterns of leaves of `State` that may stay as they are: the base key, frozen
networks, and optax's injected hyper-parameters, whose schedules move by less than a
rounding per step."""


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


def check_frozen_networks_stay(subject: Subject) -> None:
    """Law 7: frozen networks stay as they are, bit for bit, and outside of the program.

    A step takes them as arguments. What a term or a game closes over would be copied
    into the compiled program instead.
    """
    before = subject.init()
    traced = subject.jitted_step.trace(before, subject.batch)
    held = {_content(x) for x in jax.tree.leaves(before.frozen) if np.size(x) > 1}
    for constant in traced.jaxpr.consts:
        if np.size(constant) > 1 and _content(constant) in held:
            raise AssertionError(
                f"law 7: a frozen network's array {list(np.shape(constant))} is a "
                "constant of the program: read `context.frozen`"
            )
    after = before
    for _ in range(subject.steps):
        after, _ = subject.jitted_step(after, subject.batch)
    assert_equal(before.frozen, after.frozen, "law 7: frozen networks changed")


def _content(x: Any) -> tuple[Any, ...]:
    x = np.asarray(x)
    return x.shape, x.dtype, x.tobytes()
