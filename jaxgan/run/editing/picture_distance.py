"""How far pictures are from those that are looked for in the latent space."""

import os
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from jaxgan.evaluation.lpips import PerceptualDistance
from jaxgan.models import lpips
from jaxgan.run.errors import RunError
from jaxgan.run.feature_networks import content_distance, lpips_distance
from jaxgan.weights import WeightsError

LARGEST = 256
"""Pixels per side that networks look at: larger pictures are averaged down to it."""


class Distance(NamedTuple):
    """Tells how far pictures are apart.

    Attributes:
      title: what it is.
      weights: a pytree of arrays.
      compute: f(weights, images, images) -> [B], of float32 [B, H, W, C] in [-1, 1].
    """

    title: str
    weights: Any
    compute: Callable[[Any, jax.Array, jax.Array], jax.Array]


def _mean_square(weights: Any, first: jax.Array, second: jax.Array) -> jax.Array:
    del weights
    return jnp.mean(jnp.square(first - second).reshape(len(first), -1), axis=1)


pixels = Distance("pixels", (), _mean_square)
"""The mean square of differences of values in [-1, 1]."""


def features_of(network: PerceptualDistance) -> Distance:
    """The distance that a network sees, in pictures of at most 256 pixels per side."""

    def compute(weights: Any, first: jax.Array, second: jax.Array) -> jax.Array:
        return network.compute(weights, _smaller(first), _smaller(second))

    return Distance(network.title(), network.weights, compute)


def check_shape(distance: Distance, shape: tuple[int, ...]) -> None:
    """Checks that a distance can see pictures [H, W, C].

    Raises:
      RunError: if they are too small, or have other channels.
    """
    images = jax.ShapeDtypeStruct((1, *shape), jnp.float32)
    try:
        jax.eval_shape(distance.compute, distance.weights, images, images)
    except ValueError as error:
        raise RunError(f"{distance.title}: {error}") from error


def together(*parts: Distance) -> Distance:
    """The sum of distances."""

    def compute(weights: Any, first: jax.Array, second: jax.Array) -> jax.Array:
        each = [part.compute(w, first, second) for part, w in zip(parts, weights)]
        return sum(each[1:], each[0])

    title = " + ".join(part.title for part in parts)
    return Distance(title, tuple(part.weights for part in parts), compute)


def distance_of(
    weights: str | os.PathLike | None = None,
    heads: str | os.PathLike | None = None,
    trained: bool = False,
) -> Distance:
    """Finds the distance by what there is to see with.

    Args:
      weights: file of VGG-16: the distance is LPIPS.
      heads: file of LPIPS's heads; None: all features count alike.
      trained: look through the small network that is trained here, and at pixels.

    Raises:
      RunError: if there is no such file, or it is none of VGG-16's, or both are asked
        for.
    """
    if weights is not None and trained:
        raise RunError("--features: saw it with --weights, wanted one of them")
    if heads is not None and weights is None:
        raise RunError("--heads: saw it without --weights")
    for option, path in (("--weights", weights), ("--heads", heads)):
        if path is not None and not os.path.isfile(path):
            raise RunError(f"{option}: there is no file {os.fspath(path)}")
    if weights is None:
        if not trained:
            return pixels
        return together(pixels, features_of(content_distance("trained")))
    try:
        network = lpips.vgg16(linear=heads is not None)
        return features_of(lpips_distance(network, weights, heads or ""))
    except (WeightsError, ValueError) as error:
        raise RunError(f"--weights: {error}") from error


def _smaller(images: jax.Array) -> jax.Array:
    """Averages images [B, H, W, C] down to at most 256 pixels per side."""
    batch, height, width, channels = images.shape
    times = max(1, -(-max(height, width) // LARGEST))
    if height % times or width % times:
        return images
    shape = (batch, height // times, times, width // times, times, channels)
    return jnp.mean(images.reshape(shape), axis=(2, 4))
