"""Style mixing: pictures with the coarse, middle or fine styles of others."""

import re
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.abilities import Layered
from jaxgan.core.types import Sample, State
from jaxgan.run.errors import RunError
from jaxgan.run.sampling import sampler

PARTS = ("coarse", "middle", "fine")
"""A third of the layers each, from the smallest map on."""


def mixed(
    draw: sampler.Sampler,
    state: State,
    seed: int,
    parts: Sequence[str] = PARTS,
    rows: int = 2,
    label: np.ndarray | None = None,
) -> Sample:
    """Makes samples for a grid: sources above and at the left, their mixtures between.

    The first row shows the sources of the columns; of every part, `rows` rows follow.
    Each begins with a source of its own, and continues with pictures that have all
    styles of that, but those of the part of the column's source. Karras et al. 2019
    (arXiv 1812.04948), figure 3; there coarse are the layers of the maps of 4 and 8
    pixels, middle those of 16 and 32. Noise is the same everywhere.

    Args:
      draw: the sampler, of one more than the number of columns.
      state: with the generator's variables.
      seed: of the sources: those of the columns are its first samples.
      parts: 'coarse', 'middle', 'fine', or layers such as '4-7' or '5', from 0.
      rows: of each part.
      label: the number [1] of the class; by default every source's own.

    Returns:
      Samples [(1 + rows · parts) · size]. The one in the corner is white.

    Raises:
      RunError: for a part that the generator has not, or if it has no layers.
    """
    columns = np.arange(draw.size - 1)
    chosen = None if label is None else np.resize(label, draw.size)

    def sources(first: int) -> tuple[jax.Array, Any]:
        return draw.latents(state, seed, np.append(first, columns), chosen)

    keys, latent = sources(0)
    game = draw.game
    if not isinstance(game, Layered):
        raise RunError(f"{type(game).__name__} has no styles to mix")
    count = game.layer_count(latent)
    spans = [layers(part, count) for part in parts for _ in range(rows)]
    top = draw.render(state, keys, latent)
    grid = [
        top._replace(value=np.concatenate([np.ones_like(top.value[:1]), top.value[1:]]))
    ]
    for place, span in enumerate(spans):
        _, latent = sources(draw.size - 1 + place)
        source = jax.tree.map(lambda x: jnp.repeat(x[:1], draw.size, axis=0), latent)
        mixture = game.mixed(source._replace(given=latent.given), latent, span)
        grid.append(draw.render(state, keys, mixture))
    return jax.tree.map(lambda *x: np.concatenate(x), *grid)


def layers(part: str, count: int) -> range:
    """Finds the layers of a part, of so many.

    Raises:
      RunError: if it has none, or there is no such part.
    """
    if part in PARTS:
        first, end = (-(-(PARTS.index(part) + k) * count // 3) for k in (0, 1))
        return range(first, end)
    match = re.fullmatch(r"(\d+)(?:-(\d+))?", part)
    if match:
        first, last = int(match[1]), int(match[2] or match[1])
        if first <= last < count:
            return range(first, last + 1)
    raise RunError(
        f"--layers: saw {part!r}, wanted {', '.join(PARTS)}, or layers from 0 to "
        f"{count - 1}, such as 0-{count - 1} or {count - 1}"
    )
