"""Resampling against `jax.image`."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.nn.resample import average_pool, double, halve


@pytest.mark.parametrize("size", [(1, 3), (4, 5)])
def test_double_is_bilinear(size):
    x = jax.random.normal(jax.random.key(0), (2, *size, 3))
    wanted = jax.image.resize(x, (2, 2 * size[0], 2 * size[1], 3), "bilinear")
    np.testing.assert_allclose(double(x), wanted, rtol=1e-5, atol=1e-6)


def test_average_pool():
    x = jnp.arange(16.0).reshape(1, 4, 4, 1)
    np.testing.assert_array_equal(
        average_pool(x)[0, ..., 0], [[2.5, 4.5], [10.5, 12.5]]
    )
    with pytest.raises(ValueError, match="size: saw 3×4, wanted even sides"):
        average_pool(x[:, :3])


@pytest.mark.parametrize("size", [(1, 3), (4, 5)])
def test_low_pass_filters_are_each_others_transpose(size):
    """`halve` is the gradient of `double` with zeros beyond the edge, over 4."""
    x = jax.random.normal(jax.random.key(0), (2, *size, 3))
    y, transpose = jax.vjp(lambda x: double(x, dark=True), x)
    np.testing.assert_allclose(halve(y), transpose(y)[0] / 4, rtol=1e-5, atol=1e-6)
    ones = double(jnp.ones((1, 3, 3, 1)), dark=True)[0, ..., 0]
    np.testing.assert_allclose(ones[0], [0.5625, *[0.75] * 4, 0.5625])
    with pytest.raises(ValueError, match="size: saw 3×4, wanted even sides"):
        halve(jnp.zeros((1, 3, 4, 1)))
