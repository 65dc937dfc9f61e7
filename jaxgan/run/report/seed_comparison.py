"""Several runs side by side: their numbers, curves and samples, seed by seed."""

import pathlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from jaxgan.diagnosis import names
from jaxgan.run import embedded_pictures
from jaxgan.run.charts import COLOURS, LEGEND, Chart, chart
from jaxgan.run.embedded_pictures import Picture
from jaxgan.run.report.curves import curve_names, points
from jaxgan.run.report.signal_curves import is_signal


class Line(NamedTuple):
    """The newest value of one quantity, of every seed."""

    name: str
    values: Sequence[str]
    mean: str


class Seeds(NamedTuple):
    """A comparison.

    Attributes:
      seeds: of the runs.
      lines: of the table.
      charts: a curve per seed, of both losses.
      pictures: the newest samples of every seed that has any.
    """

    seeds: Sequence[int]
    lines: Sequence[Line]
    charts: Sequence[Chart]
    pictures: Sequence[Picture]


def compare(
    run: pathlib.Path, seeds: Sequence[int], rows: Sequence[dict[str, Any]]
) -> Seeds:
    """Compares runs; pictures are the newest that training has drawn."""
    latest = {
        name: row
        for row in rows
        for name in row
        if "seeds" in row and name != names.IMAGES_PER_SECOND
    }
    lines = [
        _line(name, latest[name], seeds)
        for name in curve_names(rows)
        if name in latest and not is_signal(name)
    ]
    drawn = [_curves(name, seeds, rows) for name in names.LOSSES if name in latest]
    folders = [(run / "samples" / f"seed_{seed}", f"seed {seed}") for seed in seeds]
    pictures = [embedded_pictures.newest(folder, label) for folder, label in folders]
    return Seeds(seeds, lines, drawn, [one for one in pictures if one])


def _line(name: str, row: dict[str, Any], seeds: Sequence[int]) -> Line:
    values = [row["seeds"].get(str(seed), {}).get(name) for seed in seeds]
    shown = ["–" if value is None else f"{value:.4g}" for value in values]
    return Line(name, shown, f"{row[name]:.4g} ± {row['spread'].get(name, 0):.2g}")


def _curves(name: str, seeds: Sequence[int], rows: Sequence[dict[str, Any]]) -> Chart:
    shown = [row for row in rows if name in row and "seeds" in row]
    steps = np.array([row["step"] for row in shown])
    drawn = go.Figure()
    for place, seed in enumerate(seeds):
        values = np.array([row["seeds"][str(seed)][name] for row in shown], float)
        drawn.add_scatter(
            **points(steps, values),
            mode="lines",
            name=f"seed {seed}",
            line={"color": COLOURS[place % len(COLOURS)], "width": 1.5},
            hovertemplate="%{y:.4g}",
        )
    drawn.update_layout(hovermode="x unified", **LEGEND)
    drawn.update_xaxes(title_text="step", title_standoff=4)
    title = name.replace("/", "’s ").capitalize()
    return chart(drawn, f"seeds-{name}", title, "")
