"""Blurs by their sums."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.nn import blur_halve, double


def along(x, axis, function):
    return np.apply_along_axis(function, axis, x)


def halved(row):
    row = np.pad(row, 1, mode="reflect")
    return np.convolve(row, [0.25, 0.5, 0.25], "valid")[::2]


def doubled(row):
    """New pixels are ¾ of the nearest and ¼ of the next, which the edge repeats."""
    row = np.pad(row, 1, mode="edge")
    pairs = np.stack(
        [0.75 * row[1:-1] + 0.25 * row[:-2], 0.75 * row[1:-1] + 0.25 * row[2:]], -1
    )
    return pairs.ravel()


@pytest.mark.parametrize(("function", "row"), [(blur_halve, halved), (double, doubled)])
@pytest.mark.parametrize("size", [(6, 5), (2, 3)])
def test_by_sums(function, row, size):
    x = np.asarray(jax.random.normal(jax.random.key(0), (2, *size, 3)), np.float64)
    wanted = along(along(x, 1, row), 2, row)
    seen = function(jnp.asarray(x, jnp.float32))
    np.testing.assert_allclose(seen, wanted, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(function(jnp.ones((1, *size, 1))), 1.0, rtol=1e-6)
