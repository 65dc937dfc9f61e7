"""The unrolled objective against its closed form on a linear critic."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from jax.test_util import check_grads

from jaxgan import losses
from jaxgan.terms import adversarial, unrolled
from tests.terms.scenes import linear, normal, scene, smooth

RATE = 0.1


def objective(term, critic, params, real):
    def loss(fake):
        play = scene(critic, params, real, fake, player="generator")
        return jnp.mean(term.apply(term.init(), play)[0])

    return loss


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_linear_wasserstein(steps):
    """D: θ ← θ + η (mean r - mean f), k times; G's loss is -θ_k · mean f.

    With m = mean f, its gradient is -θ - kη (mean r - 2 m) per mean, over B per fake.
    """
    theta, real, fake = normal(1, 3), normal(2, 8, 3), normal(3, 8, 3)
    term = unrolled(losses.wasserstein, steps, optax.sgd(RATE))
    loss = objective(term, linear, theta, real)
    r, m = real.mean(0), fake.mean(0)
    ahead = theta + steps * RATE * (r - m)
    np.testing.assert_allclose(loss(fake), -ahead @ m, rtol=1e-4, atol=1e-6)
    wanted = -(theta + steps * RATE * (r - 2 * m)) / 8
    seen = jax.grad(loss)(fake)
    np.testing.assert_allclose(
        seen, np.broadcast_to(wanted, seen.shape), rtol=1e-4, atol=1e-6
    )


def test_no_steps_is_the_adversarial_loss():
    params, real = (normal(1, 3, 4), normal(2, 4)), normal(3, 5, 3)
    fake = normal(4, 5, 3)
    terms = (
        unrolled(losses.nonsaturating, 0, optax.sgd(RATE)),
        adversarial(losses.nonsaturating),
    )
    ours, plain = (objective(term, smooth, params, real)(fake) for term in terms)
    assert ours == plain


@pytest.mark.parametrize("optimizer", [optax.sgd(RATE), optax.adam(0.01)])
def test_gradient_flows_through_the_updates(optimizer):
    params, real = (normal(1, 3, 4), normal(2, 4)), normal(3, 5, 3)
    term = unrolled(losses.nonsaturating, 2, optimizer)
    loss = objective(term, smooth, params, real)
    check_grads(
        loss, (normal(4, 5, 3),), 1, modes=["rev"], rtol=2e-2, atol=2e-2, eps=1e-2
    )


def test_wrong_turn_is_refused():
    term = unrolled(losses.wasserstein, 1, optax.sgd(RATE))
    play = scene(linear, normal(1, 3), normal(2, 4, 3), normal(3, 4, 3))
    with pytest.raises(ValueError, match="discriminator's turn"):
        term.apply((), play)
    with pytest.raises(ValueError, match="steps: saw -1"):
        unrolled(losses.wasserstein, -1, optax.sgd(RATE))
