"""The adversarial term over trees of logits."""

import jax.numpy as jnp
import numpy as np
import optax
import pytest

from jaxgan import losses
from jaxgan.core import Verdict
from jaxgan.terms import adversarial, top_k, unrolled
from tests.terms.scenes import linear, normal, scene


def test_each_side_plays_its_own_function():
    w, real, fake = normal(1, 3), normal(2, 4, 3), normal(3, 4, 3)
    term = adversarial(losses.wasserstein)
    d, _ = term.apply((), scene(linear, w, real, fake, "discriminator"))
    g, _ = term.apply((), scene(linear, w, real, fake, "generator"))
    np.testing.assert_allclose(d, (fake - real) @ w, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(g, -fake @ w, rtol=1e-5, atol=1e-6)


def test_leaves_count_by_their_mean():
    """A 2×2 patch map and a single logit weigh the same, per example."""
    play = scene(linear, normal(1, 3), normal(2, 4, 3), normal(3, 4, 3), "generator")
    fine, coarse = normal(4, 4, 2, 2), normal(5, 4)
    verdict = Verdict({"fine": fine, "coarse": coarse})
    play = play._replace(real_verdict=verdict, fake_verdict=verdict)
    seen, _ = adversarial(losses.wasserstein).apply((), play)
    wanted = -(np.mean(fine, axis=(1, 2)) + coarse) / 2
    np.testing.assert_allclose(seen, wanted, rtol=1e-6, atol=1e-7)
    assert jnp.shape(seen) == (4,)


@pytest.mark.parametrize(
    ("loss", "kind"),
    [
        (adversarial(losses.hinge), "Term"),
        (lambda real, fake: fake - real, "function"),
        ("hinge", "str"),
    ],
)
def test_a_loss_must_be_one(loss, kind):
    message = f"loss: saw a {kind}, wanted a Loss, such as losses.hinge"
    for make in (
        adversarial,
        lambda loss: top_k(loss, 0.5),
        lambda loss: unrolled(loss, 1, optax.sgd(0.1)),
    ):
        with pytest.raises(TypeError, match=message):
            make(loss)
