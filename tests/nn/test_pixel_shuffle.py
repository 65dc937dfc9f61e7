"""Pixels to channels and back: PyTorch's order, and each the other's inverse."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.nn import PReLU, enlarge, pixel_shuffle, pixel_unshuffle, repeat


@pytest.mark.parametrize(("factor", "channels"), [(1, 2), (2, 3), (3, 1)])
def test_each_is_the_others_inverse(factor, channels):
    shape = (2, 3 * factor, 2 * factor, channels)
    x = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    small = pixel_unshuffle(jnp.asarray(x), factor)
    assert small.shape == (2, 3, 2, channels * factor**2)
    np.testing.assert_array_equal(pixel_shuffle(small, factor), x)
    small = np.asarray(small)
    for row in range(factor):
        for column in range(factor):
            part = x[:, row::factor, column::factor]
            place = row * factor + column
            np.testing.assert_array_equal(small[..., place :: factor**2], part)


def test_what_does_not_divide():
    with pytest.raises(ValueError, match="size: saw 3×4, wanted sides that 2 divides"):
        pixel_unshuffle(jnp.zeros((1, 3, 4, 1)), 2)
    with pytest.raises(ValueError, match="channels: saw 6, wanted a multiple of 4"):
        pixel_shuffle(jnp.zeros((1, 3, 4, 6)), 2)
    with pytest.raises(ValueError, match="factor: saw 0, wanted a whole number"):
        pixel_shuffle(jnp.zeros((1, 3, 4, 6)), 0)


@pytest.mark.parametrize("factor", [1, 3, 4])
@pytest.mark.parametrize("size", [(1, 3), (4, 5)])
def test_enlarge_is_bilinear(factor, size):
    x = jax.random.normal(jax.random.key(0), (2, *size, 3))
    wanted = (2, factor * size[0], factor * size[1], 3)
    wanted = jax.image.resize(x, wanted, "bilinear")
    np.testing.assert_allclose(enlarge(x, factor), wanted, rtol=1e-5, atol=1e-6)


def test_repeat_by_other_factors():
    x = jax.random.normal(jax.random.key(0), (2, 2, 3, 1))
    wanted = np.asarray(x).repeat(3, 1).repeat(3, 2)
    np.testing.assert_array_equal(repeat(x, 3), wanted)


def test_prelu():
    x = jnp.asarray([[-4.0, 2.0], [8.0, -1.0]])
    variables = PReLU().init(jax.random.key(0), x)
    np.testing.assert_array_equal(PReLU().apply(variables, x), [[-1, 2], [8, -0.25]])
    slopes = {"params": {"slope": jnp.asarray([0.5, -2.0])}}
    np.testing.assert_array_equal(PReLU().apply(slopes, x), [[-2, 2], [8, 2]])
    gradient = jax.grad(lambda p: jnp.sum(PReLU().apply(p, x)))(slopes)
    np.testing.assert_array_equal(gradient["params"]["slope"], [-4, -1])
