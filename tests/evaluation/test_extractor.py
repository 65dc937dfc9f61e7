import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.evaluation.extractor import (
    Extractor,
    Outputs,
    fingerprint,
    to_floats,
    to_levels,
)


def extractor(traces, shape=None, batch_size=4):
    """The sum of an image, and a softmax of its first two numbers, weighted."""

    def compute(weights, images):
        traces.append(images.shape)
        flat = to_floats(images).reshape(len(images), -1)
        weighted = flat[:, :2] * weights["w"]
        return Outputs(flat.sum(1, keepdims=True), jax.nn.softmax(weighted))

    weights = {"w": np.float32(2.0)}
    return Extractor(
        name="toy",
        published=False,
        description="a toy",
        fingerprint=fingerprint(weights),
        feature_count=1,
        class_count=2,
        classes=(),
        shape=shape,
        weights=weights,
        compute=compute,
        batch_size=batch_size,
    )


@settings(deadline=None, max_examples=8)
@given(count=st.integers(1, 11), batch_size=st.integers(1, 5))
def test_batches_do_not_matter(count, batch_size):
    images = np.random.default_rng(count).integers(0, 256, (count, 3, 2, 1), np.uint8)
    traces = []
    toy = extractor(traces, batch_size=batch_size)
    features, probabilities = toy.outputs(images)
    assert traces == [(batch_size, 3, 2, 1)], "compiled once, the last batch included"
    assert features.shape == (count, 1)
    assert features.dtype == probabilities.dtype == np.float32
    flat = images.reshape(count, -1) / 127.5 - 1.0
    np.testing.assert_allclose(features[:, 0], flat.sum(1), atol=1e-5)
    odds = np.exp(2.0 * flat[:, :2])
    np.testing.assert_allclose(
        probabilities, odds / odds.sum(1, keepdims=True), atol=1e-6
    )
    np.testing.assert_array_equal(toy.features(images), features)
    np.testing.assert_array_equal(toy.probabilities(images), probabilities)


def test_no_second_compilation():
    traces = []
    toy = extractor(traces)
    for count in (4, 1, 9):
        toy.features(np.zeros((count, 2, 2, 3), np.uint8))
    toy.features(jnp.zeros((5, 2, 2, 3), jnp.float32))
    toy.features(np.zeros((5, 2, 2, 3), np.float64))
    toy.features(jnp.zeros((5, 2, 2, 3), jnp.bfloat16))
    assert len(traces) == 2, "one for bytes, one for floats"


def test_titles():
    toy = extractor([])
    assert toy.title("FID") == "FID (toy)"
    assert dataclasses.replace(toy, published=True).title("FID") == "FID"


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((2, 3, 3), np.uint8), r"saw shape \[2, 3, 3\], wanted \[B, H, W, 1"),
        (np.zeros((2, 3, 3, 2), np.uint8), r"wanted \[B, H, W, 1 or 3\]"),
        (np.zeros((0, 3, 3, 1), np.uint8), r"saw shape \[0, 3, 3, 1\]"),
        (np.zeros((2, 3, 3, 1), int), "saw int64, wanted uint8 or floats"),
        (np.full((2, 3, 3, 1), np.nan), "NaN or infinity"),
        (np.full((2, 3, 3, 1), 255.0), r"floats from 255 to 255, wanted \[-1, 1\]"),
    ],
)
def test_refuses(images, message):
    traces = []
    with pytest.raises(ValueError, match=message):
        extractor(traces).features(images)
    assert not traces


def test_refuses_another_shape():
    with pytest.raises(ValueError, match=r"wanted \[B, 3, 2, 1\]"):
        extractor([], (3, 2, 1)).features(np.zeros((1, 2, 3, 1), np.uint8))
    with pytest.raises(ValueError, match="batch_size: saw 0"):
        extractor([], batch_size=0)


def test_levels_and_floats():
    levels = np.arange(256, dtype=np.uint8)
    floats = to_floats(jnp.asarray(levels))
    np.testing.assert_allclose(floats, np.linspace(-1, 1, 256), atol=1e-7)
    np.testing.assert_array_equal(to_levels(floats), levels)
    np.testing.assert_array_equal(to_levels(jnp.asarray(levels)), levels)
    outside = jnp.array([-1.5, 1.5])
    np.testing.assert_array_equal(to_levels(outside), [0, 255])
    np.testing.assert_array_equal(to_floats(outside), [-1, 1])


def test_fingerprints():
    base = {"a": np.zeros(2, np.float32), "b": np.ones(1, np.float32)}
    seen = {
        fingerprint(tree)
        for tree in (
            base,
            {**base, "a": np.zeros((2, 1), np.float32)},
            {**base, "a": np.zeros(2, np.int32)},
            {**base, "a": np.array([0, -0.0], np.float32)},
            {"a": base["a"], "c": base["b"]},
        )
    }
    assert len(seen) == 5
    assert fingerprint(jax.tree.map(jnp.asarray, base)) == fingerprint(base)
