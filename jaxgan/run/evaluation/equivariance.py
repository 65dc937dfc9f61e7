"""How a run's images follow when its generator is told to move them, in decibels."""

from collections.abc import Callable
from typing import Any

import numpy as np

import jaxgan
from jaxgan.core.abilities import is_transformable
from jaxgan.core.types import Game
from jaxgan.evaluation import equivariance as compare
from jaxgan.run.errors import RunError
from jaxgan.run.kinds import Score
from jaxgan.run.kinds.evaluation_protocol import EvaluationProtocol
from jaxgan.run.progress import lasting
from jaxgan.run.sampling import movement, sampling_options
from jaxgan.run.sampling.stored_run import StoredRun

EQUIVARIANCE = "equivariance"
"""The measure's name for `jaxgan evaluate --metrics`."""
BATCH = 4
"""Samples that share a movement, as in the official code."""
TRANSLATE, ROTATE = 0.125, 1.0
"""The furthest, in sides of the image and in half turns."""


def fitting(game: Game) -> tuple[str, ...]:
    """Names the measure, if it fits a game."""
    return (EQUIVARIANCE,) if is_transformable(game) else ()


def check(game: Game) -> None:
    """Checks that a game's images can be moved.

    Raises:
      RunError: if not.
    """
    if not is_transformable(game):
        raise RunError(
            f"--metrics: {EQUIVARIANCE} wants a generator that can be told to move its "
            f"images, as StyleGAN3's; this {type(game).__name__}'s cannot"
        )


def measured(
    loaded: StoredRun, protocol: EvaluationProtocol, **options: Any
) -> tuple[list[tuple[str, Score]], dict[str, Any]]:
    """Measures EQ-T, EQ-T_frac and EQ-R; no data are read.

    Args:
      loaded: the run.
      protocol: how many samples, and the seed of them and of the movements.
      options: of `Sampler`, but for its size.

    Returns:
      Scores with the measure's name, and the card.

    Raises:
      RunError: if the run's images cannot be moved, or are too small for it.
    """
    check(loaded.experiment.game)
    options.pop("batch_size", None)
    unit = loaded.experiment.kind.unit
    with lasting(f"moving {protocol.num:,} {unit} to see what follows"):
        try:
            found = compare(
                generate_of(loaded, protocol.seed, **options),
                np.arange(protocol.num)[:, None],
                translate=TRANSLATE,
                rotate=ROTATE,
                batch=BATCH,
                seed=protocol.seed,
            )
        except ValueError as error:
            raise RunError(f"--metrics: {EQUIVARIANCE}: {error}") from error
    about = {
        "EQ-T, dB": (found.translation, "moved by whole pixels"),
        "EQ-T_frac, dB": (found.fractional_translation, "moved by any distance"),
        "EQ-R, dB": (found.rotation, "turned"),
    }
    scores = [
        (EQUIVARIANCE, Score(name, value, better="higher", about=text))
        for name, (value, text) in about.items()
    ]
    return scores, {**sampling_options.card(**options), **_card(loaded, protocol)}


def _card(loaded: StoredRun, protocol: EvaluationProtocol) -> dict[str, Any]:
    return {
        f"generated {loaded.experiment.kind.unit}": f"{protocol.num:,}",
        "movements": f"one of each kind for every {BATCH}, uniform: up to {TRANSLATE} "
        f"sides across and along, {ROTATE * 180:g} degrees",
        "left out": "pixels that come from outside, and those near borders "
        "that filters reach over",
        "seed": protocol.seed,
        "jaxgan": jaxgan.__version__,
    }


def generate_of(
    loaded: StoredRun, seed: int, **options: Any
) -> Callable[[Any, Any, np.ndarray], np.ndarray]:
    """Makes f(numbers [B, 1] of samples, (), matrix [3, 3]) -> moved images.

    Args:
      loaded: the run.
      seed: of the samples.
      options: of `Sampler`, but for its size.
    """
    draw = loaded.sampler(size=BATCH, **options)

    def generate(numbers, given, matrix):
        del given
        indices = np.resize(np.asarray(numbers)[:, 0].astype(int), BATCH)
        keys, latent = draw.latents(loaded.state, seed, indices)
        moved = movement.moved(loaded.experiment.game, loaded.state, matrix)
        return draw.render(moved, keys, latent).value[: len(numbers)]

    return generate
