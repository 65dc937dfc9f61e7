"""How results lie under a mesh with Explicit axes."""

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import AxisType, NamedSharding
from jax.sharding import PartitionSpec as P

from jaxgan.core.explicit_mesh import (
    along_batch,
    explicit_axes,
    is_split,
    lying_alike,
    whole,
)
from jaxgan.core.microbatches import mean_over_parts


def spec_of(x):
    return jax.typeof(x).sharding.spec


def test_results_lie_as_the_batch_does():
    mesh = jax.make_mesh((4, 2), ("data", "model"), axis_types=(AxisType.Explicit,) * 2)
    x = jnp.arange(48.0).reshape(8, 3, 2)
    split = jax.device_put(x, NamedSharding(mesh, P("data")))
    specs = []

    @jax.jit
    def function(x, y):
        # None of these reshapes has a type of its own.
        last = along_batch(lambda x: x.reshape(6, 8), x, axis=1)
        first = along_batch(lambda x: x.reshape(2, 4, 6).reshape(8, 2, 3), x)
        specs.extend(map(spec_of, (last, first, whole(x), lying_alike(y, x))))
        assert is_split(x)
        assert not is_split(y)
        assert explicit_axes(jax.typeof(x)) == ("data", "model")
        return last, first, whole(x), lying_alike(y, x)

    seen = function(split, jax.device_put(x, NamedSharding(mesh, P())))
    assert specs == [
        P(None, "data"),
        P("data", None, None),
        P(None, None, None),
        P("data", None, None),
    ]
    wanted = x.reshape(6, 8), x.reshape(8, 2, 3), x, x
    for a, b in zip(seen, wanted):
        np.testing.assert_array_equal(a, b)


def test_without_explicit_axes_nothing_changes():
    mesh = jax.make_mesh((4,), ("data",), axis_types=(AxisType.Auto,))
    x = jnp.arange(8.0)
    for value in (x, jax.device_put(x, NamedSharding(mesh, P("data")))):
        assert whole(value) is value
        assert lying_alike(x, value) is x
        assert along_batch(lambda x: x, value) is value


def test_parts_of_a_split_batch():
    mesh = jax.make_mesh((4,), ("data",), axis_types=(AxisType.Explicit,))
    x = jnp.arange(16.0).reshape(8, 2)
    split = jax.device_put(x, NamedSharding(mesh, P("data")))

    def mean(x):
        return mean_over_parts(lambda _, part: ((), jnp.mean(jnp.sin(part))), (), x, 2)[
            1
        ]

    np.testing.assert_allclose(jax.jit(mean)(split), mean(x), rtol=1e-6)
