"""DiffAugment: simple augmentations through which the generator's gradient flows."""

import functools
from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp

from jaxgan.core.context import Context
from jaxgan.core.types import Augment, Sample, Tree

Transform = Callable[[jax.Array, jax.Array], jax.Array]
"""f(key, image [H, W, C]) -> image, of one example."""


def colour(key: jax.Array, image: jax.Array) -> jax.Array:
    """Brightness x + U(-½, ½); saturation times U(0, 2); contrast times U(½, 3/2).

    Saturation is the distance from a pixel's mean over channels, contrast that from the
    mean of the image.
    """
    shift, saturation, contrast = jax.random.uniform(key, (3,))
    image = image + (shift - 0.5).astype(image.dtype)
    grey = jnp.mean(image, axis=-1, keepdims=True)
    image = (image - grey) * (2.0 * saturation).astype(image.dtype) + grey
    mean = jnp.mean(image, keepdims=True)
    return (image - mean) * (0.5 + contrast).astype(image.dtype) + mean


def translation(key: jax.Array, image: jax.Array) -> jax.Array:
    """Moves an image by up to an eighth of either side; zeros come after it."""
    size = image.shape[:2]
    reach = jnp.array([int(side / 8 + 0.5) for side in size], jnp.int32)
    move = jax.random.randint(key, (2,), -reach, reach + 1)
    # Into the middle of zeros, of which the moved window is cut.
    wide = jnp.pad(image, [*((side, side) for side in size), (0, 0)])
    start = (*(jnp.array(size, jnp.int32) - move), jnp.int32(0))
    return jax.lax.dynamic_slice(wide, start, image.shape)


def cutout(key: jax.Array, image: jax.Array, share: float = 0.5) -> jax.Array:
    """Zeroes a rectangle of a share of either side, its middle anywhere within."""
    size = image.shape[:2]
    holes = [int(side * share + 0.5) for side in size]
    limits = jnp.array(
        [side + 1 - hole % 2 for side, hole in zip(size, holes)], jnp.int32
    )
    middle = jax.random.randint(key, (2,), 0, limits)

    def inside(side, hole, at):
        distance = jnp.arange(side) - (at - hole // 2)
        return (distance >= 0) & (distance < hole)

    rows, columns = (
        inside(side, hole, at) for side, hole, at in zip(size, holes, middle)
    )
    hidden = (rows[:, None] & columns[None])[..., None]
    return jnp.where(hidden, jnp.zeros((), image.dtype), image)


LIGHT: Sequence[Transform] = (
    colour,
    translation,
    functools.partial(cutout, share=0.2),
)
"""With smaller holes, as projected GANs train (arXiv 2111.01007, official code)."""


def diffaugment(
    transforms: Sequence[Transform] = (colour, translation, cutout),
) -> Augment:
    """Applies transforms in turn to every sample that is judged.

    Zhao et al. 2020 (arXiv 2006.10738), section 3.2, with the strengths of the official
    code: T(x) and T(G(z)) on the discriminator's turn, T(G(z)) on the generator's. Each
    example draws from its own key. Every leaf of a sample's value is an image
    [B, H, W, C] in [-1, 1], and all leaves of an example are transformed alike.
    """

    def apply(state: Tree, sample: Sample, context: Context) -> Sample:
        del state

        def leaf(x):
            for place, transform in enumerate(transforms):
                x = jax.vmap(transform)(context.draw(f"diffaugment_{place}"), x)
            return x

        return sample._replace(value=jax.tree.map(leaf, sample.value))

    return Augment(apply=apply)
