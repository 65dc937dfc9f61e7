"""Noise over levels, and transforms that are the same for all of one picture."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.augment.level_noise import (
    TRANSFORMS,
    alike,
    colour,
    colour_means,
    flip,
    hidden,
    level_noise,
    noise_shares,
    recoloured,
    transformed,
)
from jaxgan.core import Context, Sample, example_keys
from tests.models.golden import assert_near, images

KEYS = example_keys(jax.random.key(0), 300)


def draw(*shape):
    return jax.random.normal(jax.random.key(1), shape)


def levels(array):
    return tuple(jnp.asarray(np.moveaxis(array, -3, -1)))


def test_official_schedule(golden):
    """The file's first noise is the last level's."""
    npz = np.load(golden / "gat_losses.npz")
    np.testing.assert_allclose(noise_shares(), npz["out/schedule/noise_levels"], 1e-6)
    quarter = npz["out/schedule/noise_levels_quarter"]
    np.testing.assert_allclose(noise_shares(base=0.25), quarter, 1e-6)
    clean, noise = (levels(npz[f"in/schedule/{name}"]) for name in ("levels", "noise"))
    wanted = levels(npz["out/schedule/cumulative"])
    assert_near(hidden(clean, noise[::-1], noise_shares()), wanted, 1e-6)


def test_official_colours(golden):
    npz = np.load(golden / "gat_losses.npz")
    image = images(npz["in/images"])
    names = ("brightness", "saturation", "contrast", "color_mask")
    draws = [npz[f"in/augment/color/{name}"].ravel() for name in names]
    for name, moved in (("color", image), ("color_reused", image * 0.5 + 0.1)):
        rows = [
            recoloured(one, colour_means(like), *(x[place] for x in draws[:3]))
            if draws[3][place] < 0.5
            else one
            for place, (one, like) in enumerate(zip(moved, image))
        ]
        assert_near(jnp.stack(rows), images(npz[f"out/augment/{name}"]), 1e-6, name)


@given(count=st.integers(1, 5), base=st.floats(0.05, 0.9), least=st.floats(0.0, 0.04))
@settings(deadline=None, max_examples=20)
def test_every_level_has_its_share(count, base, least):
    """Noise of level k has the deviation t, however it hangs together with others."""
    shares = noise_shares(count, base, least)
    assert shares[-1] == pytest.approx(least)
    assert np.all(np.diff(shares) < 0)
    unit = np.eye(count, dtype=np.float32)[:, None, :, None]
    zeros = (jnp.zeros((1, count, 1)),) * count
    mixed = hidden(zeros, tuple(map(jnp.asarray, unit)), shares)
    np.testing.assert_allclose(
        [jnp.linalg.norm(level) for level in mixed], shares, atol=1e-5
    )
    whole = (jnp.ones((1, 1, 1)),) * count
    quiet = hidden(whole, (jnp.zeros((1, 1, 1)),) * count, shares)
    np.testing.assert_allclose(np.ravel(quiet), 1.0 - shares, atol=1e-6)


def test_levels_of_a_picture_are_transformed_alike():
    """And a picture as its levels would be; every example has its own draws."""
    augment, image = transformed(), draw(4, 8, 8, 3)
    context = Context(KEYS[:4])

    @jax.jit
    def both(image):
        alone = augment.apply((), Sample(image), context).value
        return alone, augment.apply((), Sample((image,) * 3), context).value

    alone, seen = both(image)
    for level in seen:
        np.testing.assert_array_equal(level, alone)
    same = both(jnp.broadcast_to(image[:1], image.shape))[0]
    assert len({np.asarray(x).tobytes() for x in same}) == 4


def test_some_transforms_draw_as_they_do_among_others():
    """So another network may see a picture moved as the discriminator does."""
    still = {"translation": TRANSFORMS["translation"], "flip": TRANSFORMS["flip"]}
    among = {"other": alike(lambda key, x: x + 0.0 * jax.random.normal(key)), **still}
    image, context = draw(4, 8, 8, 1), Context(KEYS[:4])
    seen = [
        transformed(t).apply((), Sample(image), context).value for t in (still, among)
    ]
    np.testing.assert_array_equal(*seen)


def test_colours_are_of_the_last_level():
    """Half of the pictures keep theirs; levels far from the last change as it does."""
    pair = (jnp.zeros((4, 4, 3)), draw(4, 4, 3))
    first, last = jax.jit(jax.vmap(colour, (0, None)))(KEYS, pair)
    kept = np.array([np.array_equal(x, pair[1]) for x in last])
    assert 100 < kept.sum() < 200
    # Black has the brightness of its own, but saturation and contrast around the last.
    assert np.abs(first[~kept] - first[~kept][:, :1, :1]).max() > 0.1
    np.testing.assert_array_equal(first[kept], 0.0)


def test_flips():
    """Four of ten, the width only."""
    image = draw(3, 5, 2)
    seen = np.asarray(jax.vmap(flip, (0, None))(KEYS, image))
    mirrored = np.array([np.array_equal(x, image[:, ::-1]) for x in seen])
    kept = np.array([np.array_equal(x, image) for x in seen])
    assert np.all(mirrored | kept)
    assert 85 < mirrored.sum() < 155


def test_reals_become_levels_and_gradients_flow():
    augment = level_noise(3, transforms={})
    context = Context(KEYS[:2])

    @jax.jit
    def seen(value):
        return augment.apply((), Sample(value, jnp.arange(2)), context).value

    image = draw(2, 4, 4, 1)
    for a, b in zip(seen(image), seen((image,) * 3)):
        np.testing.assert_array_equal(a, b)
    slopes = jax.jvp(seen, (image,), (jnp.ones_like(image),))[1]
    for slope, share in zip(slopes, noise_shares(3)):
        np.testing.assert_allclose(slope, 1.0 - share, rtol=1e-6)
    noises = [x - (1.0 - t) * image for x, t in zip(seen(image), noise_shares(3))]
    # The chain: noise of a level is made of that of the next.
    first, second = (np.ravel(x) for x in noises[:2])
    assert np.corrcoef(first, second)[0, 1] > 0.3


def test_errors():
    with pytest.raises(ValueError, match="levels: saw 0"):
        level_noise(0)
    with pytest.raises(ValueError, match=r"base: saw 0\.001, wanted"):
        level_noise(base=0.001)
    with pytest.raises(ValueError, match="value: saw 2 levels, wanted 4"):
        level_noise().apply((), Sample((draw(2, 4, 4, 1),) * 2), Context(KEYS[:2]))
