"""Targets and sources cut out of larger ones."""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from jaxgan.core.context import stream_number
from jaxgan.core.explicit_mesh import along_batch
from jaxgan.core.ranges import check_count
from jaxgan.core.types import Sample
from jaxgan.degradation.bicubic import Degrade
from jaxgan.degradation.checks import check_target


def with_crop(
    degrade: Degrade, size: int = 256, scale: int = 4
) -> Callable[[jax.Array, jax.Array], Sample]:
    """Makes a function that degrades pictures, then cuts out a part at random.

    f(keys [B], target [B, H, W, C]) -> Sample(value [B, size, size, C], given
    [B, size / scale, size / scale, C]). Sources do not show then where the pictures
    ended: papers cut theirs out of whole pictures made small, Real-ESRGAN 256 pixels
    out of 400.

    Args:
      degrade: f(keys, target) -> source, smaller by the scale.
      size: of the target's part, in pixels.
      scale: how many times smaller the sources are.

    Raises:
      ValueError: if the size is not a multiple of the scale, or, of f, if a picture is
        smaller than it.
    """
    check_count("scale", scale)
    check_count("size", size)
    if size % scale:
        raise ValueError(f"size: saw {size}, wanted a multiple of {scale}")

    def part(target: jax.Array, source: jax.Array, key: jax.Array) -> Sample:
        small = size // scale
        key = jax.random.fold_in(key, stream_number("crop"))
        ends = jnp.asarray(source.shape[:2], jnp.int32) - small + 1
        corner = jax.random.randint(key, (2,), 0, ends)
        at = [*corner, jnp.int32(0)]
        source = jax.lax.dynamic_slice(source, at, (small, small, source.shape[-1]))
        at = [*(scale * corner), jnp.int32(0)]
        target = jax.lax.dynamic_slice(target, at, (size, size, target.shape[-1]))
        return Sample(target, source)

    def cut(keys: jax.Array, target: jax.Array) -> Sample:
        check_target(target, scale)
        if min(target.shape[1:3]) < size:
            raise ValueError(
                f"target: saw shape {target.shape}, wanted at least {size} × {size}"
            )
        return along_batch(jax.vmap(part), target, degrade(keys, target), keys)

    return cut
