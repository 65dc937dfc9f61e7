"""LeCam regularisation against its formula on a linear critic."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.terms import lecam
from tests.terms.scenes import linear, normal, scene

W, REAL, FAKE = normal(1, 3), normal(2, 5, 3), normal(3, 5, 3)


def at(step, w=W, player="discriminator"):
    play = scene(linear, w, REAL, FAKE, player)
    context = dataclasses.replace(play.context, step=jnp.int32(step))
    return play._replace(context=context)


def test_before_the_start_it_follows_the_batch():
    term = lecam(start=3)
    assert term.weight == 0.3
    value, state = term.apply(term.init(), at(2))
    np.testing.assert_array_equal(value, np.zeros(5))
    np.testing.assert_allclose(state["real"], np.mean(REAL @ W), rtol=1e-5)
    np.testing.assert_allclose(state["fake"], np.mean(FAKE @ W), rtol=1e-5)


def test_formula():
    """Against averages that have moved a tenth of the way to this batch's means."""
    term = lecam(decay=0.9, start=3)
    before = {"real": jnp.float32(2.0), "fake": jnp.float32(-1.0)}
    value, state = term.apply(before, at(3))
    real, fake = np.asarray(REAL @ W, np.float64), np.asarray(FAKE @ W, np.float64)
    anchors = {"real": 1.8 + 0.1 * real.mean(), "fake": -0.9 + 0.1 * fake.mean()}
    for name in anchors:
        np.testing.assert_allclose(state[name], anchors[name], rtol=1e-5)
    wanted = (real - anchors["fake"]) ** 2 + (fake - anchors["real"]) ** 2
    np.testing.assert_allclose(value, wanted, rtol=1e-4, atol=1e-5)


def test_averages_are_constants_to_the_gradient():
    """d/dw mean[(w·x - a)² + (w·y - b)²] with a, b fixed."""
    term = lecam(decay=0.9, start=0)
    before = {"real": jnp.float32(2.0), "fake": jnp.float32(-1.0)}

    def loss(w):
        value, state = term.apply(before, at(0, w))
        return jnp.mean(value), state

    slope, state = jax.grad(loss, has_aux=True)(W)
    x, y = np.asarray(REAL, np.float64), np.asarray(FAKE, np.float64)
    a, b = float(state["fake"]), float(state["real"])
    wanted = 2 * np.mean((x @ W - a)[:, None] * x + (y @ W - b)[:, None] * y, axis=0)
    np.testing.assert_allclose(slope, wanted, rtol=1e-4, atol=1e-5)


def test_errors():
    with pytest.raises(ValueError, match=r"decay: saw 1\.0, wanted"):
        lecam(decay=1.0)
    with pytest.raises(ValueError, match="lecam: saw it on the generator's turn"):
        lecam().apply(lecam().init(), at(0, player="generator"))
