"""What `jaxgan evaluate` has measured, as tables and charts."""

import json
import math
import pathlib
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from jaxgan.run import embedded_pictures
from jaxgan.run.charts import COLOURS, LEGEND, Chart, chart, plain
from jaxgan.run.embedded_pictures import Picture
from jaxgan.run.files import evaluations_log
from jaxgan.run.files.evaluations_log import RUN_SEED, Evaluation

COMMAND = "jaxgan evaluate"
"""What measures."""
PAIRS = ("precision-recall", "density-coverage", "collapse")
"""Measures of two metrics of the same unit."""
LONGEST = 40
"""Characters of what distinguishes a protocol; hashes are longer."""


class Metrics(NamedTuple):
    """All that was measured.

    Attributes:
      tables: of the newest values.
      curves: of what was measured at several steps.
      classes: their shares among the samples, if they were measured.
      neighbours: samples beside the training examples nearest to them, if drawn.
      command: that measures more.
    """

    tables: "Sequence[Table]"
    curves: Sequence[Chart]
    classes: Chart | None
    neighbours: Picture | None
    command: str


def metrics(run: pathlib.Path) -> Metrics:
    """Gathers all of it."""
    evaluations = evaluations_log.read(run)
    picture = evaluations_log.newest_picture(run)
    return Metrics(
        tables(evaluations),
        curves(evaluations),
        class_coverage(evaluations),
        None if picture is None else embedded_pictures.of_file(picture),
        f"{COMMAND} {run}",
    )


class Table(NamedTuple):
    """The newest values that were measured by one protocol.

    Attributes:
      title: in what it differs from the others; '' if it is the only one.
      evaluations: of all metrics, and of all seeds.
      protocol: the card.
    """

    title: str
    evaluations: Sequence[Evaluation]
    protocol: Sequence[tuple[str, str]]


def tables(evaluations: Sequence[Evaluation]) -> list[Table]:
    """Puts the newest of every metric in a table per protocol, the newest first."""
    groups: dict[str, dict[Any, Evaluation]] = {}
    for one in evaluations:
        groups.setdefault(_key(one), {})[one.metric, one.seed] = one
    titles, parts = _titles(groups), []
    for key, members in groups.items():
        order = list(dict.fromkeys(metric for metric, _ in members))
        ordered = sorted(
            members.values(), key=lambda e: (order.index(e.metric), e.seed or 0)
        )
        parts.append(Table(titles[key], ordered, json.loads(key)))
    return sorted(parts, key=lambda table: -max(e.step for e in table.evaluations))


def _key(one: Evaluation) -> str:
    """Writes the protocol; it is one for the seeds of several runs side by side."""
    several = one.seed is not None
    card = [(n, x) for n, x in one.protocol if not (several and n == RUN_SEED)]
    return json.dumps(card)


def _titles(keys: Iterable[str]) -> dict[str, str]:
    """Finds what is special about each protocol: no more than tells them apart."""
    cards = {key: dict(json.loads(key)) for key in keys}
    titles = dict.fromkeys(cards, "")
    for name in dict.fromkeys(name for card in cards.values() for name in card):
        values = {card.get(name, "") for card in cards.values()}
        if len(values) == 1 or max(map(len, values)) > LONGEST:
            continue
        if len(set(titles.values())) == len(cards):
            break
        for key, card in cards.items():
            parts = [titles[key], f"{name}: {card[name]}"] if name in card else []
            titles[key] = " · ".join(filter(None, parts)) or titles[key]
    return titles


def curves(evaluations: Sequence[Evaluation]) -> list[Chart]:
    """Draws all that was measured at several steps, pairs of metrics in one chart."""
    drawn = []
    for name in dict.fromkeys(map(_chart_name, evaluations)):
        members = [one for one in evaluations if _chart_name(one) == name]
        if len({one.step for one in members}) > 1:
            drawn.append(_curve(name, members))
    return drawn


def _chart_name(one: Evaluation) -> str | None:
    return one.measure if one.measure in PAIRS else one.metric


def _curve(name: str | None, evaluations: Sequence[Evaluation]) -> Chart:
    titles = _titles(map(_key, evaluations))
    metrics = list(dict.fromkeys(one.metric for one in evaluations))
    lines = dict.fromkeys((one.metric, _key(one), one.seed) for one in evaluations)
    drawn = go.Figure()
    for place, (metric, key, seed) in enumerate(lines):
        one = [
            e for e in evaluations if (e.metric, _key(e), e.seed) == (metric, key, seed)
        ]
        words = [titles[key], "" if seed is None else f"seed {seed}"]
        words.insert(0, metric.partition(" (")[0] if len(metrics) > 1 else "")
        spread = [e.spread or 0 for e in one]
        drawn.add_scatter(
            x=[e.step for e in one],
            y=[e.value if math.isfinite(e.value) else None for e in one],
            error_y={"array": spread, "thickness": 1} if any(spread) else None,
            mode="lines+markers",
            name=plain(" · ".join(filter(None, words)) or "value"),
            line={"color": COLOURS[place % len(COLOURS)]},
        )
    drawn.update_layout(hovermode="x unified", showlegend=len(lines) > 1, **LEGEND)
    drawn.update_xaxes(title_text="step", title_standoff=4)
    drawn.update_yaxes(tickformat="~g")
    title = " and ".join(m.partition(" (")[0] for m in metrics[:-1])
    title = f"{title} and {metrics[-1]}" if title else evaluations[-1].name
    return chart(drawn, f"evaluation-{name}", title, "")


def class_coverage(evaluations: Sequence[Evaluation]) -> Chart | None:
    """Draws the newest shares of classes beside equal shares; None without any."""
    last = next((one for one in reversed(evaluations) if one.classes), None)
    if last is None or not last.classes:
        return None
    names = [plain(name) for name in last.classes]
    shares = 100 * np.array(list(last.classes.values()))
    drawn = go.Figure()
    drawn.add_bar(
        x=names,
        y=shares,
        marker={"color": COLOURS[0]},
        hovertemplate="%{x}: %{y:.1f} %<extra></extra>",
    )
    drawn.add_hline(y=100 / len(names), line={"dash": "dot", "color": COLOURS[1]})
    drawn.update_yaxes(title_text="% of samples", rangemode="tozero")
    drawn.update_xaxes(type="category")
    missing = [name for name, share in zip(last.classes, shares) if share == 0]
    about = f"{len(names) - len(missing)} of {len(names)} classes at step {last.step}"
    about += f" ({last.metric}); without: {', '.join(missing)}" if missing else ""
    about += ". The dotted line: equal shares."
    return chart(drawn, "classes", "Classes among the samples", about, wide=True)
