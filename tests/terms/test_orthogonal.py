"""Orthogonal regularisation against its closed form."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.core import Players
from jaxgan.terms import orthogonal
from tests.terms.scenes import linear, normal, scene


def value(term, params, player="discriminator"):
    play = scene(linear, normal(1, 3), normal(2, 4, 3), normal(3, 4, 3), player)
    sides = Players((), ())._replace(**{player: params})
    return term.apply((), play._replace(params=sides))[0]


@given(st.integers(2, 5), st.integers(1, 6), st.integers(0, 99))
@settings(deadline=None, max_examples=5)
def test_sum_over_pairs_of_features(features, rest, seed):
    """Σ over pairs i < j of (wᵢ · wⱼ)²; biases and a table play no part."""
    w = normal(seed, 1, rest, features)
    params = {
        "conv": {"kernel": w, "bias": normal(seed, features)},
        "shared": {"kernel": normal(seed, 3, 4)},
    }
    columns = np.asarray(w[0], np.float64).T
    wanted = sum(
        (columns[i] @ columns[j]) ** 2 for i in range(features) for j in range(i)
    )
    for player in ("generator", "discriminator"):
        seen = jax.jit(value, static_argnums=(0, 2))(orthogonal(), params, player)
        np.testing.assert_allclose(seen, wanted, rtol=1e-4, atol=1e-5)


def test_gradient_is_the_official_codes():
    """2 W (WᵀW ⊙ (1 - I))."""
    w = normal(1, 5, 4)
    seen = jax.grad(lambda w: value(orthogonal(), {"kernel": w}))(w)
    gram = np.asarray(w.T @ w) * (1 - np.eye(4))
    np.testing.assert_allclose(seen, 2 * np.asarray(w) @ gram, rtol=1e-4, atol=1e-5)


def test_orthogonal_kernels_of_any_length_cost_nothing():
    kernel = jnp.diag(jnp.array([1.0, 2.0, 3.0]))
    assert value(orthogonal(), {"kernel": kernel}) == 0.0


def test_nothing_left():
    with pytest.raises(ValueError, match="saw no kernel without 'shared"):
        value(orthogonal(), {"shared": {"kernel": normal(1, 2, 2)}})
