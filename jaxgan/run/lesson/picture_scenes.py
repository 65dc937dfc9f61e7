"""Scenes of pictures: digits that are asked for, truncated, walked between, grown."""

import base64
import functools
import io
import pathlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from PIL import Image

from jaxgan import data, recipes
from jaxgan.core.context import Context, example_keys
from jaxgan.core.growth import Growing, level_of
from jaxgan.core.state import init_state
from jaxgan.core.step import make_step
from jaxgan.core.types import Game, Sample, State
from jaxgan.games.latent import LatentGame
from jaxgan.models import progan
from jaxgan.nn.growth import as_grown
from jaxgan.run.lesson.recorder import moments
from jaxgan.run.sampling import stored_run

BATCH, CLASSES = 32, 10
SHADES = 16
"""Of grey in a stored picture."""


class Snapshots(NamedTuple):
    """A game and its states: at the frames' steps, and at the end."""

    game: Any
    steps: Sequence[int]
    states: Sequence[State]


def sheet(pictures: np.ndarray, columns: int, gap: int = 0) -> str:
    """Joins pictures [n, H, W, 1] in [-1, 1], row by row, into a PNG in base 64.

    Between them it is black, twice the gap wide.
    """
    around = ((0, 0), (gap, gap), (gap, gap), (0, 0))
    pictures = np.pad(pictures, around, constant_values=-1.0)
    count, height, width = pictures.shape[:3]
    levels = np.rint((np.clip(pictures, -1, 1) + 1) / 2 * (SHADES - 1)).astype(np.uint8)
    rows = levels.reshape(count // columns, columns, height, width)
    joined = rows.transpose(0, 2, 1, 3).reshape(-1, columns * width)
    image = Image.fromarray(joined, "P")
    image.putpalette([x * 255 // (SHADES - 1) for x in range(SHADES) for _ in range(3)])
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True, bits=4)
    return base64.b64encode(file.getvalue()).decode()


def train(
    game: Game, recipe: recipes.Recipe, source: data.Source, steps: int, frames: int
) -> Snapshots:
    """Trains from seed 0, and keeps the state of every frame."""
    batches = data.batches(source, BATCH, 0)
    step = jax.jit(
        make_step(game, recipe.turns, recipe.optimizers, ema_decay=recipe.ema_decay)
    )
    state = init_state(
        jax.random.key(0), game, recipe.turns, recipe.optimizers, batches(0)
    )
    at, states = moments(steps, frames), [state]
    for number in range(steps):
        state, _ = step(state, batches(number))
        if number + 1 in at:
            states.append(state)
    return Snapshots(game, at, states)


class Digits(NamedTuple):
    """A stored run of `jaxgan train digits`: its game, and its state at the end."""

    game: Any
    state: State
    latent_size: int


@functools.cache
def digits(run: pathlib.Path) -> Digits:
    """Loads the run that scenes of digits are made of.

    Raises:
      RunError: if there is none.
    """
    loaded = stored_run.load(run)
    game: Any = loaded.experiment.game
    return Digits(game, loaded.state, game.latent_size)


def makes(game: Game, count: int) -> Callable[[State, Sample], np.ndarray]:
    """Makes a function that draws `count` samples of given latents by the average."""

    @jax.jit
    def made(variables, latent, step):
        context = Context(example_keys(jax.random.key(1), count), step=step)
        return game.generate(variables, latent, context)[0].value

    return lambda state, latent: np.asarray(made(state.ema, latent, state.step - 1))


def latents(count: int, size: int, seed: int) -> jax.Array:
    """Draws the latents that pictures are made of."""
    return jax.random.normal(jax.random.key(seed), (count, size))


def conditional(run: pathlib.Path) -> list[dict[str, Any]]:
    """Every digit when it is asked for, the same latents in every column."""
    trained, columns, frames = digits(run), 8, 4
    draw, labels = makes(trained.game, CLASSES * columns), jnp.arange(CLASSES)
    sheets = []
    for seed in range(frames):
        z = jnp.tile(latents(columns, trained.latent_size, 10 + seed), (CLASSES, 1))
        asked = Sample(z, jnp.repeat(labels, columns))
        sheets.append(sheet(draw(trained.state, asked), columns))
    return [_pictures("Ten digits, eight latents", sheets, range(frames), columns)]


def truncation(run: pathlib.Path) -> list[dict[str, Any]]:
    """Latents that are drawn nearer to the middle."""
    trained, columns, rows = digits(run), CLASSES, 6
    draw, labels = makes(trained.game, columns * rows), jnp.arange(columns * rows)
    thresholds, frames = (0.1, 0.25, 0.5, 1.0, 1.5, 3.0), []
    for threshold in thresholds:
        context = Context(example_keys(jax.random.key(2), columns * rows))
        narrow = trained.game.truncated(threshold).of_labels(labels % columns)
        latent, _ = narrow.latent(trained.state.ema, context)
        frames.append(sheet(draw(trained.state, latent), columns))
    return [_pictures("Six times every digit", frames, thresholds, columns)]


def walk(run: pathlib.Path) -> list[dict[str, Any]]:
    """From one latent to another and another, for all digits at once."""
    trained, stops, frames = digits(run), 4, 6
    ends = [latents(CLASSES, trained.latent_size, 3 + stop) for stop in range(stops)]
    given, draw, sheets = jnp.arange(CLASSES), makes(trained.game, CLASSES), []
    for place, start in enumerate(ends):
        end = ends[(place + 1) % stops]
        for share in np.arange(frames) / frames:
            between = trained.game.between(
                Sample(start, given), Sample(end, given), jnp.float32(share)
            )
            sheets.append(sheet(draw(trained.state, between), 5))
    return [_pictures("Ten digits on their way", sheets, range(len(sheets)), 5)]


def growth() -> list[dict[str, Any]]:
    """ProGAN: from 4×4 to 8×8 and 16×16 pixels, which are faded in."""
    side, steps, columns = 16, 4_800, 8
    growing = Growing(level_of(side), BATCH, stable=800 * BATCH, fading=400 * BATCH)
    source = data.digits(side)
    game = LatentGame(
        progan.Generator(source.shape, 0, 256, 24, growing),
        progan.Discriminator(side, 0, 256, 24, growing),
        latent_size=32,
        shown=as_grown(growing),
    )
    recipe = recipes.progan(growing, learning_rate=2e-3, decay=0.995)
    trained = train(game, recipe, source, steps, 14)
    draw = makes(game, columns * 4)
    asked = Sample(latents(columns * 4, 32, 5))
    frames = [sheet(draw(state, asked), columns, 1) for state in trained.states]
    made = _pictures(f"From 4 to {side} pixels", frames, trained.steps, columns)
    stages = [growing(max(step - 1, 0)) for step in trained.steps]
    made["notes"] = [
        f"{4 * 2 ** int(stage.level)} pixels"
        + (f", fading in: {float(stage.share):.0%}" if stage.share < 1 else "")
        for stage in stages
    ]
    return [made]


def _pictures(
    title: str, frames: list[str], steps: Sequence[Any], columns: int
) -> dict[str, Any]:
    return {"title": title, "sheets": frames, "steps": list(steps), "columns": columns}
