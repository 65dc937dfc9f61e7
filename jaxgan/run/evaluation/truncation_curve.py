"""Quality and variety against truncation, in one picture."""

import pathlib
from collections.abc import Mapping, Sequence

from jaxgan.run.evaluation.judge import Measurement
from jaxgan.run.files import evaluations_log, output_path
from jaxgan.run.sampling.stored_run import StoredRun

SHOWN = ("FID", "precision", "recall", "coverage")
"""Beginnings of the names of measures that are drawn, each on axes of its own; all are
where there is none of these."""


def curves_of(
    measured: Sequence[tuple[float, Sequence[Measurement]]],
) -> Mapping[str, list[tuple[float, float]]]:
    """Gathers what is drawn: (truncation, value) of each measure, by rising truncation.

    Args:
      measured: truncations, and what was measured at each.
    """
    found: dict[str, list[tuple[float, float]]] = {}
    for truncation, parts in sorted(measured, key=lambda one: one[0]):
        for _, score in (pair for part in parts for pair in part.scores):
            found.setdefault(score.metric, []).append((truncation, score.value))
    chosen = {name: x for name, x in found.items() if name.startswith(SHOWN)}
    return chosen or found


def path_of(stored: StoredRun) -> pathlib.Path:
    """Names the picture, in the folder of the run's evaluations."""
    path = evaluations_log.picture_path(stored.directory, stored.step, stored.seed)
    return path.with_name(path.name.replace("neighbours", "truncation", 1))


def write(
    path: pathlib.Path, measured: Sequence[tuple[float, Sequence[Measurement]]]
) -> None:
    """Draws what was measured against the truncation.

    Raises:
      RunError: if the file cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    curves = curves_of(measured)
    figure = Figure(figsize=(3.2 * len(curves), 2.8), dpi=100, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    every = figure.subplots(1, len(curves), squeeze=False)[0]
    for axes, (name, points) in zip(every, curves.items()):
        axes.plot(*zip(*points), marker="o", markersize=3)
        axes.set_title(name, fontsize=9)
        axes.set_xlabel("truncation")
    with output_path.written(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        canvas.print_png(str(path))
