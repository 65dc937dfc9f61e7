"""Feature matching against its formula on linear features."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import Verdict
from jaxgan.terms import feature_matching
from tests.terms.scenes import linear, normal, scene

A, REAL, FAKE = normal(1, 3, 4), normal(2, 6, 3), normal(3, 6, 3)


def featured(fake=FAKE, player="generator"):
    play = scene(linear, normal(4, 3), REAL, fake, player)

    def verdict(x):
        return Verdict(x[:, 0], {"deep": x @ A, "shallow": x.reshape(-1, 3, 1)})

    return play._replace(real_verdict=verdict(REAL), fake_verdict=verdict(fake))


def test_linear_features():
    """‖(m_r - m_f) A‖² + ‖m_r - m_f‖²; its gradient by a fake is that over B."""
    term = feature_matching()
    value, _ = term.apply((), featured())
    gap = np.asarray(REAL.mean(0) - FAKE.mean(0), np.float64)
    moments = np.asarray(A @ A.T + jnp.eye(3), np.float64)
    np.testing.assert_allclose(value, gap @ moments @ gap, rtol=1e-4)
    slope = jax.grad(lambda fake: term.apply((), featured(fake))[0])(FAKE)
    wanted = np.broadcast_to(-2 * moments @ gap / 6, (6, 3))
    np.testing.assert_allclose(slope, wanted, rtol=1e-4, atol=1e-5)


def test_errors():
    play = scene(linear, normal(4, 3), REAL, FAKE, "generator")
    with pytest.raises(ValueError, match="features: saw none"):
        feature_matching().apply((), play)
    with pytest.raises(ValueError, match="feature_matching: saw it on D's turn"):
        feature_matching().apply((), featured(player="discriminator"))
