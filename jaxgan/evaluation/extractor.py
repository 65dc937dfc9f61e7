"""What measures see of an image: features, and how probable each class is."""

import dataclasses
import functools
import hashlib
import json
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np


class Outputs(NamedTuple):
    """Of a batch of images.

    Attributes:
      features: [B, N] float32.
      probabilities: [B, K] float32, of the classes; rows sum to 1.
    """

    features: Any
    probabilities: Any


@dataclasses.dataclass(frozen=True, eq=False)
class Extractor:
    """A network with its weights, compiled once per shape and type of images.

    Images are [B, H, W, C]: uint8, or floats in [-1, 1], clipped to it. Of any number:
    they go through the network `batch_size` at a time, and the last batch is filled up,
    so that it is no other program. Results are on the host and do not depend on how
    images were split into calls, but for rounding.

    Attributes:
      name: of the network: 'inception', 'classifier'.
      published: whether network and weights are those that publications use, so that
        the measure needs no other name.
      description: one line about what the weights are.
      fingerprint: 'sha256:...' of the weights; measures are comparable if it is equal.
      feature_count: N, the number of features.
      class_count: K, the number of classes.
      classes: names of the classes, or `()` where they have none.
      shape: (H, W, C) of images, or None if H and W are free, and C is 1 or 3.
      weights: a pytree of arrays.
      compute: maps weights and images to outputs; pure, called under `jax.jit`.
      batch_size: of what the network gets.
      stacked: whether classes are triples, one class per channel, as of
        `jaxgan.data.stacked`.
    """

    name: str
    published: bool
    description: str
    fingerprint: str
    feature_count: int
    class_count: int
    classes: tuple[str, ...]
    shape: tuple[int, ...] | None
    weights: Any
    compute: Callable[[Any, jax.Array], Outputs]
    batch_size: int = 64
    stacked: bool = False

    def __post_init__(self):
        if self.batch_size < 1:
            raise ValueError(f"batch_size: saw {self.batch_size}, wanted at least 1")

    def title(self, measure: str) -> str:
        """The name that a measure goes by: 'FID', or 'FID (classifier)'."""
        return measure if self.published else f"{measure} ({self.name})"

    def check(self, images: np.ndarray) -> None:
        """Checks what is to be seen.

        Raises:
          ValueError: naming what was seen and wanted, if it cannot be.
        """
        check_images(images, self.shape)

    def features(self, images: Any) -> np.ndarray:
        """Features [B, N] float32; stops where the network has computed them.

        Raises:
          ValueError: if images are none, of another shape, or not in the range.
        """
        return self._in_batches(self._features, images)

    def probabilities(self, images: Any) -> np.ndarray:
        """Probabilities [B, K] float32. Raises as `features`."""
        return self._in_batches(self._probabilities, images)

    def outputs(self, images: Any) -> Outputs:
        """Both, in the time of one. Raises as `features`."""
        return self._in_batches(self._outputs, images)

    @functools.cached_property
    def _outputs(self) -> Callable[[Any, Any], Outputs]:
        return jax.jit(self.compute)

    @functools.cached_property
    def _features(self) -> Callable[[Any, Any], Any]:
        return jax.jit(lambda weights, images: self.compute(weights, images).features)

    @functools.cached_property
    def _probabilities(self) -> Callable[[Any, Any], Any]:
        return jax.jit(
            lambda weights, images: self.compute(weights, images).probabilities
        )

    @functools.cached_property
    def _placed(self) -> Any:
        """The weights, sent to the device once."""
        return jax.tree.map(jnp.asarray, self.weights)

    def _in_batches(self, function: Callable[[Any, Any], Any], images: Any) -> Any:
        images = np.asarray(images)
        self.check(images)
        if images.dtype != np.uint8:
            images = images.astype(np.float32)
        parts = []
        for start in range(0, len(images), self.batch_size):
            part = images[start : start + self.batch_size]
            missing = self.batch_size - len(part)
            filled = np.pad(part, ((0, missing), *[(0, 0)] * (part.ndim - 1)))
            outputs = function(self._placed, filled)
            count = len(part)
            parts.append(jax.tree.map(lambda x, n=count: np.asarray(x)[:n], outputs))
        return jax.tree.map(lambda *rows: np.concatenate(rows), *parts)


def check_images(images: np.ndarray, shape: tuple[int, ...] | None) -> None:
    """Checks that images are images.

    Raises:
      ValueError: naming what was seen and wanted, if not.
    """
    wanted = "H, W, 1 or 3" if shape is None else ", ".join(map(str, shape))
    right = images.ndim == 4 and images.size > 0
    if shape is None:
        right = right and images.shape[-1] in (1, 3)
    else:
        right = right and images.shape[1:] == tuple(shape)
    if not right:
        raise ValueError(
            f"images: saw shape {list(images.shape)}, wanted [B, {wanted}]"
        )
    if images.dtype == np.uint8:
        return
    if not jnp.issubdtype(images.dtype, np.floating):
        raise ValueError(f"images: saw {images.dtype}, wanted uint8 or floats")
    least, most = float(images.min()), float(images.max())
    if not np.isfinite((least, most)).all():
        raise ValueError("images: saw NaN or infinity, wanted floats in [-1, 1]")
    if least >= 0.0 and most > 2.0:
        raise ValueError(
            f"images: saw floats from {least:g} to {most:g}, wanted [-1, 1], or uint8"
        )


def to_levels(images: jax.Array) -> jax.Array:
    """float32 whole numbers 0 to 255: what an image file of these images would hold."""
    if images.dtype == jnp.uint8:
        return images.astype(jnp.float32)
    levels = jnp.clip(images, np.float32(-1.0), np.float32(1.0)) * np.float32(127.5)
    return jnp.round(levels + np.float32(127.5))


def to_floats(images: jax.Array) -> jax.Array:
    """float32 in [-1, 1]."""
    if images.dtype == jnp.uint8:
        return images.astype(jnp.float32) / np.float32(127.5) - np.float32(1.0)
    return jnp.clip(images, np.float32(-1.0), np.float32(1.0))


def fingerprint(weights: Any) -> str:
    """SHA-256 over names, types, shapes and bytes of a tree of arrays: 'sha256:...'."""
    digest = hashlib.sha256()
    for path, leaf in jax.tree_util.tree_leaves_with_path(weights):
        array = np.asarray(leaf)
        name = jax.tree_util.keystr(path, simple=True, separator="/")
        digest.update(
            json.dumps([name, array.dtype.name, list(array.shape)]).encode() + b"\n"
        )
        digest.update(np.ascontiguousarray(array).tobytes())
    return f"sha256:{digest.hexdigest()}"
