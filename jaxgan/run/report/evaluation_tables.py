"""What `jaxgan evaluate` has measured: the only reader of evaluations.jsonl here.

One JSON object per line, of which these are read:

  step: of the checkpoint, an integer.
  metric: its name.
  value: a number.
  card: the protocol, {name: anything}: samples, features, splits, seeds, versions.
  spread: optional, the standard deviation of `value` over repetitions.
  seed: optional, which of several runs side by side.
  classes: optional, {name of a class: its share of the samples, in [0, 1]}.

  better: optional, 'lower' or 'higher'.
  measure: optional, as `jaxgan evaluate --metrics` has it.
  about: optional, what else is to be said of it.

Of rows with the same step, metric, seed and card, the last counts.
"""

import json
import math
import pathlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from jaxgan.run.files import metrics_log
from jaxgan.run.files.evaluations_log import FILE
from jaxgan.run.report import embedded_pictures
from jaxgan.run.report.curves import LEGEND
from jaxgan.run.report.embedded_pictures import Picture
from jaxgan.run.report.plots import COLOURS, Figure, figure, plain

MAKE = "jaxgan evaluate"
"""The command that measures."""
OWN_SEED = "seed of the run"
PAIRS = ("precision-recall", "density-coverage", "collapse")
"""Measures of two metrics of the same unit."""
LONGEST = 40
"""Characters of what distinguishes a protocol; hashes are longer."""


class Evaluation(NamedTuple):
    """One measured value; see the module."""

    step: int
    metric: str
    value: float
    card: Mapping[str, Any]
    spread: float | None = None
    seed: int | None = None
    classes: Mapping[str, float] | None = None
    better: str | None = None
    measure: str | None = None
    about: str | None = None

    @property
    def figure(self) -> str:
        """The name of the figure that its curve is drawn in."""
        return self.measure if self.measure in PAIRS else self.metric

    @property
    def name(self) -> str:
        """The metric, with an arrow to where it is better."""
        arrow = {"lower": " ↓", "higher": " ↑"}.get(self.better or "", "")
        return self.metric + arrow

    @property
    def shown(self) -> str:
        """The value, with its spread if there is one."""
        spread = f" ± {self.spread:.2g}" if self.spread is not None else ""
        return f"{self.value:.4g}{spread}"

    @property
    def protocol(self) -> list[tuple[str, str]]:
        """The card, as text."""
        return [
            (name, x if isinstance(x, str) else json.dumps(x, ensure_ascii=False))
            for name, x in self.card.items()
        ]


def read(run: pathlib.Path) -> list[Evaluation]:
    """The readable rows, by step, in the order of the file; [] if there are none."""
    found: dict[str, Evaluation] = {}
    for row in metrics_log.read_rows(run / FILE):
        try:
            one = _evaluation(row)
        except (AttributeError, KeyError, TypeError, ValueError):
            continue
        key = json.dumps([one.step, one.metric, one.seed, one.protocol], default=str)
        found[key] = one
    return sorted(found.values(), key=lambda one: one.step)


def _evaluation(row: Mapping[str, Any]) -> Evaluation:
    spread, seed, classes = (row.get(n) for n in ("spread", "seed", "classes"))
    return Evaluation(
        int(row["step"]),
        str(row["metric"]),
        float(row["value"]),
        dict(row.get("card") or {}),
        None if spread is None else float(spread),
        None if seed is None else int(seed),
        {str(name): float(x) for name, x in classes.items()} if classes else None,
        row.get("better"),
        row.get("measure"),
        row.get("about"),
    )


class Table(NamedTuple):
    """The newest figures that were measured by one protocol.

    Attributes:
      title: in what it differs from the others; '' if it is the only one.
      evaluations: of all metrics, and of all seeds.
      protocol: the card.
    """

    title: str
    evaluations: Sequence[Evaluation]
    protocol: Sequence[tuple[str, str]]


def tables(found: Sequence[Evaluation]) -> list[Table]:
    """The newest of every metric and seed, a table per protocol, the newest first."""
    groups: dict[str, dict[Any, Evaluation]] = {}
    for one in found:
        groups.setdefault(_key(one), {})[one.metric, one.seed] = one
    titles, made = _titles(groups), []
    for key, members in groups.items():
        order = list(dict.fromkeys(metric for metric, _ in members))
        ordered = sorted(
            members.values(), key=lambda e: (order.index(e.metric), e.seed or 0)
        )
        made.append(Table(titles[key], ordered, json.loads(key)))
    return sorted(made, key=lambda table: -max(e.step for e in table.evaluations))


def _key(one: Evaluation) -> str:
    """The protocol; those that differ in the seed of one of several runs are one."""
    several = one.seed is not None
    card = [(n, x) for n, x in one.protocol if not (several and n == OWN_SEED)]
    return json.dumps(card)


def _titles(keys: Iterable[str]) -> dict[str, str]:
    """What is special about each protocol: as little as tells it from the others."""
    cards = {key: dict(json.loads(key)) for key in keys}
    titles = dict.fromkeys(cards, "")
    for name in dict.fromkeys(name for card in cards.values() for name in card):
        values = {card.get(name, "") for card in cards.values()}
        if len(values) == 1 or max(map(len, values)) > LONGEST:
            continue
        if len(set(titles.values())) == len(cards):
            break
        for key, card in cards.items():
            told = [titles[key], f"{name}: {card[name]}"] if name in card else []
            titles[key] = " · ".join(filter(None, told)) or titles[key]
    return titles


def curves(found: Sequence[Evaluation]) -> list[Figure]:
    """All that was measured at several steps, pairs of metrics in one figure."""
    drawn = []
    for name in dict.fromkeys(one.figure for one in found):
        members = [one for one in found if one.figure == name]
        if len({one.step for one in members}) > 1:
            drawn.append(_curve(name, members))
    return drawn


def _curve(name: str, found: Sequence[Evaluation]) -> Figure:
    titles = _titles(map(_key, found))
    metrics = list(dict.fromkeys(one.metric for one in found))
    lines = dict.fromkeys((one.metric, _key(one), one.seed) for one in found)
    drawn = go.Figure()
    for place, (metric, key, seed) in enumerate(lines):
        one = [e for e in found if (e.metric, _key(e), e.seed) == (metric, key, seed)]
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
    title = f"{title} and {metrics[-1]}" if title else found[-1].name
    return figure(drawn, f"evaluation-{name}", title, "")


def neighbours(run: pathlib.Path) -> Picture | None:
    """The newest picture of samples beside their nearest training images."""
    files = sorted((run / "evaluations").glob("neighbours_*.png"))
    return embedded_pictures.of_file(files[-1]) if files else None


def class_coverage(found: Sequence[Evaluation]) -> Figure | None:
    """The newest shares of classes, beside equal shares; None if never measured."""
    last = next((one for one in reversed(found) if one.classes), None)
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
    return figure(drawn, "classes", "Classes among the samples", about, wide=True)
