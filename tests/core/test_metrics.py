"""Merging means is associative, and skipped turns leave no trace."""

import jax.numpy as jnp
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.core import Mean, metrics

names = st.sampled_from(["a", "b", "c"])
measured = st.dictionaries(
    names, st.integers(-99, 99).map(lambda x: metrics.mean(jnp.float32(x)))
)


@given(x=measured, y=measured, z=measured)
@settings(max_examples=50, deadline=None)
def test_merge_is_associative_with_identity(x, y, z):
    left = metrics.merge(metrics.merge(x, y), z)
    right = metrics.merge(x, metrics.merge(y, z))
    assert metrics.result(left) == metrics.result(right)
    assert metrics.merge(x, {}) == x == metrics.merge({}, x)


def test_a_mean_over_uneven_parts():
    parts = [metrics.mean(jnp.float32(x)) for x in (1.0, 2.0, 6.0)]
    merged = {}
    for part in parts:
        merged = metrics.merge(merged, {"loss": part})
    np.testing.assert_allclose(metrics.result(merged)["loss"], 3.0)


def test_what_was_not_played_is_not_reported():
    skipped = {"late": Mean(jnp.zeros(()), jnp.zeros(()))}
    assert metrics.result(skipped) == {}
    played = metrics.merge(skipped, {"late": metrics.mean(jnp.float32(2.0))})
    assert metrics.result(played) == {"late": 2.0}
