"""The price of a mask: its mean, of each example."""

import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.terms import mask_sparsity
from tests.terms.scenes import linear, normal, scene


def play_of(features, player="generator"):
    x = normal(1, 3, 2, 4, 4, 1)
    play = scene(linear, jnp.ones(x.shape[1:]), x, x, player)
    return play._replace(fake=play.fake._replace(features=features))


def test_mean_of_the_mask():
    mask = normal(2, 3, 2, 4, 4, 1)
    term = mask_sparsity()
    assert (term.name, term.weight) == ("mask_sparsity", 0.1)
    seen, state = term.apply((), play_of({"mask": mask, "foreground": mask + 1.0}))
    wanted = np.abs(np.asarray(mask, np.float64)).mean((1, 2, 3, 4))
    np.testing.assert_allclose(seen, wanted, rtol=1e-6)
    assert state == ()
    seen, _ = mask_sparsity(name="gate").apply((), play_of({"gate": 0.0 * mask}))
    np.testing.assert_array_equal(seen, 0.0)


@pytest.mark.parametrize(
    ("features", "player", "message"),
    [
        ((), "generator", "features: saw none, wanted 'mask'"),
        ({"gate": jnp.ones(3)}, "generator", r"features: saw \['gate'\], wanted"),
        ({"mask": jnp.ones(3)}, "discriminator", "saw it on D's turn"),
    ],
)
def test_what_has_no_mask(features, player, message):
    with pytest.raises(ValueError, match=message):
        mask_sparsity().apply((), play_of(features, player))
