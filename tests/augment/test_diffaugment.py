"""DiffAugment: each transform by its own law, and the whole through the step's eyes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.augment.diffaugment import (
    LIGHT,
    colour,
    cutout,
    diffaugment,
    translation,
)
from jaxgan.core import Context, Sample, example_keys
from tests.models.golden import assert_near, images

KEYS = example_keys(jax.random.key(0), 200)
each = {f.__name__: jax.jit(jax.vmap(f, (0, None))) for f in (cutout, translation)}


def draw(*shape):
    return jax.random.normal(jax.random.key(1), shape)


def test_colour():
    """Grey stays grey, the spread of greys is scaled by U(½, 3/2), the mean moved."""
    image = draw(6, 4, 3)
    seen = np.asarray(jax.jit(jax.vmap(colour, (0, None)))(KEYS, image))
    moved = seen.mean((1, 2, 3)) - float(image.mean())
    assert 0.45 < np.abs(moved).max() <= 0.5 + 1e-5
    grey = np.asarray(image.mean(-1))
    contrast = seen.mean(-1).std((1, 2)) / grey.std()
    assert contrast.min() >= 0.5 - 1e-5
    assert contrast.max() <= 1.5 + 1e-5
    assert contrast.max() - contrast.min() > 0.9
    colours = (seen - seen.mean(-1, keepdims=True)).std((1, 2, 3))
    saturation = colours / np.asarray(image - image.mean(-1, keepdims=True)).std()
    ratio = saturation / contrast
    assert ratio.min() < 0.1
    assert 1.9 < ratio.max() <= 2.0 + 1e-4
    # Per channel-difference the image is only scaled: no pixel is mixed with another.
    pure = np.asarray(image - image.mean(-1, keepdims=True)).ravel()
    mine = (seen - seen.mean(-1, keepdims=True)).reshape(200, -1)
    np.testing.assert_allclose(mine, saturation[:, None] * pure, atol=1e-4)


@pytest.mark.parametrize("size", [(16, 16), (28, 8)])
def test_translation(size):
    """Each is the image moved by at most an eighth, zeros come in, all moves occur."""
    image = np.asarray(draw(*size, 2))
    reach = [int(side / 8 + 0.5) for side in size]
    moves = {}
    for i in range(-reach[0], reach[0] + 1):
        for j in range(-reach[1], reach[1] + 1):
            moved = np.zeros_like(image)
            for row, column in np.ndindex(*size):
                if 0 <= row - i < size[0] and 0 <= column - j < size[1]:
                    moved[row, column] = image[row - i, column - j]
            moves[moved.tobytes()] = (i, j)
    seen = [moves[np.asarray(x).tobytes()] for x in each["translation"](KEYS, image)]
    assert {i for i, _ in seen} == set(range(-reach[0], reach[0] + 1))
    assert {j for _, j in seen} == set(range(-reach[1], reach[1] + 1))


def test_cutout():
    """The hole is one rectangle of at most half of either side, and may touch edges."""
    image = jnp.ones((8, 6, 1))
    heights, widths = set(), set()
    for x in np.asarray(each["cutout"](KEYS, image))[..., 0]:
        rows, columns = np.where((x == 0).any(1))[0], np.where((x == 0).any(0))[0]
        if len(rows) and len(columns):
            assert not x[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].any()
        heights.add(len(rows))
        widths.add(len(columns))
        assert (x == 1).sum() + len(rows) * len(columns) == 48
    # A middle at 0 or 8 leaves half of the hole of 4, as in the official code.
    assert heights == {2, 3, 4}
    assert widths == {2, 3}


def test_examples_have_their_own_draws():
    """Permuting the examples' keys and values permutes the results; () stays ()."""
    augment = diffaugment()
    keys, value = KEYS[:4], draw(4, 8, 8, 3)

    @jax.jit
    def apply(keys, value):
        return augment.apply((), Sample(value), Context(keys))

    seen = apply(keys, value)
    assert seen.given == ()
    order = jnp.array([2, 0, 3, 1])
    permuted = apply(keys[order], value[order]).value
    np.testing.assert_array_equal(permuted, seen.value[order])
    alike = apply(keys, jnp.broadcast_to(value[:1], value.shape)).value
    assert len({np.asarray(x).tobytes() for x in alike}) == 4


def test_gradient_reaches_the_samples():
    """The augmentation is affine in the value, and its derivative is the slope."""
    augment, value, tangent = diffaugment(), draw(3, 8, 8, 2), draw(3, 8, 8, 2) + 1.0

    @jax.jit
    def apply(value):
        return augment.apply((), Sample(value), Context(KEYS[:3])).value

    moved, slope = jax.jvp(apply, (value,), (tangent,))
    np.testing.assert_allclose(apply(value + tangent) - moved, slope, atol=1e-4)
    assert np.any(slope != 0)


def test_dtype_is_kept():
    sample = Sample(draw(2, 8, 8, 3).astype(jnp.bfloat16), jnp.arange(2))
    seen = jax.eval_shape(diffaugment().apply, (), sample, Context(KEYS[:2]))
    assert seen.value.dtype == jnp.bfloat16
    assert seen.given.dtype == jnp.int32


def test_official(golden, monkeypatch):
    """Projected GANs' code with its own draws, one policy at a time."""
    npz = np.load(golden / "projgan_diffaug.npz")
    draws = [jnp.asarray(npz[f"in/u{n}"]).reshape(-1) for n in range(7)]
    # Theirs looks a move further on, ours moves the image.
    per_transform = [draws[:3], [-draws[3], -draws[4]], draws[5:]]
    given = {}

    def drawn(key, shape, *limits):
        del key
        assert len(given["now"]) == shape[0]
        if limits and given["transform"] == "translation":
            np.testing.assert_array_equal(limits[0], (-2, -3))
            np.testing.assert_array_equal(limits[1], (3, 4))
        if limits and given["transform"] == "cutout":
            np.testing.assert_array_equal(limits[1], (16, 21))
        return given["now"]

    monkeypatch.setattr(jax.random, "uniform", drawn)
    monkeypatch.setattr(jax.random, "randint", drawn)
    x = images(npz["in/x"])
    policies = ("color", "translation", "cutout")
    for policy, transform, numbers in zip(policies, LIGHT, per_transform):
        rows = []
        for example, image in enumerate(x):
            given["transform"] = policy
            given["now"] = jnp.stack([u[example] for u in numbers])
            rows.append(transform(KEYS[0], image))
        wanted = images(npz[f"out/{policy}/y"])
        assert_near(jnp.stack(rows), wanted, 1e-6, policy)
