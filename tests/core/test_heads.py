"""Codes within latents: draws, splitting, fixing; and finding heads."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.core import Verdict
from jaxgan.core.heads import Codes, named_head

CODES = st.builds(
    Codes,
    st.lists(st.integers(2, 5), min_size=1, max_size=3).map(tuple),
    st.integers(0, 3),
)


@given(codes=CODES, noise=st.integers(0, 4), seed=st.integers(0, 99))
@settings(deadline=None, max_examples=8)
def test_split_gives_what_was_drawn(codes, noise, seed):
    """One-hot categories, continuous codes in [-1, 1], whatever precedes them."""
    keys = jax.random.split(jax.random.key(seed), 4)
    drawn = jax.vmap(codes.draw)(keys)
    assert drawn.shape == (4, codes.size)
    latent = jnp.concatenate([jnp.full((4, noise), 7.0), drawn], axis=1)
    categories, continuous = codes.split(latent)
    assert tuple(x.shape[1] for x in categories) == codes.categories
    for one_hot in categories:
        np.testing.assert_array_equal(np.sort(one_hot, axis=1)[:, -1], 1.0)
        np.testing.assert_array_equal(one_hot.sum(axis=1), 1.0)
    assert continuous.shape == (4, codes.continuous)
    assert np.all(np.abs(continuous) <= 1.0)
    together = jnp.concatenate([*categories, continuous], axis=1)
    np.testing.assert_array_equal(together, drawn)


def test_draws_have_the_distribution_that_they_should():
    """Frequencies of ⅓, mean 0 and variance ⅓, within five standard errors."""
    count = 4000
    keys = jax.random.split(jax.random.key(0), count)
    (one_hot,), numbers = Codes((3,), 2).split(jax.vmap(Codes((3,), 2).draw)(keys))
    spread = 5 * (2 / 9 / count) ** 0.5
    np.testing.assert_allclose(one_hot.mean(0), 1 / 3, atol=spread)
    np.testing.assert_allclose(numbers.mean(0), 0.0, atol=5 * (1 / 3 / count) ** 0.5)
    np.testing.assert_allclose(numbers.var(0), 1 / 3, atol=0.025)
    # Codes do not depend on each other.
    other = np.corrcoef(np.concatenate([one_hot[:, :1], numbers], axis=1).T)
    np.testing.assert_allclose(other, np.eye(3), atol=5 / count**0.5)


def test_a_code_is_set_and_nothing_else():
    codes = Codes((3, 2), 2)
    latent = jnp.arange(18.0).reshape(2, 9)
    seen = codes.with_category(latent, jnp.array([1, 0]), 1)
    wanted = np.arange(18.0).reshape(2, 9)
    wanted[:, 5:7] = [[0, 1], [1, 0]]
    np.testing.assert_array_equal(seen, wanted)
    seen = codes.with_continuous(seen, jnp.array([-0.5, 2.0]), 1)
    wanted[:, 8] = [-0.5, 2.0]
    np.testing.assert_array_equal(seen, wanted)


def test_errors():
    with pytest.raises(ValueError, match=r"categories: saw \(3, 1\), wanted at least"):
        Codes((3, 1))
    with pytest.raises(ValueError, match="wanted at least one code"):
        Codes()
    with pytest.raises(ValueError, match=r"saw \[2, 3\].* at least 4"):
        Codes((3,), 1).split(jnp.ones((2, 3)))
    with pytest.raises(ValueError, match="place: saw 1, wanted one of the 1 categ"):
        Codes((3,), 1).with_category(jnp.ones((2, 4)), jnp.zeros(2, int), 1)
    with pytest.raises(ValueError, match="place: saw 0, wanted one of the 0 contin"):
        Codes((3,)).with_continuous(jnp.ones((2, 4)), jnp.zeros(2))


def test_heads_are_found_by_name():
    verdict = Verdict(jnp.ones(2), {"a": (jnp.ones(2, jnp.bfloat16),)})
    (found,) = named_head(verdict, "a")
    assert found.dtype == jnp.float32
    with pytest.raises(ValueError, match=r"heads: saw \['a'\], wanted 'b'"):
        named_head(verdict, "b")
    with pytest.raises(ValueError, match="heads: saw none, wanted 'b'"):
        named_head(Verdict(jnp.ones(2), jnp.ones(2)), "b")
