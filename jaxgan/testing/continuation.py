"""Laws 4 and 5: a run can be continued, and `State` keeps its form."""

import functools
from collections.abc import Callable

import chex
import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.types import Tree
from jaxgan.testing.comparison import assert_equal
from jaxgan.testing.subject import Subject


def check_resuming_is_exact(
    subject: Subject, batch_at: Callable[[int], Tree] | None = None
) -> None:
    """Law 4: N steps, a copy through the host's memory, N steps = 2N steps, bitwise."""
    batch_at = batch_at or (lambda step: subject.batch)
    step = subject.jitted_step
    steps = subject.steps + 1

    def run(state, start):
        for number in range(start, start + steps):
            state, _ = step(state, batch_at(number))
        return state

    halfway = run(subject.init(), 0)
    wanted = run(halfway, steps)
    stored = jax.tree.map(np.asarray, halfway._replace(key=None))  # type: ignore[arg-type]
    key = jax.random.wrap_key_data(
        jnp.asarray(np.asarray(jax.random.key_data(halfway.key)))
    )
    restored = jax.tree.map(jnp.asarray, stored)._replace(key=key)
    assert_equal(wanted, run(restored, steps), "law 4: resumed, against in one go")


def check_second_call_does_not_trace(subject: Subject) -> None:
    """Law 5: `State` is a fixed point: structure, shapes, dtypes; nothing retraces."""
    state, step = subject.init(), subject.jitted_step
    after, _ = jax.eval_shape(step, state, subject.batch)
    describe = functools.partial(
        jax.tree.map, lambda x: (x.shape, str(x.dtype), getattr(x, "weak_type", False))
    )
    before, after = describe(jax.eval_shape(lambda s: s, state)), describe(after)
    if before != after:
        raise AssertionError(f"law 5: State changed its form: {before} -> {after}")
    known = len(subject.traces)
    with chex.fake_jit(False):
        for _ in range(3):
            state, _ = step(state, subject.batch)
    if again := subject.traces[known:]:
        raise AssertionError(f"law 5: the step was traced again, of {again[0]}")
