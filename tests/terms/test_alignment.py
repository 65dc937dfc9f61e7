"""Alignment with another network's features."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.augment.level_noise import TRANSFORMS, transformed
from jaxgan.core import Context, Verdict
from jaxgan.terms import alignment
from jaxgan.terms.alignment import cosine, resized
from tests.models.golden import assert_near
from tests.terms.scenes import normal, scene


def play(features, frozen, image=None):
    made = scene(lambda params, x: jnp.zeros(3), (), normal(1, 3, 4, 4, 1), ())
    real = made.real if image is None else made.real._replace(value=image)
    context = Context(made.context.keys, frozen={"teacher": frozen})
    verdict = Verdict(jnp.zeros(3), features)
    return made._replace(real=real, real_verdict=verdict, context=context)


def test_official_interpolation(golden):
    npz = np.load(golden / "gat_losses.npz")
    seen = resized(jnp.asarray(npz["in/dino_patches"]), 16)
    assert_near(seen, npz["out/resize/dino_patches"], 1e-6)


def test_constants_stay_and_squares_are_wanted():
    tokens = jnp.full((2, 9, 3), 5.0)
    np.testing.assert_allclose(resized(tokens, 25), 5.0, rtol=1e-6)
    assert resized(tokens, 9) is tokens
    with pytest.raises(ValueError, match="patches: saw 6, wanted the number of a squ"):
        resized(tokens, 6)


def test_values():
    """0 where features point alike, whatever their lengths; 4 where against."""
    token, patches = normal(2, 3, 5), normal(3, 3, 4, 5)

    def teacher(variables, image):
        del image
        return variables

    term = alignment(teacher, "teacher")
    for scale, wanted in ((7.0, 0.0), (-0.1, 4.0)):
        frozen = (scale * token, scale * patches)
        seen, _ = term.apply((), play((token, patches), frozen))
        np.testing.assert_allclose(seen, wanted, atol=1e-5)
    assert float(cosine(jnp.zeros(3), jnp.ones(3))) == 0.0


def test_the_other_network_sees_the_moved_picture():
    image = normal(4, 3, 8, 8, 1)
    moving = {name: TRANSFORMS[name] for name in ("translation", "flip")}
    seen = transformed(moving)
    made = play((jnp.ones((3, 2)), jnp.ones((3, 1, 2))), (), image)
    shown = []

    def teacher(variables, image):
        del variables
        shown.append(image)
        return jnp.ones((3, 2)), jnp.ones((3, 1, 2))

    alignment(teacher, "teacher", seen=seen).apply((), made)
    fork = made.context.fork("real")
    np.testing.assert_array_equal(shown[0], seen.apply((), made.real, fork).value)
    assert not np.array_equal(shown[0], image)


def test_no_gradient_reaches_the_other_network():
    token, patches = normal(2, 3, 5), normal(3, 3, 4, 5)
    term = alignment(lambda variables, image: variables, "teacher")

    def value(frozen):
        return jnp.sum(term.apply((), play((token, patches), frozen))[0])

    slopes = jax.grad(value)((patches[:, 0], patches))
    assert all(np.all(np.asarray(x) == 0.0) for x in slopes)


def test_features_are_wanted():
    term = alignment(lambda variables, image: variables, "teacher")
    with pytest.raises(ValueError, match="features: saw no pair of a token and patch"):
        term.apply((), play(jnp.zeros((3, 2)), ()))
