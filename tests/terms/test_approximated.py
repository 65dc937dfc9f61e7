"""Penalties by finite differences: closed forms, and the slopes that they stand for."""

import importlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.core import Verdict
from jaxgan.terms import approximated_r1, approximated_r2, r1, r2
from tests.terms.scenes import linear, normal, scene, smooth

module = importlib.import_module("jaxgan.terms.approximated")


def value(term, play):
    return term.apply(term.init(), play)[0]


@given(
    shape=st.sampled_from([(3,), (4, 4, 2), (2, 3, 3, 1)]),
    scale=st.floats(0.1, 10.0),
    shrink=st.sampled_from([1, 2, 3]),
)
@settings(deadline=None, max_examples=15)
def test_linear_critic(shape, scale, shrink):
    """½ (w · n)² of every so many-th example, each with a direction of its own."""
    w = scale * normal(0, *shape)
    play = scene(linear, w, normal(1, 6, *shape), normal(2, 6, *shape))
    for make in (approximated_r1, approximated_r2):
        keys = play.context.draw(make.__name__)[::shrink]
        n = np.asarray(module.normal_like(keys, play.real.value[::shrink]), np.float64)
        along = n.reshape(len(n), -1) @ np.asarray(w, np.float64).ravel()
        assert len(np.unique(along)) == 6 // shrink
        seen = value(make(1.0, epsilon=1.0, shrink=shrink), play)
        np.testing.assert_allclose(seen, 0.5 * along**2, 1e-3, 1e-4 * scale**2)


def test_the_mean_is_that_of_the_slope():
    """E (∇D · n)² = ‖∇D‖², of a curved critic and a small ε; the directions differ."""
    params = (normal(1, 3, 8), normal(2, 8))
    real = jnp.repeat(normal(3, 1, 3), 4_000, axis=0)
    fake = jnp.repeat(normal(4, 1, 3), 4_000, axis=0)
    play = scene(smooth, params, real, fake)
    for approximated, exact in ((approximated_r1, r1), (approximated_r2, r2)):
        seen = value(approximated(1.0), play)
        # χ² of one degree: a deviation of √2 of the mean, five of which over √4000.
        np.testing.assert_allclose(seen.mean(), value(exact(1.0), play)[0], 0.12)


def test_gradients_flow_through_both_passes():
    """d/dw ½ ((D(x + n) - D(x)))² of D = ½ w ‖x‖² is w (½‖x + n‖² - ½‖x‖²)²."""

    def critic(w, x):
        return 0.5 * w * jnp.sum(x**2, axis=1)

    real, n = normal(1, 1, 3), normal(2, 1, 3)

    def loss(w):
        play = scene(critic, w, real, real)
        slope = module.slope_along(
            play, play.real, play.real_verdict, n, "real", epsilon=1.0
        )
        return 0.5 * jnp.sum(jnp.square(slope))

    change = 0.5 * float(jnp.sum((real + n) ** 2 - real**2))
    np.testing.assert_allclose(jax.grad(loss)(1.5), 1.5 * change**2, 1e-4)


def test_passes_share_their_stream():
    """The other pass is judged under the name of the main one, with thinned keys."""
    seen = []

    def judge(sample, stream, params=None):
        seen.append((stream, sample.value.shape[0]))
        return Verdict(jnp.sum(sample.value, axis=1))

    play = scene(linear, jnp.ones(3), normal(1, 8, 3), normal(2, 8, 3))
    play = play._replace(discriminate=judge)
    value(approximated_r1(1.0, shrink=4), play)
    value(approximated_r2(1.0), play)
    assert seen == [("real", 2), ("fake", 8)]


def test_every_leaf_has_its_directions():
    keys = jax.random.split(jax.random.key(0), 500)
    drawn = module.normal_like(keys, [jnp.zeros((500, 40)), jnp.zeros((500, 40))])
    first, second = map(np.asarray, drawn)
    # 20 000 draws: five standard deviations of the variance are .05.
    assert abs(first.var() - 1.0) < 0.05
    assert abs((first * second).mean()) < 0.036
    again = module.normal_like(keys[::-1], jnp.zeros((500, 40)))
    np.testing.assert_array_equal(again[::-1], first)


def test_errors():
    with pytest.raises(ValueError, match="epsilon: saw 0, wanted more than 0"):
        approximated_r1(1.0, epsilon=0)
    with pytest.raises(ValueError, match="shrink: saw 0"):
        approximated_r2(1.0, shrink=0)
    play = scene(linear, jnp.ones(3), normal(1, 6, 3), normal(2, 6, 3))
    with pytest.raises(ValueError, match=r"batch: saw 6 examples .* shrink=4"):
        value(approximated_r1(1.0, shrink=4), play)
