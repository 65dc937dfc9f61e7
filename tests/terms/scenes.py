"""Scenes around a critic given as a function, for closed forms."""

import jax
import jax.numpy as jnp

from jaxgan.core import Context, Play, Players, Sample, Verdict, example_keys


def scene(
    critic, params, real, fake, player="discriminator", keys=None, discriminate=None
):
    """A `Play` whose discriminator is `critic(params, value) -> logits`."""
    if keys is None:
        keys = example_keys(jax.random.key(0), jax.tree.leaves(real)[0].shape[0])

    def judge(sample, stream, other=None):
        del stream
        return Verdict(critic(params if other is None else other, sample.value))

    real, fake = Sample(real), Sample(fake)
    return Play(
        player=player,
        context=Context(keys, real, jnp.zeros((), jnp.int32), train=True),
        params=Players((), params),
        latent=(),
        real=real,
        fake=fake,
        real_verdict=judge(real, "real"),
        fake_verdict=judge(fake, "fake"),
        generate=lambda latent, stream, params=None: fake,
        discriminate=discriminate or judge,
    )


def linear(w, x):
    """D(x) = w·x, summed over all of an example."""
    return jnp.sum(x * w[None], axis=tuple(range(1, x.ndim)))


def quadratic(a, x):
    """D(x) = ½ xᵀ A x; for symmetric A the slope is A x."""
    return 0.5 * jnp.einsum("bi,ij,bj->b", x, a, x)


def smooth(params, x):
    """A two-layer critic with curvature everywhere."""
    first, second = params
    return jnp.tanh(x @ first) @ second


def normal(seed, *shape):
    return jax.random.normal(jax.random.key(seed), shape)
