"""Top-k training against sorting in numpy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan import losses
from jaxgan.terms import adversarial, top_k
from tests.terms.scenes import linear, normal, scene

W, REAL, FAKE = normal(1, 3), normal(2, 8, 3), normal(3, 8, 3)


def mean(term, fake=FAKE):
    play = scene(linear, W, REAL, fake, "generator")
    return jnp.mean(term.apply((), play)[0])


@given(st.integers(1, 8))
@settings(deadline=None, max_examples=8)
def test_mean_over_the_best(k):
    """Value and gradient are those of the k highest logits alone."""
    logits = np.asarray(FAKE @ W, np.float64)
    best = np.sort(logits)[-k:]
    term = top_k(losses.nonsaturating, k / 8)
    np.testing.assert_allclose(mean(term), np.mean(np.log1p(np.exp(-best))), rtol=1e-4)
    slope = jax.grad(lambda fake: mean(term, fake))(FAKE)
    moved = np.any(np.asarray(slope) != 0, axis=1)
    np.testing.assert_array_equal(moved, logits >= best[0])


def test_all_of_them_is_the_adversarial_loss():
    a, b = top_k(losses.hinge, 1.0), adversarial(losses.hinge)
    np.testing.assert_allclose(mean(a), mean(b), rtol=1e-6)


def test_share_may_be_a_schedule():
    halves = top_k(losses.hinge, lambda step: 0.5 + 0.0 * step.astype(jnp.float32))
    assert mean(halves) == mean(top_k(losses.hinge, 0.5))


def test_errors():
    with pytest.raises(ValueError, match=r"share: saw 0\.0, wanted"):
        top_k(losses.hinge, 0.0)
    with pytest.raises(ValueError, match="top_k: saw it on the discriminator's turn"):
        top_k(losses.hinge, 0.5).apply((), scene(linear, W, REAL, FAKE))
