"""The page: its sections gathered from a run, and rendered."""

import functools
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import jinja2

from jaxgan.diagnosis import names
from jaxgan.diagnosis.diagnose import Diagnosis
from jaxgan.run.diagnosis import stored_diagnosis
from jaxgan.run.errors import RunError
from jaxgan.run.files import checkpoints, metrics_log, run_directory
from jaxgan.run.report import (
    curves,
    embedded_pictures,
    evaluation_tables,
    plots,
    points,
    run_facts,
    samples,
    seed_comparison,
    signal_curves,
)
from jaxgan.run.report.embedded_pictures import Picture
from jaxgan.run.report.evaluation_tables import Table
from jaxgan.run.report.plots import Figure
from jaxgan.run.report.run_facts import RunFacts
from jaxgan.run.report.samples import Pair, Walk
from jaxgan.run.report.seed_comparison import Seeds
from jaxgan.run.sampling import stored_run

HERE = pathlib.Path(__file__).parent
T = TypeVar("T")


class FromCheckpoint(NamedTuple):
    """What only a checkpoint can tell; parts that could not be made are None.

    Attributes:
      step: of the checkpoint; None if there is none that can be used.
      why: sentences about the parts that could not be made.
      pair: real beside generated.
      walk: between latents, as pictures.
      plane: plots of experiments in the plane.
    """

    step: int | None
    why: Sequence[str]
    pair: Pair | None = None
    walk: Walk | None = None
    plane: Sequence[Figure] = ()


class Contents(NamedTuple):
    """All that the page shows, in its order."""

    facts: RunFacts
    diagnosis: Mapping[str, Diagnosis]
    curves: Sequence[Figure]
    pictures: Sequence[Picture]
    pictures_there: int
    checkpoint: FromCheckpoint
    signals: Sequence[Figure]
    classes: Figure | None
    evaluations: Sequence[Table]
    evaluation_curves: Sequence[Figure]
    neighbours: Picture | None
    evaluate: str
    seeds: Seeds | None


def contents(run: pathlib.Path) -> Contents:
    """Gathers everything; what is not there yet is left out.

    Raises:
      RunError: if the folder holds no run.
    """
    rows = metrics_log.read_rows(run / metrics_log.METRICS)
    known = run_facts.read(run, rows)
    measured = evaluation_tables.read(run)
    pictures, there = embedded_pictures.over_time(
        run_directory.sample_folders(run, known.seeds)[0]
    )
    several = len(known.seeds) > 1
    return Contents(
        facts=known,
        diagnosis=stored_diagnosis.diagnoses(run) if rows else {},
        curves=curves.curves(rows, _is_curve),
        signals=signal_curves.signals(rows),
        pictures=pictures,
        pictures_there=there,
        checkpoint=from_checkpoint(run, tuple(checkpoints.steps(run))),
        classes=evaluation_tables.class_coverage(measured),
        evaluations=evaluation_tables.tables(measured),
        evaluation_curves=evaluation_tables.curves(measured),
        neighbours=evaluation_tables.neighbours(run),
        evaluate=f"{evaluation_tables.MAKE} {run}",
        seeds=seed_comparison.compare(run, known.seeds, rows) if several else None,
    )


def _is_curve(name: str) -> bool:
    """Whether a metric is drawn nowhere else."""
    return not (signal_curves.is_signal(name) or name.startswith(names.EVALUATION))


@functools.lru_cache(maxsize=1)
def from_checkpoint(run: pathlib.Path, steps: tuple[int, ...]) -> FromCheckpoint:
    """Everything that is made with the newest checkpoint of these.

    An experiment's own code runs here, on whatever data are there now: anything it
    raises costs its part of the page and no more.
    """
    if not steps:
        return FromCheckpoint(None, ["There is no checkpoint yet."])
    why: list[str] = []
    loaded = _attempt("The run could not be loaded", why, lambda: stored_run.load(run))
    if loaded is None:
        return FromCheckpoint(None, why)
    pair = _attempt("Real and generated", why, lambda: samples.pair(loaded))
    if not samples.is_plane(loaded):
        walk = _attempt("Walks between latents", why, lambda: samples.walks(loaded))
        return FromCheckpoint(loaded.step, why, pair, walk)
    drawn = _attempt("The landscape", why, lambda: points.figures(run)) or []
    walks = _attempt("Walks between latents", why, lambda: samples.plane_walks(loaded))
    return FromCheckpoint(
        loaded.step, why, pair, None, [*drawn, *([walks] if walks else [])]
    )


def _attempt(what: str, why: list[str], make: Callable[[], T]) -> T | None:
    try:
        return make()
    except Exception as error:
        name = "" if isinstance(error, RunError) else f"{type(error).__name__}: "
        lines = str(error.args[0] if error.args else "").strip().splitlines() or [""]
        why.append(f"{what}: {name}{lines[0]}")
        return None


@functools.cache
def _templates() -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(HERE / "templates")
    return jinja2.Environment(
        loader=loader,
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def body(gathered: Contents) -> str:
    """The page's sections as HTML: what `--live` refreshes."""
    return _templates().get_template("body.html").render(**gathered._asdict())


def page(gathered: Contents, refresh: float = 0.0) -> str:
    """The whole page, style, scripts and pictures in it.

    Args:
      gathered: what it shows.
      refresh: seconds after which it asks its server for news; 0 for a file.
    """
    parts: dict[str, Any] = {
        "title": f"{gathered.facts.name}: {gathered.facts.folder}",
        "body": body(gathered),
        "style": (HERE / "templates" / "report.css").read_text(),
        "script": (HERE / "templates" / "report.js").read_text(),
        "plotly": plots.library(),
        "templates": plots.templates(),
        "refresh": refresh,
    }
    return _templates().get_template("page.html").render(**parts)
