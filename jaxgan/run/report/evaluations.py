"""What `jaxgan evaluate` has measured: the only reader of evaluations.jsonl here.

One JSON object per line, of which these are read:

  step: of the checkpoint, an integer.
  metric: its name.
  value: a number.
  card: the protocol, {name: anything}: samples, features, splits, seeds, versions.
  spread: optional, the standard deviation of `value` over repetitions.
  seed: optional, which of several runs side by side.
  classes: optional, {name of a class: its share of the samples, in [0, 1]}.

Of rows with the same step, metric, seed and card, the last counts.
"""

import json
import math
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from jaxgan.run import records
from jaxgan.run.report.curves import LEGEND
from jaxgan.run.report.figures import COLOURS, Figure, figure, plain

FILE = "evaluations.jsonl"
MAKE = "jaxgan evaluate"
"""The command that measures."""


class Evaluation(NamedTuple):
    """One measured value; see the module."""

    step: int
    metric: str
    value: float
    card: Mapping[str, Any]
    spread: float | None = None
    seed: int | None = None
    classes: Mapping[str, float] | None = None

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
    """The readable rows, by step; [] if there are none."""
    found: dict[str, Evaluation] = {}
    for row in records.read_rows(run / FILE):
        try:
            one = _evaluation(row)
        except (AttributeError, KeyError, TypeError, ValueError):
            continue
        key = json.dumps([one.step, one.metric, one.seed, one.protocol], default=str)
        found[key] = one
    return sorted(found.values(), key=lambda one: (one.step, one.metric))


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
    )


def newest(found: Sequence[Evaluation]) -> list[Evaluation]:
    """The last of every metric, seed and protocol, by name."""
    last = {(e.metric, e.seed, json.dumps(e.protocol)): e for e in found}
    return sorted(last.values(), key=lambda e: (e.metric, e.seed or 0, e.step))


def curves(found: Sequence[Evaluation]) -> list[Figure]:
    """Every metric that was measured at several steps."""
    drawn = []
    for metric in dict.fromkeys(one.metric for one in found):
        of_metric = [one for one in found if one.metric == metric]
        if len({one.step for one in of_metric}) > 1:
            drawn.append(_curve(metric, of_metric))
    return drawn


def _curve(metric: str, found: Sequence[Evaluation]) -> Figure:
    drawn = go.Figure()
    lines = list(dict.fromkeys((e.seed, json.dumps(e.protocol)) for e in found))
    for place, (seed, card) in enumerate(lines):
        one = [e for e in found if (e.seed, json.dumps(e.protocol)) == (seed, card)]
        drawn.add_scatter(
            x=[e.step for e in one],
            y=[e.value if math.isfinite(e.value) else None for e in one],
            error_y={"array": [e.spread or 0 for e in one], "thickness": 1},
            mode="lines+markers",
            name="value" if seed is None else f"seed {seed}",
            line={"color": COLOURS[place % len(COLOURS)]},
        )
    drawn.update_layout(hovermode="x unified", showlegend=len(lines) > 1, **LEGEND)
    drawn.update_xaxes(title_text="step")
    return figure(drawn, f"evaluation-{metric}", metric, "")


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
