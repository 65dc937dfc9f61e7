"""Only the current level is computed; what reals lose while levels fade in."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn

from jaxgan.core import Context, example_keys
from jaxgan.core.growth import Growing, Stage, only
from jaxgan.core.pace import Span
from jaxgan.nn.growth import as_grown, at_stage

GROWING = Growing(last=2, batch=1, stable=2, fading=2)
CONTEXT = Context(example_keys(jax.random.key(0), 2), train=True)
computed = []


class Levels(nn.Module):
    growing: Growing | None = GROWING

    def setup(self):
        for level in range(3):
            setattr(self, f"level{level}", nn.Dense(1))

    def __call__(self, x, step):
        def branch(level):
            def compute(module, share):
                jax.debug.callback(lambda: computed.append(level))
                y = getattr(module, f"level{level}")(x)
                if module.is_initializing() and level:  # as what fades does
                    getattr(module, f"level{level - 1}")(x)
                return y if share is None else y * share

            return compute

        return at_stage(self, self.growing, step, list(map(branch, range(3))))


def test_only_the_current_level_is_computed():
    x = jnp.ones((1, 2))
    variables = Levels().init(jax.random.key(0), x, 0)
    assert set(variables["params"]) == {"level0", "level1", "level2"}
    apply = jax.jit(Levels().apply)
    for step, (level, share) in enumerate(
        [(0, 1), (0, 1), (0, 1), (1, 0.5), (1, 1), (1, 1), (1, 1), (2, 0.5), (2, 1)]
    ):
        computed.clear()
        seen = apply(variables, x, jnp.int32(step))
        jax.effects_barrier()
        assert computed == [level]
        wanted = share * x @ variables["params"][f"level{level}"]["kernel"]
        np.testing.assert_allclose(seen, wanted, 1e-6)
    grown = Levels(None).apply(variables, x, 0)
    np.testing.assert_array_equal(grown, seen)


@pytest.mark.parametrize("step", [0, 3, 6, 7, 9])
def test_a_step_that_is_known_leaves_no_choice_in_the_program(step):
    x = jnp.ones((1, 2))
    variables = Levels().init(jax.random.key(0), x, 0)
    known = jnp.int32(step)
    program = jax.make_jaxpr(lambda x: Levels().apply(variables, x, known))(x)
    assert "cond" not in str(program)
    seen = jax.jit(lambda x: Levels().apply(variables, x, known))(x)
    wanted = jax.jit(Levels().apply)(variables, x, known)
    np.testing.assert_allclose(seen, wanted, 1e-6)


def test_only_what_the_steps_of_a_span_need():
    """The same values, by a program without the other levels."""
    x = jnp.ones((1, 2))
    variables = Levels().init(jax.random.key(0), x, 0)
    for span, count in ((Span(0, 2), 1), (Span(1, 5), 2), (Span(7), 1), (Span(0), 3)):

        def apply(step, span=span):
            with only(span):
                return Levels().apply(variables, x, step)

        program = str(jax.make_jaxpr(apply)(jnp.int32(0)))
        assert ("cond[" in program) == (count > 1)
        assert program.count("dot_general") == count
        for step in range(span.start, span.stop or 10):
            wanted = Levels().apply(variables, x, step)
            np.testing.assert_allclose(jax.jit(apply)(step), wanted, 1e-6)
    assert (
        str(jax.make_jaxpr(lambda step: Levels().apply(variables, x, step))(0)).count(
            "dot_general"
        )
        == 3
    )


def test_a_schedule_of_more_levels():
    x = jnp.ones((1, 2))
    variables = Levels().init(jax.random.key(0), x, 0)
    with pytest.raises(ValueError, match="growing: saw a last level of 3, wanted at "):
        Levels(Growing(last=3, batch=1)).apply(variables, x, 0)


def shown(value, level, share):
    stage = Stage(jnp.int32(level), jnp.float32(share))
    return as_grown(lambda step: stage)(value, CONTEXT)


def test_what_is_shown_of_reals():
    value = jax.random.normal(jax.random.key(0), (2, 16, 16, 1))
    means = {
        side: np.asarray(value).reshape(2, side, 16 // side, side, 16 // side, 1)
        for side in (4, 8)
    }
    means = {
        side: np.repeat(np.repeat(x.mean((2, 4)), 16 // side, 1), 16 // side, 2)
        for side, x in means.items()
    }
    np.testing.assert_array_equal(shown(value, 2, 1.0), value)
    sampled = as_grown(GROWING)(value, dataclasses.replace(CONTEXT, train=False))
    np.testing.assert_array_equal(sampled, value)
    np.testing.assert_allclose(shown(value, 0, 1.0), means[4], 1e-5, 1e-6)
    np.testing.assert_allclose(shown(value, 1, 1.0), means[8], 1e-5, 1e-6)
    mixed = 0.25 * means[8] + 0.75 * means[4]
    np.testing.assert_allclose(shown(value, 1, 0.25), mixed, 1e-5, 1e-6)
