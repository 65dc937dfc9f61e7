"""Networks between two networks of one architecture."""

from typing import Any

import jax
import jax.numpy as jnp

from jaxgan.core.interpolation import lerp
from jaxgan.core.ranges import check_number
from jaxgan.core.types import State, Variables


def interpolate_networks(
    start: Variables, end: Variables, share: float | jax.Array
) -> Variables:
    """Mixes variables: (1 - α) θ₀ + α θ₁, exactly either of them at 0 and 1.

    Deep network interpolation, Wang et al. 2018 (arXiv 1811.10515), equation 1; ESRGAN
    (arXiv 1809.00219, section 3.4) goes so from a network of a pixel loss to a GAN, of
    which the first is where the second's training began: networks that were trained
    apart are not on one way. What is no floating-point number is the start's.

    Args:
      start: θ₀, of a generator.
      end: θ₁, of one with the same architecture.
      share: α, from 0 to 1.

    Raises:
      ValueError: if there are other variables, or other shapes or types, in one of them
        than in the other; or a share that is none.
    """
    check_number("share", share, least=0, most=1)
    if jnp.ndim(share):
        raise ValueError(f"share: saw {list(jnp.shape(share))}, wanted one number")
    _check_alike(start, end)
    return jax.tree.map(lambda a, b: _mixed(a, b, share), start, end)


def interpolate_states(start: State, end: State, share: float | jax.Array) -> State:
    """Makes the start's state with mixed generators, the current one and the average.

    All else, the discriminator and the optimizers too, is the start's.

    Args:
      start: of one run.
      end: of another, with the same generator.
      share: see `interpolate_networks`.

    Raises:
      ValueError: as `interpolate_networks` does.
    """
    generator = interpolate_networks(
        start.variables.generator, end.variables.generator, share
    )
    players = start.variables._replace(generator=generator)
    ema = interpolate_networks(start.ema, end.ema, share)
    return start._replace(variables=players, ema=ema)


def _mixed(a: Any, b: Any, share: float | jax.Array) -> jax.Array:
    a, b = jnp.asarray(a), jnp.asarray(b)
    return lerp(a, b, share) if jnp.issubdtype(a.dtype, jnp.floating) else a


def _check_alike(start: Variables, end: Variables) -> None:
    """Checks names, shapes and types of variables."""
    ours, theirs = (
        {
            jax.tree_util.keystr(path): leaf
            for path, leaf in jax.tree_util.tree_leaves_with_path(tree)
        }
        for tree in (start, end)
    )
    if lacking := ours.keys() ^ theirs.keys():
        name = min(lacking)
        where = "start" if name in ours else "end"
        raise ValueError(
            f"{name}: saw it at the {where} alone, wanted two networks of one "
            "architecture"
        )
    for name, leaf in ours.items():
        told = [
            f"{jnp.result_type(x)}{list(jnp.shape(x))}" for x in (leaf, theirs[name])
        ]
        if told[0] != told[1]:
            raise ValueError(
                f"{name}: saw {told[1]} at the end, wanted {told[0]} as at the start"
            )
