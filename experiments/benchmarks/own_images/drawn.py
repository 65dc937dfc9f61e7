"""What `equal_time.py` measured, as pictures: distances over time, samples by row."""

import pathlib
from collections.abc import Mapping, Sequence

import kept_rows
import numpy as np


def curves(
    path: pathlib.Path,
    kept: kept_rows.KeptRows,
    names: Sequence[str],
    minutes: Sequence[float],
) -> None:
    """Draws FID over minutes: means of seeds as lines, every run as a dot.

    Args:
      path: of the picture.
      kept: the rows, with `candidate`, `minutes` and `fid`.
      names: of the candidates.
      minutes: after which they were measured.
    """
    from matplotlib import colormaps
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure((8.0, 4.8), layout="constrained")
    axes = figure.add_subplot()
    for number, name in enumerate(names):
        of = [
            [row["fid"] for row in kept.of(candidate=name, minutes=each)]
            for each in minutes
        ]
        known = [(each, found) for each, found in zip(minutes, of) if found]
        if not known:
            continue
        color = colormaps["tab20"](number % 20)
        means = [float(np.mean(found)) for _, found in known]
        axes.plot([each for each, _ in known], means, "-", color=color, label=name)
        for each, found in known:
            axes.plot([each] * len(found), found, ".", color=color)
    axes.set(xscale="log", yscale="log", xlabel="minutes of one core", ylabel="FID")
    axes.set_xticks(list(minutes), [f"{each:g}" for each in minutes], minor=False)
    axes.minorticks_off()
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    FigureCanvasAgg(figure).print_png(str(path))


def rows_of_samples(path: pathlib.Path, samples: Mapping[str, np.ndarray]) -> None:
    """Draws samples [N, H, W, 1] in [-1, 1], a row of them behind every name."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure((8.0, 0.42 * len(samples)), layout="constrained", dpi=150)
    columns = figure.subplots(len(samples), squeeze=False)[:, 0]
    for axes, (name, images) in zip(columns, samples.items()):
        axes.imshow(np.hstack(list(images[..., 0])), "gray", vmin=-1.0, vmax=1.0)
        axes.set(xticks=[], yticks=[])
        axes.set_ylabel(name, rotation=0, ha="right", va="center")
    FigureCanvasAgg(figure).print_png(str(path))
