"""Sections of points in a report: the discriminator’s landscape, and walks in it."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from jaxgan.run import charts
from jaxgan.run.charts import COLOURS, Chart, chart
from jaxgan.run.embedded_pictures import thinned
from jaxgan.run.kinds.kind import Section, Subject
from jaxgan.run.kinds.sections.landscape import SAMPLES, SIDE, Landscape, landscapes

MOST_FRAMES = 24
FRAME_MILLISECONDS = 400
LEGEND = {**charts.LEGEND["legend"], "itemsizing": "constant"}
FAKE, REAL, PALE = "#111111", "#f2b632", "#8a8f98"
WALKS, BETWEEN = 8, 12
"""Walks, each between two samples; samples on the way."""


def figures(subject: Subject) -> list[Chart]:
    """Draws the animation, and the last landscape in three dimensions."""
    views = landscapes(subject, thinned(subject.steps, MOST_FRAMES))
    if not views:
        return []
    drawn = [animation(views)]
    if views[-1].logits is not None:
        drawn.append(surface(views[-1]))
    return drawn


def animation(views: list[Landscape]) -> Chart:
    """Draws samples over the landscape, checkpoint by checkpoint."""
    last = views[-1]
    around, fake = _from_above(last)
    real = go.Scatter(**coordinates(last.real), name="real", **dots(REAL, 5))
    drawn = go.Figure(data=[around, real, fake])
    drawn.frames = [
        go.Frame(data=_from_above(one), name=f"{one.step}", traces=[0, 2])
        for one in views
    ]
    drawn.update_layout(
        updatemenus=[_buttons()],
        sliders=[_slider(views)],
        legend=LEGEND,
    )
    reach = float(last.line[-1])
    drawn.update_xaxes(range=[-reach, reach], showgrid=False, zeroline=False)
    drawn.update_yaxes(range=[-reach, reach], showgrid=False, zeroline=False)
    drawn.update_yaxes(scaleanchor="x", constrain="domain")
    drawn.update_xaxes(constrain="domain")
    about = f"{SAMPLES} samples of the averaged generator at {len(views)} checkpoints"
    if last.logits is not None:
        about += (
            ", over the discriminator’s logit: red where it says real, blue where it "
            "says generated, each less the median of its landscape"
        )
    about += ". More frames: train with a small --save-every and a large --keep."
    return chart(drawn, "animation", "Checkpoint by checkpoint", about, tall=600)


def _from_above(one: Landscape) -> list:
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
        go.Scatter(**coordinates(one.fake), name="generated", **dots(FAKE, 4.5)),
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


def _slider(views: list[Landscape]) -> dict:
    steps = [
        {
            "label": f"{one.step}",
            "method": "animate",
            "args": [[f"{one.step}"], _playing(0)],
        }
        for one in views
    ]
    return {
        "steps": steps,
        "active": len(views) - 1,
        "currentvalue": {"prefix": "step ", "font": {"size": 13}},
        "font": {"size": 10},
        "pad": {"t": 92},
        "y": 0,
    }


def surface(one: Landscape) -> Chart:
    """Draws the discriminator’s logit as a surface, with the samples that lie on it."""
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
            **coordinates(values),
            z=np.asarray(heights + lift, np.float32),
            name=name,
            **dots(colour, 2.5),
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
    return chart(drawn, "surface", "The discriminator’s logit", about, tall=600)


def ways(subject: Subject) -> list[Chart]:
    """Draws where walks between latents lead in the plane.

    Raises:
      RunError: if the game has no latent to walk through.
    """
    real = np.asarray(subject.examples(SAMPLES).value)
    drawn = go.Figure()
    drawn.add_scatter(**coordinates(real), name="real", **dots(PALE, 3))
    for place in range(WALKS):
        way = np.asarray(subject.walk(2 * place, 2 * place + 1, BETWEEN).value)
        drawn.add_scatter(
            **coordinates(way),
            name=f"walk {place + 1}",
            mode="lines+markers",
            line={"color": COLOURS[place % len(COLOURS)], "shape": "spline"},
            marker={"size": 4},
        )
    drawn.update_layout(showlegend=False)
    drawn.update_yaxes(scaleanchor="x")
    about = "Grey: real. Each line is where the generator takes a great arc between "
    about += (
        "two latents. Long straight jumps between modes are where it has to be steep."
    )
    return [chart(drawn, "ways", "Walks between latents", about, tall=480)]


def coordinates(values: Any) -> dict[str, np.ndarray]:
    """Splits points [N, 2] into x and y."""
    values = np.asarray(values, np.float32)
    return {"x": values[:, 0], "y": values[:, 1]}


def dots(colour: str, size: float) -> dict[str, Any]:
    """Describes how points without lines look."""
    edge = {"color": "white", "width": 0.5}
    marker = {"color": colour, "size": size, "line": edge}
    return {"mode": "markers", "marker": marker, "hoverinfo": "skip"}


LANDSCAPE = Section("plane", "Landscape", figures, leading=True)
WAYS = Section("walks", "Walks", ways)
