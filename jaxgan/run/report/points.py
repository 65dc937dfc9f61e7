"""Experiments in the plane: samples over the discriminator’s landscape."""

import functools
import pathlib

import numpy as np
import plotly.graph_objects as go

from jaxgan.run.files import checkpoints
from jaxgan.run.report import curves, samples
from jaxgan.run.report.embedded_pictures import thinned
from jaxgan.run.report.landscape import SAMPLES, SIDE, Landscape, Observer
from jaxgan.run.report.plots import Figure, figure

MOST_FRAMES = 24
FRAME_MILLISECONDS = 400
LEGEND = {**curves.LEGEND["legend"], "itemsizing": "constant"}
FAKE, REAL = "#111111", "#f2b632"


@functools.lru_cache(maxsize=1)
def _observer(run: pathlib.Path) -> Observer:
    return Observer(run)


def figures(run: pathlib.Path) -> list[Figure]:
    """The animation, and the last landscape in three dimensions."""
    seen = _observer(run).landscapes(thinned(checkpoints.steps(run), MOST_FRAMES))
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
    real = go.Scatter(**samples.points(last.real), name="real", **samples.dots(REAL, 5))
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
        go.Scatter(
            **samples.points(one.fake), name="generated", **samples.dots(FAKE, 4.5)
        ),
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
            **samples.points(values),
            z=np.asarray(heights + lift, np.float32),
            name=name,
            **samples.dots(colour, 2.5),
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
