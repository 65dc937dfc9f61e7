"""What is written down of a game in the plane while it is played."""

import base64
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxgan.core.context import Context, example_keys
from jaxgan.core.metrics import merge, result
from jaxgan.core.state import init_state
from jaxgan.core.step import make_step
from jaxgan.core.types import Sample, State
from jaxgan.diagnosis import diagnose, names
from jaxgan.evaluation import modes
from jaxgan.run.diagnosis.measurements import Signals
from jaxgan.run.experiment import Experiment, examples

SAMPLES, SIDE, FRAMES, REAL = 192, 25, 25, 160
"""Points of a frame, places of D's surface along a side, frames, points of the data."""

MEASUREMENTS = 15
"""How often the diagnosis looks: as in the runs that its thresholds were tried on."""

MODES_SEEN = 1_000
"""Samples among which modes are looked for."""

SEED = 0


class Truth(NamedTuple):
    """What is known of data that were made.

    Attributes:
      centres: of the modes, [modes, 2].
      deviation: of each.
    """

    centres: np.ndarray
    deviation: float


class Watch(NamedTuple):
    """What is looked at.

    Attributes:
      reach: the square from -reach to reach.
      steps: of training.
      truth: to count modes; None does not.
      floor: differences of logits that are drawn as flat: 0 for Wasserstein critics,
        whose logits have no unit.
      pack: points that the discriminator judges together.
    """

    reach: float
    steps: int
    truth: Truth | None = None
    floor: float = 2.0
    pack: int = 1


def moments(steps: int, frames: int = FRAMES) -> list[int]:
    """Chooses the steps of the frames: 0 and the last, the first ones closest."""
    shares = np.linspace(0.0, 1.0, frames) ** 2
    return sorted({round(steps * float(share)) for share in shares})


def packed(values: np.ndarray, low: float, high: float) -> str:
    """Writes numbers as bytes, 0 at low and 255 at high, in base 64."""
    scaled = (np.asarray(values, np.float64) - low) / max(high - low, 1e-12)
    return base64.b64encode(
        np.clip(np.rint(255 * scaled), 0, 255).astype(np.uint8).tobytes()
    ).decode()


def lattice(reach: float, side: int = SIDE) -> np.ndarray:
    """Makes points [side², 2] of a square, row by row from below."""
    line = np.linspace(-reach, reach, side, dtype=np.float32)
    return np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)


def record(experiment: Experiment, watch: Watch) -> dict[str, Any]:
    """Trains, and writes frames of samples and of D's surface, curves and a diagnosis.

    Deterministic: the same on the same machine, bit for bit.
    """
    game, recipe = experiment.game, experiment.recipe
    step = jax.jit(
        make_step(game, recipe.turns, recipe.optimizers, augment=experiment.augment)
    )
    state = init_state(
        jax.random.key(SEED),
        game,
        recipe.turns,
        recipe.optimizers,
        experiment.data(0),
        experiment.augment,
    )
    see, signals = _view(experiment, watch), Signals(experiment)
    stops = moments(watch.steps)
    looks = {round(x) for x in np.linspace(0, watch.steps, MEASUREMENTS + 1)[1:]}
    frames, rows, measured = [see(state)], [], {}
    for number in range(watch.steps):
        state, now = step(state, experiment.data(number))
        measured = merge(measured, now)
        if number + 1 in looks or number + 1 in stops:
            means, measured = result(measured), {}
            if number + 1 in looks:
                rows.append({"step": number + 1, **means, **signals(state)})
            if number + 1 in stops:
                frames.append(see(state) | {"losses": _losses(means)})
    real = examples(experiment.data, np.arange(REAL)).value
    return {
        **_joined(stops, frames, watch),
        "real": packed(real, -watch.reach, watch.reach),
        **_told(rows),
    }


def _losses(totals: dict[str, float]) -> list[float]:
    """The players' losses, D's first; nothing where none was measured."""
    both = (names.DISCRIMINATOR_LOSS, names.GENERATOR_LOSS)
    return [round(totals.get(name, 0.0), 4) for name in both]


def _view(experiment: Experiment, watch: Watch) -> Callable[[State], dict[str, Any]]:
    """Makes what a frame shows: f(state) -> samples, D's surface, modes captured."""
    game, places = experiment.game, lattice(watch.reach)
    latent_keys = example_keys(jax.random.key(1), max(SAMPLES, MODES_SEEN))
    # Discriminators that judge packs are shown packs of one place.
    shown = jnp.repeat(jnp.asarray(places), watch.pack, axis=0)

    @jax.jit
    def made(variables):
        context = Context(latent_keys)
        latent, variables = game.latent(variables, context)
        return game.generate(variables, latent, context)[0].value

    @jax.jit
    def judged(variables):
        context = Context(example_keys(jax.random.key(1), len(shown)))
        return game.discriminate(variables, Sample(shown), context)[0].logits

    def see(state: State) -> dict[str, Any]:
        points = np.asarray(made(state.variables.generator))
        frame = {
            "points": points[:SAMPLES],
            "surface": np.asarray(judged(state.variables.discriminator)),
            "losses": [0.0, 0.0],
        }
        if watch.truth is not None:
            frame["modes"] = modes.coverage(points, *watch.truth).modes
        return frame

    return see


def _joined(
    steps: Sequence[int], frames: Sequence[dict[str, Any]], watch: Watch
) -> dict[str, Any]:
    """Packs frames: surfaces between each one's least and largest value."""
    surfaces = [frame["surface"] for frame in frames]
    ranges = [[float(f"{x:.4g}") for x in (s.min(), s.max())] for s in surfaces]
    written = {
        "reach": watch.reach,
        "side": SIDE,
        "floor": watch.floor,
        "steps": list(steps),
        "points": [
            packed(frame["points"], -watch.reach, watch.reach) for frame in frames
        ],
        "surface": [packed(s, *ends) for s, ends in zip(surfaces, ranges)],
        "range": ranges,
        "losses": [frame["losses"] for frame in frames],
    }
    if watch.truth is not None:
        written["modes"] = [frame["modes"] for frame in frames]
        written["of"] = len(watch.truth.centres)
    return written


def _told(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What `jaxgan diagnose` would say of it."""
    diagnosis = diagnose(rows)
    return {
        "verdict": diagnosis.verdict,
        "evidence": [finding.evidence for finding in diagnosis.findings],
    }
