"""Experiments in the plane: samples over the discriminator’s landscape."""

import functools
import pathlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import plotly.graph_objects as go

from jaxgan.core.context import Context, example_keys
from jaxgan.core.types import Game, Sample, Variables
from jaxgan.run import checkpoint, sampling
from jaxgan.run.errors import RunError
from jaxgan.run.report import curves, made
from jaxgan.run.report.embedded import thinned
from jaxgan.run.report.figures import Figure, figure

SIDE, SAMPLES, MOST_FRAMES = 64, 600, 24
FRAME_MILLISECONDS = 400
LEGEND = {**curves.LEGEND["legend"], "itemsizing": "constant"}
FAKE, REAL = "#111111", "#f2b632"


class Landscape(NamedTuple):
    """One checkpoint, seen from above.

    Attributes:
      step: of the checkpoint.
      line: [SIDE] coordinates, of both axes.
      logits: [SIDE, SIDE], less their median; None if there is not one logit per point
        that depends on the point only.
      fake: generated points [SAMPLES, 2].
      heights: [SAMPLES] of those.
      real: real points [SAMPLES, 2].
      real_heights: [SAMPLES] of those.
    """

    step: int
    line: np.ndarray
    logits: np.ndarray | None
    fake: np.ndarray
    heights: np.ndarray
    real: np.ndarray
    real_heights: np.ndarray


class Observer:
    """Looks at the checkpoints of a run; compiles once."""

    def __init__(self, run: pathlib.Path):
        """Prepares.

        Raises:
          RunError: if there is no checkpoint that can be read.
        """
        self._run, loaded = run, sampling.load(run)
        self._draw = made.sampler(loaded)
        real = made.real_examples(loaded, SAMPLES)
        self._real, self._labelled = real.value, bool(jax.tree.leaves(real.given))
        reach = 1.3 * float(np.abs(real.value).max())
        self._line = np.linspace(-reach, reach, SIDE, dtype=np.float32)
        self._judge = jax.jit(functools.partial(judge, loaded.experiment.game))
        self._seen: dict[int, Landscape] = {}

    def landscapes(self, steps: Sequence[int]) -> list[Landscape]:
        """Of checkpoints; without those that cannot be read."""
        for step in steps:
            if step not in self._seen:
                try:
                    self._seen[step] = self._look(step)
                except RunError:  # training may just have deleted it
                    continue
        return [self._seen[step] for step in steps if step in self._seen]

    def _look(self, step: int) -> Landscape:
        state = sampling.load(self._run, step).state
        fake = self._draw(state, 0, np.arange(SAMPLES)).value
        if self._labelled:
            heights = np.zeros(SAMPLES, np.float32)
            return Landscape(step, self._line, None, fake, heights, self._real, heights)
        lattice = np.stack(np.meshgrid(self._line, self._line), axis=-1)
        points = np.concatenate([lattice.reshape(-1, 2), fake, self._real])
        logits = np.asarray(
            self._judge(state.variables.discriminator, state.step, points)
        )
        logits = logits - np.median(logits[: SIDE**2])
        around, *heights = np.split(logits, [SIDE**2, SIDE**2 + SAMPLES])
        around = around.reshape(SIDE, SIDE)
        return Landscape(
            step, self._line, around, fake, heights[0], self._real, heights[1]
        )


