"""What a checkpoint makes: fakes beside real examples, and walks between latents."""

from typing import Any, NamedTuple

import jax
import numpy as np
import plotly.graph_objects as go

from jaxgan.core.types import Sample
from jaxgan.run import pictures
from jaxgan.run.report import embedded_pictures
from jaxgan.run.report.embedded_pictures import Picture
from jaxgan.run.report.plots import COLOURS, Figure, figure
from jaxgan.run.sampling import interpolation, preview_grid, stored_run
from jaxgan.run.sampling.sampler import real_samples

WALKS, FRAMES, RATE = 4, 12, 10.0
"""Walks, each between two samples; pictures on the way; those per second."""
BATCH = 16
"""Samples at once: little memory, for the run may be training beside."""
POINTS = 600
"""How many points show what points of the plane do."""
SEARCHED = 512
"""Real examples among which those of the wanted classes are looked for."""


class Pair(NamedTuple):
    """Real examples and generated ones, drawn alike."""

    real: Picture
    fake: Picture
    by_class: bool


class Walk(NamedTuple):
    """Ways through the latent space: moving, and step by step."""

    moving: Picture
    strips: Picture


def is_plane(loaded: stored_run.StoredRun) -> bool:
    """Whether samples are points of the plane; nothing is computed."""
    source: Any = loaded.experiment.data.source
    return tuple(getattr(source, "shape", ())) == (2,)


def pair(loaded: stored_run.StoredRun) -> Pair:
    """As many of both as the pictures during training show, or points to see."""
    experiment, state = loaded.experiment, loaded.state
    draw = loaded.sampler(size=BATCH)
    num, labels = preview_grid.grid_of(draw)
    if is_plane(loaded) and labels is None:
        num = POINTS
    fake = draw(state, 0, np.arange(num), labels)
    real = real_examples(loaded, num, labels)
    return Pair(
        _picture(experiment.picture(real), "Real"),
        _picture(experiment.picture(fake), "Generated"),
        labels is not None,
    )


def real_examples(
    loaded: stored_run.StoredRun, num: int, labels: np.ndarray | None = None
) -> Sample:
    """The first examples of the data; with labels the first of each class wanted.

    A class that is not among the first few hundred is left to other examples.
    """
    experiment = loaded.experiment
    count = num if labels is None else max(num, SEARCHED)
    real = real_samples(experiment, loaded.state, np.arange(count))
    if labels is None:
        return real
    given = np.asarray(real.given)
    places = np.arange(num)
    for label in np.unique(labels):
        wanted, there = np.flatnonzero(labels == label), np.flatnonzero(given == label)
        if len(there):
            places[wanted] = np.resize(there, len(wanted))
    return jax.tree.map(lambda x: x[places], real)


def walks(loaded: stored_run.StoredRun) -> Walk:
    """A few great arcs between latents, as pictures.

    Raises:
      RunError: if the game has no latent to walk through.
    """
    picture = loaded.experiment.picture
    ways = [_way(loaded, place) for place in range(WALKS)]
    rows = [_each(way, picture) for way in ways]
    strips = np.concatenate([np.concatenate(row, axis=1) for row in rows])
    frames = [np.concatenate(column, axis=1) for column in zip(*rows)]
    return Walk(
        embedded_pictures.animation(
            [*frames, *frames[-2:0:-1]], RATE, "Walks between latents, moving"
        ),
        embedded_pictures.picture(
            strips, "Walks between latents, one per row", 1_500_000
        ),
    )


def _way(loaded: stored_run.StoredRun, place: int) -> Sample:
    ends = (2 * place, 2 * place + 1)
    draw = loaded.sampler(size=BATCH)
    return interpolation.interpolate(draw, loaded.state, 0, ends, FRAMES)


def _each(way: Sample, picture: Any) -> list[np.ndarray]:
    """Every sample's own picture, large enough to see, with a gap around it."""
    count = len(jax.tree.leaves(way)[0])
    drawn = []
    for place in range(count):
        one = jax.tree.map(lambda x, i=place: x[i : i + 1], way)
        large = pictures.enlarged(picture(one), interpolation.FRAME)
        drawn.append(np.pad(large, ((2, 2), (2, 2), (0, 0)), constant_values=255))
    return drawn


def plane_walks(loaded: stored_run.StoredRun) -> Figure:
    """Where walks between latents lead in the plane."""
    real = np.asarray(real_examples(loaded, POINTS).value)
    drawn = go.Figure()
    drawn.add_scatter(**points(real), name="real", **dots("#8a8f98", 3))
    for place in range(2 * WALKS):
        way = np.asarray(_way(loaded, place).value)
        drawn.add_scatter(
            **points(way),
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
    return figure(drawn, "walks", "Walks between latents", about, tall=480)


def points(values: np.ndarray) -> dict[str, np.ndarray]:
    """x and y of points [N, 2]."""
    values = np.asarray(values, np.float32)
    return {"x": values[:, 0], "y": values[:, 1]}


def dots(colour: str, size: float) -> dict[str, Any]:
    """How points without lines look."""
    edge = {"color": "white", "width": 0.5}
    marker = {"color": colour, "size": size, "line": edge}
    return {"mode": "markers", "marker": marker, "hoverinfo": "skip"}


def _picture(pixels: np.ndarray, label: str) -> Picture:
    return embedded_pictures.picture(pictures.enlarged(pixels), label, 1_000_000)
