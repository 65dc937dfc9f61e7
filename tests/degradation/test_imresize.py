"""MATLAB's bicubic resizing against official weights, and by its laws."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.degradation.imresize import imresize, resize_matrix


@pytest.fixture(scope="module")
def vectors(golden):
    return np.load(golden / "esrgan_imresize.npz")


def cases(vectors):
    return json.loads(str(vectors["config"]))["scales"]


def test_official_pictures(vectors):
    x = jnp.asarray(vectors["in/x_chw"].transpose(1, 2, 0))
    seen = 0
    for scale, antialias in cases(vectors):
        name = f"out/imresize_{scale:g}_{'aa' if antialias else 'noaa'}/y"
        if name in vectors:
            seen += 1
            wanted = vectors[name].transpose(1, 2, 0)
            y = imresize(x, scale, antialias=antialias)
            np.testing.assert_allclose(y, wanted, rtol=0, atol=1e-6)
    assert seen == 6
    wanted = vectors["out/imresize_numpy_hwc_0.5/y"]
    np.testing.assert_allclose(imresize(x, 0.5), wanted, rtol=0, atol=1e-6)


def test_official_weights(vectors):
    """Beyond an edge, a pixel's weight goes to the one that it mirrors.

    Theirs are of places in float32.
    """
    length = vectors["in/x_chw"].shape[1]
    for scale, antialias in cases(vectors):
        name = f"out/weights_h_{scale:g}_{'aa' if antialias else 'noaa'}"
        weights, places = vectors[f"{name}/weights"], vectors[f"{name}/indices"]
        before, after = vectors[f"{name}/sym_len"]
        line = np.pad(np.arange(length), (max(before, 0), max(after, 0)), "symmetric")
        wanted = np.zeros((len(weights), length))
        for row, (shares, at) in enumerate(zip(weights, places)):
            # A negative mirror is one that the kernel does not reach.
            np.add.at(wanted[row], line[at - min(before, 0)], shares)
        seen = resize_matrix(length, len(weights), scale, antialias)
        np.testing.assert_allclose(seen, wanted, rtol=0, atol=4e-6)


@settings(max_examples=25, deadline=None)
@given(
    length=st.integers(1, 40),
    scale=st.floats(0.05, 4.0),
    antialias=st.booleans(),
)
def test_laws_of_the_weights(length, scale, antialias):
    """A flat line stays flat, and a mirrored one gives the mirrored result."""
    size = max(1, round(length * scale))
    matrix = resize_matrix(length, size, size / length, antialias)
    np.testing.assert_allclose(matrix.sum(axis=1), 1.0, rtol=1e-12)
    np.testing.assert_allclose(matrix[::-1, ::-1], matrix, atol=1e-12)


def test_by_definition_at_any_scale():
    """Pixel by pixel, by a sum over mirrored places."""

    def kernel(x):
        x = abs(x)
        if x <= 1:
            return 1.5 * x**3 - 2.5 * x**2 + 1
        return -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x <= 2 else 0.0

    length, size, scale = 7, 3, 0.37
    wanted = np.zeros((size, length))
    for i in range(size):
        center = (i + 0.5) / scale - 0.5
        for place in range(-14, 21):
            share = kernel(scale * (place - center))
            wanted[i, min(place % 14, 13 - place % 14)] += share
    wanted /= wanted.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(resize_matrix(length, size, scale), wanted, atol=1e-12)


def test_whole_scale_leaves_pictures_alone():
    x = jnp.asarray(np.random.default_rng(0).uniform(size=(2, 5, 6, 1)), jnp.float32)
    np.testing.assert_array_equal(imresize(x, 1), x)
    np.testing.assert_array_equal(imresize(x, size=(5, 6)), x)


def test_sizes_and_batches():
    x = jnp.asarray(np.random.default_rng(1).uniform(size=(2, 9, 11, 3)), jnp.float32)
    assert imresize(x, 0.5).shape == (2, 5, 6, 3)
    resized = jax.jit(lambda x: imresize(x, size=(4, 20)))(x)
    alone = jax.vmap(lambda x: imresize(x, size=(4, 20)))(x)
    np.testing.assert_allclose(resized, alone, atol=1e-6)
    wanted = resize_matrix(9, 4, 4 / 9) @ np.asarray(x[0, :, :, 1], np.float64)
    wanted = wanted @ resize_matrix(11, 20, 20 / 11).T
    np.testing.assert_allclose(resized[0, :, :, 1], wanted, atol=1e-6)


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({}, "saw scale=None and size=None, wanted one of them"),
        ({"scale": 0.5, "size": (1, 1)}, "wanted one of them"),
        ({"scale": 0.0}, "scale: saw 0.0, wanted more than 0"),
        ({"size": (0, 4)}, "size: saw 0, wanted a whole number, at least 1"),
    ],
)
def test_bad_input(options, line):
    with pytest.raises(ValueError, match=line):
        imresize(jnp.zeros((4, 4, 3)), **options)
    with pytest.raises(ValueError, match=r"saw float32 of shape \(4, 4\), wanted"):
        imresize(jnp.zeros((4, 4)), 2)
    with pytest.raises(ValueError, match="saw uint8 of shape"):
        imresize(jnp.zeros((4, 4, 3), jnp.uint8), 2)
