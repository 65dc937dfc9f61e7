"""A generator is tuned to pictures around their codes, and nothing else moves."""

import jax
import numpy as np
import pytest

from jaxgan.run.editing.codes import Codes
from jaxgan.run.editing.picture_distance import Distance
from jaxgan.run.editing.pivotal_tuning import tuned
from jaxgan.run.errors import RunError
from tests.run.editing.games import linear, styles


def made(codes, count=2):
    keys, latent = codes.drawn(5, np.arange(count))
    code = np.asarray(codes.game.code(latent))
    return code, np.asarray(codes.render(codes.variables, latent, keys))


def test_codes_become_the_pictures_and_noise_stays():
    codes = Codes(styles())
    code, pictures = made(codes)
    targets = pictures[::-1].copy()  # each is to become the other
    before = np.mean(np.square(pictures - targets), axis=(1, 2, 3))
    told = []
    found = tuned(
        *(codes, code, targets),
        steps=60,
        rate=0.01,
        tell=lambda done, total: told.append((done, total)),
    )
    assert (found.distance < before / 4).all()
    np.testing.assert_allclose(
        found.distance, np.mean(np.square(found.pictures - targets), (1, 2, 3)), 1e-4
    )
    assert told == [(25, 60), (50, 60), (60, 60)]
    for name in ("noise", "style_average"):
        jax.tree.map(
            np.testing.assert_array_equal, found.variables[name], codes.variables[name]
        )


def test_another_distance_has_the_mean_square_beside_it():
    """A distance of nothing leaves it alone: it is the same tuning as by pixels."""
    codes = Codes(linear())
    code, pictures = made(codes)
    nothing = Distance("nothing", (), lambda weights, a, b: 0.0 * a[:, 0, 0, 0])
    one, other = (
        tuned(codes, code, pictures + 0.5, *chosen, steps=5)
        for chosen in ((), (nothing,))
    )
    jax.tree.map(np.testing.assert_allclose, one.variables, other.variables)
    np.testing.assert_array_equal(other.distance, 0.0)
    with pytest.raises(RunError, match="--pivotal: saw 0, wanted at least 1"):
        tuned(codes, code, pictures, steps=0)
