import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.nn import Embedding


def test_looks_up_rows():
    labels = jnp.array([2, 0, 2])
    y, variables = Embedding(3, 4).init_with_output(jax.random.key(0), labels)
    np.testing.assert_array_equal(y, variables["params"]["kernel"][labels])


def test_wants_integers():
    with pytest.raises(ValueError, match="labels: saw float32, wanted integers"):
        Embedding(3, 4).init(jax.random.key(0), jnp.ones(2))
