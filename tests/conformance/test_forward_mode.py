"""Every network of every game has derivatives in forward mode."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core.context import Context, example_keys
from tests.conformance.games import GAMES


@pytest.mark.parametrize("name", GAMES)
def test_forward_over_reverse(name):
    """What it takes is traced, and nothing computed: a rule that lacks raises."""
    case = GAMES[name]
    game, batch = case.game(), case.batch()
    count = len(jax.tree.leaves(batch)[0])

    def verdict(variables):
        context = Context(
            example_keys(jax.random.key(0), count), batch, jnp.int32(0), train=True
        )
        latent, generator = game.latent(variables.generator, context)
        fake, _ = game.generate(generator, latent, context)
        judged, _ = game.discriminate(variables.discriminator, fake, context)
        return sum(jnp.sum(x) for x in jax.tree.leaves(judged.logits))

    def moved(key):
        variables = game.init(key, batch)

        def of_params(params):
            merged = variables._replace(
                generator={**variables.generator, "params": params}
            )
            return verdict(merged)

        params = variables.generator["params"]
        _, slope = jax.jvp(jax.grad(of_params), (params,), (params,))
        return slope, params

    slope, params = jax.eval_shape(moved, jax.random.key(0))
    assert jax.tree.map(jnp.shape, slope) == jax.tree.map(jnp.shape, params)
    assert np.all([x.dtype == jnp.float32 for x in jax.tree.leaves(slope)])
