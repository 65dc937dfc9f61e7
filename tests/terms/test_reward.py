"""Rewards by the host: values arrive whole, in parts that are copied at once."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.terms import reward

SHAPES = [{"a": (8,)}, {"a": (8, 3), "b": (8, 40, 2)}, {"a": (8, 1, 9, 9, 4)}]


def drawn(shapes):
    rng = np.random.default_rng(0)
    return {
        name: jnp.asarray(rng.normal(size=shape), jnp.float32)
        for name, shape in shapes.items()
    }


def total(value):
    """Of each example; it tells of any number that lies elsewhere."""
    return np.float32(
        sum(
            (x.reshape(len(x), -1) * np.arange(1, x[0].size + 1)).sum(1)
            for x in value.values()
        )
    )


@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize("part", [1, 100, 700, 2**16])
def test_the_host_is_given_whole_values(monkeypatch, shapes, part):
    monkeypatch.setattr(reward, "PART", part)
    value = drawn(shapes)
    found = jax.jit(lambda value: reward._of_host(total, value))(value)
    wanted = total(jax.tree.map(np.asarray, value))
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_no_part_is_large():
    """Of a batch of molecules; above 100 KiB JAX would copy them later."""
    value = {"adjacency": jnp.zeros((128, 9, 9, 4)), "nodes": jnp.zeros((128, 9, 5))}
    program = jax.make_jaxpr(lambda value: reward._of_host(total, value))(value)
    (call,) = (e for e in program.eqns if "callback" in e.primitive.name)
    sizes = [x.aval.size * x.aval.dtype.itemsize for x in call.invars]
    assert max(sizes) <= reward.PART
    assert sum(sizes) == sum(x.nbytes for x in value.values())
    assert len(sizes) == 4
