"""What the explorer runs: the parts of an export, and functions of latents beside."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.abilities import (
    Applicable,
    Layered,
    Mapped,
    Truncatable,
    Walkable,
    conditioned,
)
from jaxgan.core.context import Context
from jaxgan.core.latent_abilities import Editable, Noisy
from jaxgan.core.types import Sample
from jaxgan.run.errors import RunError
from jaxgan.run.exporting.parts import Axes, B, Part, Parts, parts
from jaxgan.run.sampling.applied_game import HINT
from jaxgan.run.sampling.stored_run import StoredRun

CHANNELS = (1, 3)
TRIED = 0.7
"""The threshold at which our own truncation is compared with the game's."""


class Explored(NamedTuple):
    """A generator as the page knows it.

    Attributes:
      parts: to export, by name: those of `jaxgan export`, 'between' two latents, and
        'truncation' of latents that are cut off at a threshold.
      kind: 'latent' or 'style': what a code is, z or w.
      classes: names, of labels.
      shape: of a picture, [H, W, C].
      code: layers and numbers of a code; None if it cannot be edited.
      truncation: 'share' of the way from the mean style, 'threshold', or ''.
      layered: whether styles can be mixed.
    """

    parts: dict[str, Part]
    kind: str
    classes: tuple[str, ...]
    shape: tuple[int, ...]
    code: tuple[int, int] | None
    truncation: str
    layered: bool


def explored(
    stored: StoredRun, ema: bool = True, maps: Sequence[np.ndarray] = ()
) -> Explored:
    """Finds what there is to explore of a run.

    Args:
      stored: the run.
      ema: take the running average of the generator.
      maps: of noise, [B, H, W] each, if the page is to choose between several.

    Raises:
      RunError: if its samples are no pictures, or are made of pictures.
    """
    game: Any = stored.experiment.game
    if isinstance(game, Applicable):
        raise RunError(
            f"explore: {stored.name} makes its pictures of pictures, and has no latent "
            "to explore",
            HINT,
        )
    made = parts(stored.experiment, stored.state, ema=ema)
    drawing = made.parts[list(made.parts)[-1]]
    shape = _shape(drawing)
    if len(shape) != 3 or shape[-1] not in CHANNELS:  # [H, W, C]
        raise RunError(
            f"explore: saw samples {list(shape)} of {stored.name}, wanted pictures, "
            "[height, width, 1 or 3]",
            "jaxgan sample RUN and jaxgan interpolate RUN draw any samples",
        )
    latent = drawing.inputs["w" if made.kind == "style" else "z"]
    every = dict(made.parts)
    if isinstance(game, Walkable):
        every["between"] = _between(game, latent)
    truncation = _truncation(stored, ema, made)
    if truncation == "threshold":
        threshold = Axes((), "float32", "that latents are cut off at")
        every["truncation"] = Part(
            truncated, {"z": latent, "threshold": threshold}, ("cut",)
        )
    if maps:
        every["synthesis"] = _with_noise(stored, ema, drawing, maps)
    code = _code(game, latent)
    layered = isinstance(game, Layered) and code is not None and code[0] > 1
    return Explored(every, made.kind, made.classes, shape, code, truncation, layered)


def truncated(z: jax.Array, threshold: jax.Array) -> jax.Array:
    """Normal latents as `jax.random.truncated_normal` draws them of the same keys.

    √2 erf⁻¹(erf(t / √2) erf(z / √2)): at a threshold t of 0 all are 0.
    """
    root = np.float32(np.sqrt(2.0))
    share = jax.lax.erf(threshold / root) * jax.lax.erf(z / root)
    return root * jax.lax.erf_inv(share)


def _shape(part: Part) -> tuple[int, ...]:
    made = jax.eval_shape(part.function, *part.examples(1))
    return jax.tree.leaves(made)[0].shape[1:]


def _between(game: Any, latent: Axes) -> Part:
    def between(start, end, share):
        return game.between(Sample(start), Sample(end), share).value

    share = Axes((), "float32", "of the way that lies behind")
    return Part(between, {"start": latent, "end": latent, "share": share}, ("latent",))


def _code(game: Any, latent: Axes) -> tuple[int, int] | None:
    """Layers and numbers of a code, if a latent is nothing but its numbers."""
    if not isinstance(game, Editable):
        return None
    sides = [side for side in latent.axes if isinstance(side, int)]
    numbers = jnp.arange(float(np.prod(sides))).reshape(1, *sides)
    code = game.code(Sample(numbers))
    if not np.array_equal(np.ravel(code), np.ravel(numbers)):
        return None
    _, layers, size = code.shape
    return layers, size


def _truncation(stored: StoredRun, ema: bool, made: Parts) -> str:
    game: Any = stored.experiment.game
    if not isinstance(game, Truncatable):
        return ""
    if isinstance(game, Mapped):
        return "share"
    try:
        near = game.truncated(TRIED)
    except ValueError:
        return ""
    variables = stored.state.ema if ema else stored.state.variables.generator
    context = Context(jax.random.split(jax.random.key(0), 64), step=stored.state.step)

    def drawn(game):
        fakes = conditioned(game, None, len(made.classes))
        return fakes.latent(variables, context)[0].value

    ours = truncated(drawn(game), jnp.float32(TRIED))
    return "threshold" if np.allclose(ours, drawn(near), atol=1e-4) else ""


def _with_noise(
    stored: StoredRun, ema: bool, drawing: Part, maps: Sequence[np.ndarray]
) -> Part:
    """The synthesis as a function of noise maps, too.

    Raises:
      RunError: if this generator adds no noise.
    """
    game: Any = stored.experiment.game
    if not isinstance(game, Noisy):
        raise RunError("--latents: saw noise maps, but this generator adds none")
    state = stored.state
    variables = state.ema if ema else state.variables.generator

    def synthesis(w, keys, *maps):
        moved = state._replace(ema=game.with_noise_maps(variables, maps))
        return parts(stored.experiment, moved).parts["synthesis"].function(w, keys)

    inputs = {
        f"noise_{place}": Axes((B, *one.shape[1:]), "float32", "a map of noise")
        for place, one in enumerate(maps)
    }
    return drawing._replace(function=synthesis, inputs={**drawing.inputs, **inputs})
