"""Curves of what metrics.jsonl holds."""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from jaxgan.diagnosis import names
from jaxgan.run.charts import COLOURS, LEGEND, Chart, chart, plain

MOST_POINTS = 1_000
"""Per curve. Longer ones keep the least and the greatest of every stretch."""
NOT_CURVES = {"step", "images", "seconds", "spread", "seeds"}
TITLES = {
    "loss": "Losses",
    "logits": "Logits",
    "right": "What the discriminator gets right",
    "gradient_norm": "Gradient norms",
    names.IMAGES_PER_SECOND: "Images per second",
}
ABOUT = {
    "loss": "What each player minimises: all terms of its turns, weighted.",
    "logits": "What the discriminator says, on average, of real and generated samples. "
    "The further apart, the more easily it tells them apart.",
    "right": "Shares of logits of the right sign, and of pairs ranked rightly. Near 1 "
    "the generator may learn nothing; near ½ it is done, or the discriminator weak.",
    "gradient_norm": "Of each player's whole gradient.",
    names.IMAGES_PER_SECOND: "Real images that training takes in; of all seeds "
    "together.",
}
Rows = Sequence[dict[str, Any]]


def curves(rows: Rows, shown: Callable[[str], bool] = lambda name: True) -> list[Chart]:
    """Draws a figure per quantity, both players in one; the losses first.

    Args:
      rows: of metrics.jsonl.
      shown: f(name of a metric) -> whether it is drawn.
    """
    groups: dict[str, list[str]] = {}
    for name in filter(shown, curve_names(rows)):
        groups.setdefault(quantity(name), []).append(name)
    order = sorted(groups, key=lambda name: (_place(name), name))
    return [_figure(group, _real_first(groups[group]), rows) for group in order]


def _real_first(members: Sequence[str]) -> list[str]:
    return sorted(members, key=lambda name: not name.endswith("real_logits"))


def curve_names(rows: Rows) -> list[str]:
    """Lists the curves there are, without those that repeat a loss to the digit."""
    metrics = dict.fromkeys(name for row in rows for name in row)
    kept = [name for name in metrics if name not in NOT_CURVES]

    def repeats(name: str) -> bool:
        player, _, term = name.partition("/")
        total = names.of_player(player, "loss")
        return term == "adversarial" and all(
            row.get(name) == row.get(total) for row in rows
        )

    return [name for name in kept if not repeats(name)]


def quantity(name: str) -> str:
    """Says what a curve measures: curves of one quantity share a figure."""
    player, _, rest = name.partition("/")
    if player not in ("discriminator", "generator"):
        return name
    if player == "discriminator" and rest in ("accuracy", "ranking"):
        return "right"
    return "logits" if rest in ("real_logits", "fake_logits") else rest


def _place(name: str) -> int:
    """Ranks losses, logits, gradients; terms; the experiment's measures; the speed."""
    if name == names.IMAGES_PER_SECOND:
        return 9
    if name in TITLES:
        return list(TITLES).index(name)
    return 5 if "/" in name else 4


def _figure(group: str, members: Sequence[str], rows: Rows) -> Chart:
    title = TITLES.get(group, group if len(members) > 1 else members[0])
    return draw(
        rows,
        {name: _label(name, members) for name in members},
        f"curve-{group}",
        title.replace("_", " ").replace("/", ": "),
        ABOUT.get(group, ""),
        logarithmic=group == "gradient_norm",
        wide=group == "loss",
    )


def draw(
    rows: Rows,
    labels: Mapping[str, str],
    name: str,
    title: str,
    about: str,
    logarithmic: bool = False,
    wide: bool = False,
) -> Chart:
    """Draws a figure of some metrics, each with its label.

    Args:
      rows: of metrics.jsonl.
      labels: of the metrics.
      name: as of `Chart`, and so are `title`, `about` and `wide`.
      logarithmic: of the values, if all are positive.
    """
    drawn = go.Figure()
    for place, (metric, label) in enumerate(labels.items()):
        add_curve(drawn, metric, label, rows, COLOURS[place % len(COLOURS)])
    values = [row[metric] for row in rows for metric in labels if metric in row]
    drawn.update_layout(hovermode="x unified", showlegend=len(labels) > 1, **LEGEND)
    drawn.update_xaxes(title_text="step", title_standoff=4)
    drawn.update_yaxes(tickformat="~g")
    if values and max(values) - min(values) <= 1e-3 * abs(max(values)):
        drawn.update_yaxes(rangemode="tozero")  # else noise, or nothing, fills the plot
    elif logarithmic and values and min(values) > 0:
        decades = math.log10(max(values) / min(values))
        drawn.update_yaxes(type="log", dtick="D2" if decades < 2 else None)
    return chart(drawn, name, title, about, wide=wide)


def _label(name: str, members: Sequence[str]) -> str:
    player, _, rest = name.partition("/")
    if quantity(name) == "right":
        return {"accuracy": "signs", "ranking": "pairs"}[rest]
    if quantity(name) != "logits":
        return player
    turn = "" if player == "discriminator" else ", generator's turn"
    return f"{rest.removesuffix('_logits')}{turn}"


def add_curve(drawn: go.Figure, name: str, label: str, rows: Rows, colour: str) -> None:
    """Adds a curve; of several seeds each thinly, and one spread around the mean."""
    shown = [row for row in rows if name in row]
    steps = np.array([row["step"] for row in shown])
    values = np.array([row[name] for row in shown], float)
    legend = {"name": plain(label), "legendgroup": name}
    # Not the speed: that is of all seeds together.
    if shown and name in shown[0].get("spread", ()):
        spread = np.array([row["spread"][name] for row in shown])
        _add_band(drawn, steps, values, spread, colour, legend)
        for seed in shown[0]["seeds"]:
            each = np.array([row["seeds"][seed][name] for row in shown], float)
            drawn.add_scatter(
                **points(steps, each),
                line={"color": colour, "width": 0.7},
                opacity=0.45,
                hoverinfo="skip",
                showlegend=False,
                **legend,
            )
    drawn.add_scatter(
        **points(steps, values),
        mode="lines+markers" if len(steps) < 30 else "lines",
        line={"color": colour, "width": 2},
        marker={"size": 4},
        hovertemplate="%{y:.4g}",
        **legend,
    )


def _add_band(drawn, steps, values, spread, colour, legend) -> None:
    drawn.add_scatter(
        x=np.concatenate([steps, steps[::-1]]),
        y=np.concatenate([values - spread, (values + spread)[::-1]]),
        fill="toself",
        fillcolor=colour,
        opacity=0.18,
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
        **legend,
    )


def points(steps: np.ndarray, values: np.ndarray) -> dict[str, np.ndarray]:
    """Thins x and y of a curve, float32, to at most MOST_POINTS."""
    count = len(steps)
    if count > MOST_POINTS:
        edges = np.linspace(0, count, MOST_POINTS // 2 + 1).astype(int)
        kept: list[int] = []
        for start, end in itertools.pairwise(edges):
            part = np.nan_to_num(values[start:end])
            kept += sorted({start + int(part.argmin()), start + int(part.argmax())})
        steps, values = steps[kept], values[kept]
    return {"x": steps, "y": np.asarray(values, np.float32)}
