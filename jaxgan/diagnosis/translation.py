"""How what is made of pictures lies beside its sources and its targets.

Pictures are [B, H, W, C] in [-1, 1]. Sources may be smaller than targets, and one side
gray: they are compared as if they were enlarged, or coloured.
"""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.diagnosis import names, spectrum, variety
from jaxgan.diagnosis.probe import small

SHAKE = 2 * 2 / 255
"""Deviation of the noise that a way back is tried with: two levels of 255. What a
translator hides from its critic is about as faint: Chu et al. 2017 (arXiv 1712.02950)
see nothing of it, and noise destroys it."""

LUMA = (0.299, 0.587, 0.114)
"""Shares of red, green and blue in gray."""


class Passage(NamedTuple):
    """What was read off one way of a batch.

    Attributes:
      small_outputs: as rows [B, D]; see `probe.small`.
      small_targets: likewise.
      changed: mean squares of output - source, [B].
      wanted: of target - source.
      missed: of output - target.
      lost: of what the way back makes of the output - source; [0] without one.
      lost_shaken: the same of the output with noise.
      source_power: see `spectrum.power`, [B, H, W]; [B, 0, 0] of small pictures.
      output_power: likewise.
      target_power: likewise.
      source_colours: means and deviations of channels, [B, 2 C].
      output_colours: likewise.
      target_colours: likewise.
    """

    small_outputs: jax.Array
    small_targets: jax.Array
    changed: jax.Array
    wanted: jax.Array
    missed: jax.Array
    lost: jax.Array
    lost_shaken: jax.Array
    source_power: jax.Array
    output_power: jax.Array
    target_power: jax.Array
    source_colours: jax.Array
    output_colours: jax.Array
    target_colours: jax.Array


def are_pictures(*values: object) -> bool:
    """Tells if all of the values are pictures."""
    return all(len(getattr(value, "shape", ())) == 4 for value in values)


def shaken(pictures: jax.Array, key: jax.Array) -> jax.Array:
    """Adds noise that nobody sees."""
    noise = jax.random.normal(key, pictures.shape, jnp.float32)
    return pictures + SHAKE * noise.astype(pictures.dtype)


def read(
    source: jax.Array, output: jax.Array, target: jax.Array, back: Sequence[jax.Array]
) -> Passage:
    """Reads off what was made of a batch. Pure.

    Args:
      source: of which it was made.
      output: what was.
      target: what should be, or anything of where the way leads.
      back: what the way back makes of the output, and of the `shaken` one; nothing if
        there is no way back.
    """
    source, output, target = (x.astype(jnp.float32) for x in (source, output, target))
    shown = alike(source, target)
    three = shown, output, target
    lost = [_mean_square(x.astype(jnp.float32) - source) for x in back]
    large = min(target.shape[1:3]) >= spectrum.LEAST
    powers = [spectrum.power(x) if large else jnp.zeros((len(x), 0, 0)) for x in three]
    return Passage(
        small(output),
        small(target),
        _mean_square(output - shown),
        _mean_square(target - shown),
        _mean_square(output - target),
        *(lost or [jnp.zeros(0)] * 2),
        *powers,
        *(_colours(x) for x in three),
    )


def alike(source: jax.Array, target: jax.Array) -> jax.Array:
    """Enlarges sources to the size of targets (bicubic), with as many channels."""
    shape = (*target.shape[:3], source.shape[-1])
    if source.shape != shape:
        source = jax.image.resize(source, shape, "cubic", antialias=True)
    if source.shape[-1] == target.shape[-1]:
        return source
    if source.shape[-1] == len(LUMA):
        gray = source @ jnp.asarray(LUMA, source.dtype)[:, None]
    else:
        gray = jnp.mean(source, axis=-1, keepdims=True)
    return jnp.broadcast_to(gray, target.shape)


def signals(passage: Passage, enlargement: float, partners: bool) -> dict[str, float]:
    """Sums up what was read off all batches, by label.

    Args:
      passage: of all examples, as numpy arrays.
      enlargement: how many times a target's side is its source's.
      partners: whether targets are what outputs should be.
    """
    wanted = max(_root(passage.wanted), 1e-12)
    found = {
        names.CHANGE: _root(passage.changed) / wanted,
        names.ENLARGEMENT: enlargement,
        **_variety(passage),
    }
    if partners:
        found[names.ERROR] = _root(passage.missed) / wanted
    if passage.output_power.size:
        found |= _pattern(passage)
        found |= _gap(passage)
    if passage.lost.size:
        spread = max(_deviation(np.asarray(passage.source_colours)), 1e-12)
        found[names.WAY_BACK] = _root(passage.lost) / spread
        found[names.WAY_BACK_SHAKEN] = _root(passage.lost_shaken) / spread
    return found


def _deviation(colours: np.ndarray) -> float:
    """Of pixels, within pictures and between them, the mean over channels."""
    means, deviations = np.split(colours, 2, axis=1)
    return float(np.sqrt(np.mean(np.var(means, axis=0) + np.mean(deviations**2, 0))))


def _variety(passage: Passage) -> dict[str, float]:
    """As how many different ones outputs count, and targets."""
    outputs, targets = (
        variety.distances(x, x)
        for x in map(np.asarray, (passage.small_outputs, passage.small_targets))
    )
    width = variety.width_of(targets)
    return {
        names.DIFFERENT: variety.effective_number(outputs, width),
        names.TARGETS_DIFFERENT: variety.effective_number(targets, width),
    }


def _pattern(passage: Passage) -> dict[str, float]:
    found = spectrum.pattern(
        np.mean(passage.output_power, axis=0), np.mean(passage.target_power, axis=0)
    )
    return {
        names.PATTERN: found.contrast,
        names.TARGETS_PATTERN: found.usual,
        names.PATTERN_PERIOD: float(found.period),
        names.PATTERN_LEVELS: found.levels,
    }


def _gap(passage: Passage) -> dict[str, float]:
    """How far sources look from targets, and which share of that outputs still do.

    By colours, contrast and detail, each in deviations of sources and targets together.
    """
    looks = [
        np.concatenate([colours, spectrum.detail(np.asarray(power))], axis=1)
        for colours, power in (
            (passage.source_colours, passage.source_power),
            (passage.output_colours, passage.output_power),
            (passage.target_colours, passage.target_power),
        )
    ]
    scale = np.std(np.concatenate([looks[0], looks[2]]), axis=0)
    sources, outputs, targets = (look / np.maximum(scale, 1e-6) for look in looks)
    gap = _energy(sources, targets)
    return {
        names.GAP: gap,
        names.GAP_LEFT: _energy(outputs, targets) / max(gap, 1e-12),
    }


def _energy(one: np.ndarray, other: np.ndarray) -> float:
    within, across = variety.distances, variety.distances(one, other)
    return variety.energy(within(one, one), within(other, other), across)


def _colours(pictures: jax.Array) -> jax.Array:
    places = (1, 2)
    return jnp.concatenate(
        [jnp.mean(pictures, axis=places), jnp.std(pictures, axis=places)], axis=1
    )


def _mean_square(difference: jax.Array) -> jax.Array:
    return jnp.mean(jnp.square(difference), axis=(1, 2, 3))


def _root(squares: jax.Array) -> float:
    return float(np.sqrt(np.mean(squares)))
