"""Features of clips by a random network of frames, and by what changes between them."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from jaxgan.evaluation import checks
from jaxgan.evaluation.extractor import Extractor, Outputs, fingerprint, to_floats

WIDTHS = (16, 24, 32)
"""Channels of each layer, whose maps have half the sides of those before."""
LAGS = (1, 3)
"""Frames between those whose difference is looked at."""
KERNEL = 4
"""Pixels per side of a filter."""


class ClipFeatures(Extractor):
    """An extractor that sees clips; see `clip_features`."""

    def check(self, images: np.ndarray) -> None:
        """Checks that clips are finite numbers [B, T, H, W, C].

        Raises:
          ValueError: naming what was seen and wanted, if they are not.
        """
        shape = self.shape or ()
        if images.ndim != 5 or images.shape[1:] != shape or not images.size:
            wanted = ", ".join(map(str, shape))
            raise ValueError(
                f"clips: saw shape {list(images.shape)}, wanted [B, {wanted}]"
            )
        checks.numeric("clips", images)


def clip_features(shape: tuple[int, ...], seed: int = 0) -> ClipFeatures:
    """Makes an extractor of features of clips [B, T, H, W, C]: nothing is trained.

    A stack of random convolutions sees every frame: filters of 4 × 4, stride 2, ReLU,
    weights of He's variance. Features of every map are its mean over the clip, and the
    mean of its absolute change over 1 and over 3 frames. They rank gross failures
    (noise, frozen clips, shuffled frames); no published distance is computed by them.

    Args:
      shape: (T, H, W, C) of clips: at least two frames of 8 × 8.
      seed: of the weights.

    Raises:
      ValueError: if the shape is another.
    """
    if len(shape) != 4 or shape[0] < 2 or min(shape[1:3]) < 2 ** len(WIDTHS):
        raise ValueError(
            f"clips: saw shape {list(shape)}, wanted [T, H, W, C] of at least two "
            f"frames of {2 ** len(WIDTHS)} × {2 ** len(WIDTHS)}"
        )
    rng = np.random.Generator(np.random.Philox(seed))
    weights, before = [], shape[-1]
    for width in WIDTHS:
        fan_in = KERNEL * KERNEL * before
        filters = rng.standard_normal((KERNEL, KERNEL, before, width))
        weights.append((filters * np.sqrt(2.0 / fan_in)).astype(np.float32))
        before = width
    lags = [lag for lag in LAGS if lag < shape[0]]
    return ClipFeatures(
        name="random frames and changes",
        published=False,
        description=(
            f"random convolutions of frames, seed {seed}, and their changes over "
            f"{' and '.join(map(str, lags))} frames"
        ),
        fingerprint=fingerprint(weights),
        feature_count=sum(WIDTHS) * (1 + len(lags)),
        class_count=0,
        classes=(),
        shape=tuple(shape),
        weights=weights,
        compute=_computed,
        batch_size=16,
    )


def _computed(weights: Any, clips: jax.Array) -> Outputs:
    count, frames, *frame = clips.shape
    maps = to_floats(clips).reshape(count * frames, *frame)
    features = []
    for filters in weights:
        maps = jax.nn.relu(
            lax.conv_general_dilated(
                maps,
                filters,
                (2, 2),
                "SAME",
                dimension_numbers=("NHWC", "HWIO", "NHWC"),
            )
        )
        seen = maps.reshape(count, frames, *maps.shape[1:])
        features.append(seen.mean(axis=(1, 2, 3)))
        for lag in LAGS:
            if lag < frames:
                change = jnp.abs(seen[:, lag:] - seen[:, :-lag])
                features.append(change.mean(axis=(1, 2, 3)))
    return Outputs(jnp.concatenate(features, axis=1), jnp.zeros((count, 0)))
