"""How good predictions of frames are, by lead time, beside what learns nothing.

    python experiments/benchmarks/video/lead_times.py runs/dvdgan_radar --out runs/leads
    python experiments/benchmarks/video/lead_times.py --radar fmi-radar.npz

Runs are of experiments whose kind is `Predictions`; their held-out clips are predicted,
by several members that differ in their noise alone. Persistence repeats the last frame
given; advection moves it on as it was seen to move (`evaluation.advection`). Prints a
table for every measure: MSE and SSIM of one member, MSE of the members' mean, the
critical success index of every threshold, and CRPS of all members (of one forecast that
is its mean absolute error). Writes them to lead_times.json, as curves to
lead_times.png, and the first clips as strips and moving: truth, members, advection.

Of rain over Finland (`--radar`, the event of 2017: 4 frames given, 8 predicted, 5
minutes apart, 64 × 64 pixels of 2 km; all 75 clips), without any run:

| | | 5 min | 10 min | 20 min | 40 min |
|---|---|---|---|---|---|
| MSE | persistence | .0151 | .0325 | .0529 | .0612 |
| | advection | .0053 | .0097 | .0204 | .0377 |
| CSI of 10 dBZ | persistence | .512 | .305 | .149 | .093 |
| | advection | .685 | .572 | .404 | .221 |
| CSI of 20 dBZ | persistence | .357 | .171 | .055 | .030 |
| | advection | .530 | .409 | .252 | .127 |
"""

import dataclasses
import json
import pathlib
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import numpy as np
import tyro

from jaxgan import data
from jaxgan.core import Sample
from jaxgan.evaluation import advection, forecast_skill
from jaxgan.run import pictures
from jaxgan.run.kinds import Predictions
from jaxgan.run.kinds.drawing import film_strips
from jaxgan.run.kinds.drawing.film_strips import Film
from jaxgan.run.sampling import sampler, stored_run

SHOWN = 4
"""Clips that are drawn."""
Forecasts = Mapping[str, np.ndarray]
"""Ensembles [M, B, T, H, W, C] by who made them."""


@dataclasses.dataclass(frozen=True)
class Options:
    """Which runs, and how many clips."""

    runs: Annotated[tuple[pathlib.Path, ...], tyro.conf.Positional] = ()
    """Folders of runs with the same held-out clips."""
    radar: str = ""
    """The file of radar frames, to measure without any run."""
    given: int = 4
    """Frames given, of --radar."""
    frames: int = 8
    """Frames predicted, of --radar."""
    members: int = 8
    """Predictions of every clip."""
    num: int = 64
    """Clips, at most."""
    out: pathlib.Path = pathlib.Path("runs/lead_times")
    """The folder for what is found."""


def main(options: Options) -> None:
    """Predicts, measures, prints and draws."""
    example, kind, forecasts = _predicted(options)
    table = measured(forecasts, np.asarray(example.value), kind)
    options.out.mkdir(parents=True, exist_ok=True)
    print(text(table))
    (options.out / "lead_times.json").write_text(json.dumps(table, indent=1))
    _draw_curves(options.out / "lead_times.png", table)
    _draw_clips(options.out, example, forecasts, kind)


