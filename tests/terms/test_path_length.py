"""Path lengths of a linear generator in closed form, and the signs of real logits."""

import importlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Sample
from jaxgan.terms import path_length, real_sign
from tests.terms.scenes import linear, normal, scene

A = normal(1, 4 * 5 * 2, 3)
"""The matrix from a style of 3 numbers to an image of 4×5×2."""


def generator_scene(w):
    """An image that is A times the mean over layers of w [B, L, 3]."""

    def generate(latent, stream, params=None):
        del stream, params
        middle = jnp.mean(latent.value, axis=1)
        return Sample((middle @ A.T).reshape(-1, 4, 5, 2))

    image = generate(Sample(w), "")
    play = scene(linear, jnp.ones((4, 5, 2)), image.value, image.value, "generator")
    return play._replace(latent=Sample(w), generate=generate)


@pytest.mark.parametrize("shrink", [1, 2])
def test_linear_generator(monkeypatch, shrink):
    """‖Aᵀ y / L‖ per layer, squared, averaged over layers; the mean moves by decay."""
    count = 6 // shrink
    directions = normal(3, count, 4, 5, 2)
    module = importlib.import_module("jaxgan.terms.path_length")
    monkeypatch.setattr(module, "_directions", lambda *_: directions)
    term = path_length(decay=0.25, shrink=shrink)
    seen, mean = term.apply(jnp.float32(2.0), generator_scene(normal(2, 6, 7, 3)))
    slopes = np.asarray(directions).reshape(count, -1) @ np.asarray(A) / 7
    lengths = np.linalg.norm(slopes, axis=1)
    wanted = 2.0 + 0.25 * (lengths.mean() - 2.0)
    np.testing.assert_allclose(mean, wanted, 1e-5)
    np.testing.assert_allclose(seen, (lengths - wanted) ** 2, 1e-4)
    assert term.init() == 0.0


def test_directions_are_normal_over_the_roots_of_places():
    module = importlib.import_module("jaxgan.terms.path_length")
    keys = jax.random.split(jax.random.key(0), 500)
    drawn = np.asarray(module._directions(keys, 0, (500, 4, 5, 2)))
    # 20 000 draws of variance 1/20: five standard deviations are 0.0025.
    assert abs(drawn.var() - 1 / 20) < 0.0025
    assert not np.any(drawn == np.asarray(module._directions(keys, 1, drawn.shape)))
    again = np.asarray(module._directions(keys[::-1], 0, drawn.shape))
    np.testing.assert_allclose(again, drawn[::-1], 1e-5, 1e-6)


def test_path_length_errors():
    with pytest.raises(ValueError, match=r"decay: saw 0, wanted a number in \(0, 1\]"):
        path_length(decay=0)
    with pytest.raises(ValueError, match="shrink: saw 0"):
        path_length(shrink=0)
    play = generator_scene(normal(2, 2, 1, 3))._replace(player="discriminator")
    with pytest.raises(ValueError, match="path_length: saw it on D's turn"):
        path_length().apply(jnp.float32(0.0), play)
    play = generator_scene(normal(2, 3, 1, 3))
    with pytest.raises(ValueError, match=r"batch: saw 3 examples .* a multiple of 2"):
        path_length().apply(jnp.float32(0.0), play)


def test_real_sign_measures_and_adds_nothing():
    w, real = normal(1, 3), normal(2, 9, 3)
    term = real_sign()
    seen, _ = term.apply((), scene(linear, w, real, -real))
    np.testing.assert_array_equal(seen, np.sign(real @ w))
    assert term.weight == 0.0
