"""A classifier of noisy images: what it is shown, what is kept, that it learns."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn

from jaxgan import data
from jaxgan.core import Sample, example_keys
from jaxgan.data.source import DataError
from jaxgan.evaluation.noisy_classifier import (
    GROWTH,
    TURN,
    NoisyTraining,
    loss,
    moved,
    noisy_classifier,
    train,
    unbounded,
)

KEYS = example_keys(jax.random.key(0), 300)


class Linear(nn.Module):
    """Logits of the mean, and of the time."""

    @nn.compact
    def __call__(self, images, times=None):
        times = jnp.zeros(len(images)) if times is None else times
        mean = jnp.mean(images, axis=(1, 2, 3))
        return (), nn.Dense(2)(jnp.stack([mean, times], axis=1))


class Told:
    """Keeps what it is shown."""

    def apply(self, variables, images, times):
        self.images, self.times = images, times
        return (), jnp.zeros((len(images), 4)) + variables


def source(count=40):
    """Dark and light images, in turn."""
    labels = np.arange(count) % 2
    values = np.repeat(60 + 130 * labels, 36).reshape(count, 6, 6, 1)
    return data.arrays(values.astype(np.uint8), labels, ("dark", "light"))


def test_what_it_is_shown():
    """(1 - t) x + t ε, of all times; and the cross-entropy of equal logits."""
    model, images = Told(), jnp.full((300, 8, 8, 1), 5.0)
    batch = Sample(images, jnp.zeros(300, jnp.int32))

    @jax.jit
    def shown(keys):
        value = loss(model, jnp.float32(0.0), batch, keys)  # pyright: ignore
        return value, model.images, model.times

    found, values, times = shown(KEYS)
    np.testing.assert_allclose(found, np.log(4), 1e-5)
    times = np.asarray(times)
    assert times.min() < 0.02
    assert times.max() > 0.98
    assert abs(times.mean() - 0.5) < 0.06
    late = times > 0.2
    time = times[late].reshape(-1, 1, 1, 1)
    noise = (np.asarray(values)[late] - (1.0 - time) * 5.0) / time
    assert abs(noise.std() - 1.0) < 0.02
    assert abs(noise.mean()) < 0.02


def test_moves():
    """Of a plane the slope turns and shrinks; four of five are moved."""
    rows = np.indices((32, 32))[0].astype(np.float32)
    plane = jnp.asarray(rows)[..., None]
    seen = np.asarray(jax.jit(jax.vmap(moved, (0, None)))(KEYS, plane))[..., 0]
    still = [np.allclose(x, rows) for x in seen]
    assert 30 < sum(still) < 95
    # Around the middle, unless the mirror is near.
    slopes = []
    for x in seen[~np.asarray(still)]:
        down, right = (np.diff(x, axis=axis)[15:17, 15:17] for axis in (0, 1))
        if np.ptp(down) < 1e-3 and np.ptp(right) < 1e-3 and down.mean() > 0:
            slopes.append((down.mean(), right.mean()))
    assert len(slopes) > 150
    down, right = np.transpose(slopes)
    growth = 1.0 / np.hypot(down, right)
    assert 1.0 - 1e-3 < growth.min() < 1.02
    assert 0.98 + GROWTH < growth.max() < 1.0 + GROWTH + 1e-3
    turns = np.rad2deg(np.arctan2(right, down))
    assert -TURN - 0.1 < turns.min() < 0.9 - TURN
    assert TURN - 0.9 < turns.max() < TURN + 0.1
    flat = jnp.full((8, 8, 2), 3.0)
    made = jax.jit(jax.vmap(moved, (0, None)))(KEYS, flat)
    np.testing.assert_allclose(made, 3.0, 1e-5)


def test_it_learns_and_is_kept(tmp_path):
    training = NoisyTraining(60, 8, 0.1, average=0.9)
    counts = []
    options = {"training": training, "cache_dir": tmp_path}

    def tell(done, total):
        counts.append((done, total))

    first = noisy_classifier(Linear(), source(), progress=tell, **options)
    assert counts[-1] == (60, 60)
    assert first.accuracy == 1.0
    again = noisy_classifier(Linear(), source(), progress=tell, **options)
    assert len(counts) == 60
    jax.tree.map(np.testing.assert_array_equal, first.variables, again.variables)
    other = noisy_classifier(Linear(), source(), seed=1, **options)
    kernels = [x.variables["params"]["Dense_0"]["kernel"] for x in (first, other)]
    assert not np.array_equal(*kernels)


@pytest.mark.slow
def test_weights_are_averaged():
    """a w₀ + (1 - a) w₁, of one step."""
    first, half = (
        train(Linear(), source(), NoisyTraining(1, 8, 0.1, average=average), 0, print)
        for average in (0.0, 0.25)
    )
    almost = NoisyTraining(1, 8, 0.1, average=1.0 - 1e-7)
    start = train(Linear(), source(), almost, 0, lambda *_: None)
    wanted = jax.tree.map(lambda a, b: 0.75 * a + 0.25 * b, first, start)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, 1e-4), half, wanted)


def test_latents_are_not_cut():
    np.testing.assert_array_equal(unbounded(jnp.array([-4.0, 4.0])), [-4.0, 4.0])
    np.testing.assert_array_equal(unbounded(jnp.array([0, 255], jnp.uint8)), [-1, 1])


def test_refuses():
    with pytest.raises(ValueError, match="steps: saw 0"):
        NoisyTraining(steps=0)
    with pytest.raises(ValueError, match=r"average: saw 1\.0"):
        NoisyTraining(average=1.0)
    values = np.zeros((20, 4, 4, 1), np.uint8)
    with pytest.raises(DataError, match="saw 0 classes, wanted at least 2"):
        noisy_classifier(Linear(), data.arrays(values))
