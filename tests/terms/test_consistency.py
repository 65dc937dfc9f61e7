"""CR, bCR and zCR against closed forms on a linear critic."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Augment, Sample
from jaxgan.terms import consistency, latent_consistency
from tests.terms.scenes import linear, normal, scene


def shift(state, sample, context):
    """x + 2 (1 + i) at example i; it also must have keys of its own per pass."""
    del state
    seen.append(np.asarray(jax.random.key_data(context.keys)).tobytes())
    places = jnp.arange(1.0, len(sample.value) + 1)
    return Sample(sample.value + 2.0 * places[:, None], sample.given)


seen = []


@pytest.mark.parametrize("fake", [0.0, 1.0, 0.25])
def test_linear_critic(fake):
    """D(x) - D(x + 2 i) = -2 i Σ w, on reals and on fakes."""
    seen.clear()
    w = normal(1, 3)
    play = scene(linear, w, normal(2, 4, 3), normal(3, 4, 3))
    term = consistency(Augment(apply=shift), fake=fake)
    assert term.weight == 10.0
    value, _ = term.apply((), play)
    square = (2.0 * np.arange(1, 5) * float(jnp.sum(w))) ** 2
    np.testing.assert_allclose(value, (1.0 + fake) * square, rtol=1e-4)
    assert len(set(seen)) == len(seen) == (2 if fake else 1)


def near_scene(player):
    """G(z) = z A, D linear."""
    a, w, z = normal(1, 2, 3), normal(2, 3), normal(3, 5, 2)
    play = scene(linear, w, normal(4, 5, 3), z @ a, player)
    latents = []

    def generate(latent, stream, params=None):
        del stream, params
        latents.append(latent.value)
        return Sample(latent.value @ a)

    return play._replace(latent=Sample(z), generate=generate), a, w, z, latents


def test_latent_consistency():
    """With δ the draw: (w · Aᵀδ)² on D's turn, -mean (Aᵀδ)² on G's."""
    play, a, w, z, latents = near_scene("discriminator")
    value, _ = latent_consistency(20.0, spread=0.1).apply((), play)
    delta = latents[0] - z
    # 10 numbers of deviation 0.1: their root mean square, within five errors.
    assert 0.1 * 0.2 < np.sqrt(np.mean(delta**2)) < 0.1 * 2.2
    np.testing.assert_allclose(value, (delta @ a @ w) ** 2, rtol=1e-3, atol=1e-6)
    play, a, w, z, latents = near_scene("generator")
    value, _ = latent_consistency(0.5, spread=0.1).apply((), play)
    wanted = -np.mean((latents[0] - z) @ a * ((latents[0] - z) @ a), axis=1)
    np.testing.assert_allclose(value, wanted, rtol=1e-3, atol=1e-6)
    with pytest.raises(ValueError, match="latent: saw <class 'tuple'>, wanted a Sam"):
        latent_consistency(1.0).apply((), play._replace(latent=()))
