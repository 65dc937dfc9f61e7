"""ProGAN's drift penalty against its closed form."""

import numpy as np

from jaxgan.terms import drift
from tests.terms.scenes import linear, normal, scene


def test_squares_of_real_logits():
    w, real = normal(1, 3), normal(2, 5, 3)
    term = drift()
    assert term.weight == 1e-3
    seen, _ = term.apply((), scene(linear, w, real, normal(3, 5, 3)))
    np.testing.assert_allclose(seen, np.square(real @ w), rtol=1e-5)


def test_averages_over_a_tree_of_patches():
    def patches(w, x):
        return {"fine": x * w[None], "coarse": 2.0 * x[:, :1]}

    w, real = normal(1, 3), normal(2, 5, 3)
    seen, _ = drift().apply((), scene(patches, w, real, real))
    wanted = (np.square(real * w[None]).mean(1) + np.square(2 * real[:, 0])) / 2
    np.testing.assert_allclose(seen, wanted, rtol=1e-5)
