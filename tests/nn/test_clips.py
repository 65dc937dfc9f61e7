"""Frames of clips: folded into the batch, and drawn by each example's key."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxgan.core import example_keys
from jaxgan.nn import drawn_frames, folded, frame_by_frame

KEYS = example_keys(jax.random.key(0), 64)
CLIPS = jnp.arange(64.0)[:, None] + jnp.arange(5.0)[None] / 10  # [B, T]


def test_frames_lie_clip_by_clip():
    clips = CLIPS[:3, :, None]
    np.testing.assert_array_equal(folded(clips)[:, 0], CLIPS[:3].ravel())
    np.testing.assert_array_equal(frame_by_frame(lambda x: x, clips), clips)


@pytest.mark.parametrize("count", [1, 3, 5, 8])
def test_drawn_frames_are_in_order_and_all_different(count):
    drawn = np.asarray(drawn_frames(CLIPS[..., None], KEYS, count))[..., 0]
    wanted = min(count, 5)
    assert drawn.shape == (64, wanted)
    assert np.all(np.floor(drawn) == np.arange(64.0)[:, None])  # of its own clip
    assert np.all(np.diff(drawn, axis=1) > 0)
    counts = [np.sum(np.isclose(drawn % 1, n / 10, atol=1e-4)) for n in range(5)]
    # Every frame is as likely: within four deviations of a binomial.
    assert np.all(np.abs(np.array(counts) - 64 * wanted / 5) <= 4 * np.sqrt(16))


def test_frames_follow_the_keys():
    order = jnp.array([2, 0, 1])
    clips, keys = CLIPS[:3, :, None], KEYS[:3]
    np.testing.assert_array_equal(
        drawn_frames(clips[order], keys[order], 2), drawn_frames(clips, keys, 2)[order]
    )
    with pytest.raises(ValueError, match="count: saw 0"):
        drawn_frames(clips, keys, 0)
