"""LPIPS as a term: the distance itself, and whom it moves."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.terms import lpips
from tests.terms.scenes import normal
from tests.terms.test_perceptual import seen_by, value

FAKE, REAL = normal(2, 4, 2, 5, 3), normal(3, 4, 2, 5, 3)


def distance(variables, first, second):
    return jnp.sum(variables * jnp.square(first - second), axis=-1)


def play_of(fake=FAKE, player="generator"):
    return seen_by({"lpips": jnp.float32(0.3)}, fake, REAL, player)


def test_distances_are_of_pairs():
    """Of maps the mean, of numbers themselves."""
    squares = 0.3 * np.sum(np.square(np.asarray(FAKE - REAL, np.float64)), axis=-1)
    seen, _ = lpips(distance).apply((), play_of())
    np.testing.assert_allclose(seen, squares.mean((1, 2)), 1e-5)

    def numbers(*arguments):
        return distance(*arguments)[:, 0, 0]

    seen, _ = lpips(numbers).apply((), play_of())
    np.testing.assert_allclose(seen, squares[:, 0, 0], 1e-5)


def test_targets_get_no_gradient():
    def of_target(share):
        pair = lambda play: (play.fake.value, share * play.real.value)  # noqa: E731
        return value(lpips(distance, pair=pair), play_of())

    assert jax.grad(of_target)(1.5) == 0.0
    slope = jax.grad(lambda x: value(lpips(distance), play_of(x)))(FAKE)
    np.testing.assert_allclose(slope, 0.6 * (FAKE - REAL) / 40, 1e-4, 1e-6)


def test_refuses():
    with pytest.raises(ValueError, match="lpips: saw it on D's turn, wanted G's"):
        lpips(distance).apply((), play_of(player="discriminator"))
    with pytest.raises(ValueError, match=r"saw \['lpips'\], wanted 'x'"):
        lpips(distance, frozen="x").apply((), play_of())