def judge(game: Game, variables: Variables, step: jax.Array, points: Any) -> Any:
    """The discriminator’s logits [N] at points [N, 2].

    One that judges packs (PacGAN) sees every point as a pack of itself.

    Raises:
      ValueError: if it gives anything but one number per point or pack.
    """

    def logits(value):
        context = Context(example_keys(jax.random.key(1), len(value)), step=step)
        verdict, _ = game.discriminate(variables, Sample(value), context)
        return jax.tree.leaves(verdict.logits)

    # 840 divides by any likely size of a pack.
    shape = jax.eval_shape(logits, jnp.zeros((840, 2)))[0].shape
    if len(shape) != 1 or 840 % shape[0]:
        raise ValueError(f"logits: saw {list(shape)}, wanted [840] of 840 points")
    return logits(jnp.repeat(jnp.asarray(points), 840 // shape[0], axis=0))[0]


@functools.lru_cache(maxsize=1)
def _observer(run: pathlib.Path) -> Observer:
    return Observer(run)


def figures(run: pathlib.Path) -> list[Figure]:
    """The animation, and the last landscape in three dimensions."""
    seen = _observer(run).landscapes(thinned(checkpoint.steps(run), MOST_FRAMES))
    if not seen:
        return []
    drawn = [animation(seen)]
    if seen[-1].logits is not None:
        drawn.append(surface(seen[-1]))
    return drawn


def animation(seen: list[Landscape]) -> Figure:
    """Samples over the landscape, checkpoint by checkpoint."""
    last = seen[-1]
    around, fake = _seen_from_above(last)
    real = go.Scatter(**made.points(last.real), name="real", **made.dots(REAL, 5))
    drawn = go.Figure(data=[around, real, fake])
    drawn.frames = [
        go.Frame(data=_seen_from_above(one), name=f"{one.step}", traces=[0, 2])
        for one in seen
    ]
    drawn.update_layout(
        updatemenus=[_buttons()],
        sliders=[_slider(seen)],
        legend=LEGEND,
    )
    reach = float(last.line[-1])
    drawn.update_xaxes(range=[-reach, reach], showgrid=False, zeroline=False)
    drawn.update_yaxes(range=[-reach, reach], showgrid=False, zeroline=False)
    drawn.update_yaxes(scaleanchor="x", constrain="domain")
    drawn.update_xaxes(constrain="domain")
    about = f"{SAMPLES} samples of the averaged generator at {len(seen)} checkpoints"
    if last.logits is not None:
        about += (
            ", over the discriminator’s logit: red where it says real, blue where it "
            "says generated, each less the median of its landscape"
        )
    about += ". More frames: train with a small --save-every and a large --keep."
    return figure(drawn, "animation", "Checkpoint by checkpoint", about, tall=600)


def _seen_from_above(one: Landscape) -> list:
    logits = np.zeros((SIDE, SIDE)) if one.logits is None else one.logits
    far = max(float(np.quantile(np.abs(logits), 0.98)), 1e-6)
    return [
        go.Heatmap(
            x=one.line,
            y=one.line,
            z=np.asarray(logits, np.float32),
            zmin=-far,
            zmax=far,
            colorscale="RdBu",
            reversescale=True,
            zsmooth="best",
            showscale=False,
            hovertemplate="logit %{z:.3g}<extra></extra>",
        ),
        go.Scatter(**made.points(one.fake), name="generated", **made.dots(FAKE, 4.5)),
    ]


def _playing(milliseconds: int) -> dict:
    frame = {"duration": milliseconds, "redraw": True}
    return {"frame": frame, "transition": {"duration": 0}, "mode": "immediate"}


def _buttons() -> dict:
    play = {**_playing(FRAME_MILLISECONDS), "fromcurrent": True}
    buttons = [
        {"label": "▶ Play", "method": "animate", "args": [None, play]},
        {"label": "❚❚ Stop", "method": "animate", "args": [[None], _playing(0)]},
    ]
    place = {"x": 0, "xanchor": "left", "y": -0.14, "yanchor": "top"}
    # Plotly would paint the button at work white, whatever the page's colours.
    look = {"bgcolor": "rgba(128,128,128,0.15)", "showactive": False}
    return {"type": "buttons", "direction": "left", "buttons": buttons, **place, **look}


def _slider(seen: list[Landscape]) -> dict:
    steps = [
        {
            "label": f"{one.step}",
            "method": "animate",
            "args": [[f"{one.step}"], _playing(0)],
        }
        for one in seen
    ]
    return {
        "steps": steps,
        "active": len(seen) - 1,
        "currentvalue": {"prefix": "step ", "font": {"size": 13}},
        "font": {"size": 10},
        "pad": {"t": 92},
        "y": 0,
    }


def surface(one: Landscape) -> Figure:
    """The discriminator’s logit as a surface, with the samples that lie on it."""
    drawn = go.Figure()
    assert one.logits is not None
    drawn.add_surface(
        x=one.line,
        y=one.line,
        z=np.asarray(one.logits, np.float32),
        colorscale="RdBu",
        reversescale=True,
        cmid=0,
        showscale=False,
        opacity=0.9,
        name="logit",
    )
    lift = 0.01 * float(np.ptp(one.logits))
    for name, values, heights, colour in (
        ("real", one.real, one.real_heights, REAL),
        ("generated", one.fake, one.heights, FAKE),
    ):
        drawn.add_scatter3d(
            **made.points(values),
            z=np.asarray(heights + lift, np.float32),
            name=name,
            **made.dots(colour, 2.5),
        )
    drawn.update_layout(
        scene={
            "aspectmode": "manual",
            "aspectratio": {"x": 1, "y": 1, "z": 0.55},
            "zaxis": {"title": {"text": "logit"}},
            "camera": {"eye": {"x": 1.1, "y": -1.2, "z": 0.75}},
        },
        legend=LEGEND,
    )
    about = f"The discriminator’s logit at step {one.step}, less its median, with real "
    about += "and generated samples on it. Turn it by dragging."
    return figure(drawn, "surface", "The discriminator’s logit", about, tall=600)