def _predicted(options: Options) -> tuple[Sample, Predictions, Forecasts]:
    """Reads the clips, and makes everybody's predictions of them."""
    scale: Any = {"scale": data.to_dbz, "scale_unit": "dBZ"}
    kind, example = Predictions(thresholds=(10.0, 20.0), **scale), None
    if not options.runs:
        whole = data.radar(options.radar, options.given + options.frames, split="test")
        source = data.prediction(whole, options.given)
        example = source.examples(np.arange(min(options.num, source.size)))
    forecasts: dict[str, np.ndarray] = {}
    for run in options.runs:
        loaded = stored_run.load(run)
        experiment = loaded.experiment
        if not isinstance(experiment.kind, Predictions):
            raise SystemExit(f"{run}: saw {experiment.kind.unit}, wanted predictions")
        kind, held_out = experiment.kind, experiment.held_out or experiment.data
        source = held_out.source
        count = min(options.num, source.size)
        seen = source.examples(np.arange(count))
        if example is not None and not np.array_equal(example.value, seen.value):
            raise SystemExit(f"{run}: saw other held-out clips than {options.runs[0]}")
        example = seen
        made = [
            sampler.generate(experiment, loaded.state, count, seed).value
            for seed in range(options.members)
        ]
        forecasts[run.name] = np.clip(np.stack(made), -1.0, 1.0)
    assert example is not None
    frames = example.value.shape[1]
    forecasts["persistence"] = advection.persistence(example.given, frames)[None]
    forecasts["advection"] = advection.advection(example.given, frames)[None]
    return example, kind, forecasts


def measured(
    forecasts: Forecasts, targets: np.ndarray, kind: Predictions
) -> dict[str, dict[str, list[float]]]:
    """Measures forecasts by lead time: numbers by measure and by who made them."""

    def first(measure: Callable[..., np.ndarray], *more: Any) -> Callable[..., Any]:
        return lambda members: measure(members[0], targets, *more)

    skills: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "MSE": first(forecast_skill.mean_squared_error),
        "MSE of the mean": lambda members: forecast_skill.mean_squared_error(
            members.mean(axis=0), targets
        ),
        "SSIM": first(forecast_skill.similarity),
        "CRPS": lambda members: forecast_skill.crps(members, targets),
    }
    for threshold in kind.thresholds:
        skills[f"CSI of {threshold:g} {kind.scale_unit}".strip()] = (
            lambda members, at=threshold: forecast_skill.critical_success(
                kind.scale(members[0]), kind.scale(targets), at
            )
        )
    return {
        title: {name: skill(members).tolist() for name, members in forecasts.items()}
        for title, skill in skills.items()
    }


def text(table: Mapping[str, Mapping[str, list[float]]]) -> str:
    """Writes a table for every measure: rows are forecasts, columns lead times."""
    lines = []
    for title, rows in table.items():
        count = len(next(iter(rows.values())))
        head = "".join(f"{lead:>8}" for lead in range(1, count + 1))
        lines.append(f"{title:<24}{head}")
        for name, values in rows.items():
            lines.append(f"  {name:<22}" + "".join(f"{x:8.4f}" for x in values))
    return "\n".join(lines)


def _draw_curves(path: pathlib.Path, table: Mapping[str, Mapping[str, Any]]) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3.6 * len(table), 3.2), dpi=100, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    for axes, (title, rows) in zip(figure.subplots(1, len(table)), table.items()):
        for name, values in rows.items():
            axes.plot(range(1, len(values) + 1), values, label=name, marker=".")
        axes.set_title(title)
        axes.set_xlabel("frames ahead")
    figure.axes[0].legend()
    canvas.print_png(str(path))


def _draw_clips(
    out: pathlib.Path, example: Sample, forecasts: Forecasts, kind: Predictions
) -> None:
    """Draws what came, and below it what everybody said."""
    given = film_strips.films_of(example.given[:SHOWN])
    parts = [example.value, *(members[0] for members in forecasts.values())]
    clips = [
        np.concatenate([given, film_strips.films_of(part[:SHOWN])], axis=1)
        for part in parts
    ]
    films = [
        Film(part[place], given.shape[1]) for place in range(SHOWN) for part in clips
    ]
    pictures.save_png(out / "clips.png", film_strips.strips(films))
    moving = film_strips.side_by_side(list(map(film_strips.edged, films)), len(clips))
    pictures.save_animation(out / "clips.gif", moving, kind.rate)
    print(f"columns of clips.gif, rows of clips.png: truth, {', '.join(forecasts)}")


if __name__ == "__main__":
    main(tyro.cli(Options))
