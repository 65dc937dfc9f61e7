"""The sections that the report of any run has, beside those of its kind of data.

Each is a function of what is reported, and a template. A new one is a file with such a
function, and a line here: with the plain template it returns charts and pictures. What
it returns is nothing if there is nothing to show.
"""

import pathlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from jaxgan.diagnosis import names
from jaxgan.run import embedded_pictures
from jaxgan.run.charts import Chart
from jaxgan.run.diagnosis import stored_diagnosis
from jaxgan.run.embedded_pictures import Picture
from jaxgan.run.files import run_directory
from jaxgan.run.kinds import Section, images
from jaxgan.run.report import (
    curves,
    evaluation_tables,
    seed_comparison,
    signal_curves,
)
from jaxgan.run.report.run_facts import RunFacts


class ReportedRun(NamedTuple):
    """What sections read that need no checkpoint.

    Attributes:
      directory: of the run.
      rows: of metrics.jsonl.
      facts: about the run.
    """

    directory: pathlib.Path
    rows: Sequence[dict[str, Any]]
    facts: RunFacts


class DrawnPictures(NamedTuple):
    """Pictures that training has drawn.

    Attributes:
      shown: some of them, evenly spaced.
      total: how many there are.
    """

    shown: Sequence[Picture]
    total: int


def _diagnosis(run: ReportedRun) -> Mapping[str, Any]:
    return stored_diagnosis.diagnoses(run.directory) if run.rows else {}


def _previews(run: ReportedRun) -> DrawnPictures | None:
    folder = run_directory.sample_folders(run.directory, run.facts.seeds)[0]
    shown, total = embedded_pictures.over_time(folder)
    return DrawnPictures(shown, total) if shown else None


def _metrics(run: ReportedRun) -> evaluation_tables.Metrics:
    return evaluation_tables.metrics(run.directory)


def is_curve(name: str) -> bool:
    """Decides whether a metric is drawn in no other section."""
    return not (signal_curves.is_signal(name) or name.startswith(names.EVALUATION))


def _curves(run: ReportedRun) -> list[Chart]:
    return curves.curves(run.rows, is_curve)


def _signals(run: ReportedRun) -> list[Chart]:
    return signal_curves.signals(run.rows)


def _seeds(run: ReportedRun) -> seed_comparison.Seeds | None:
    if len(run.facts.seeds) < 2:
        return None
    return seed_comparison.compare(run.directory, run.facts.seeds, run.rows)


def _facts(run: ReportedRun) -> RunFacts:
    return run.facts


def _explorer(run: ReportedRun) -> dict[str, Any] | None:
    """How to play with the generator; pages lie beside the report where they do."""
    if run.facts.saved is None or run.facts.unit != images.unit:
        return None
    there = (run.directory / "explorer" / "index.html").is_file()
    return {"there": there, "folder": run.facts.folder}


FIRST = (Section("diagnosis", "Diagnosis", _diagnosis, template="diagnosis.html"),)
"""Before all others; the kind's leading sections follow."""

TRAINING = (
    Section(
        "samples",
        "Samples over time",
        _previews,
        link="Samples",
        template="previews.html",
    ),
)
"""Before what is made with the newest checkpoint: `samples.PAIR` and the kind's."""

LAST = (
    Section("explore", "Explore", _explorer, template="explore.html"),
    Section("metrics", "Metrics", _metrics, template="metrics.html"),
    Section("curves", "Curves", _curves, template="curves.html"),
    Section("signals", "Signals", _signals, template="signals.html"),
    Section("seeds", "Seeds", _seeds, template="seeds.html"),
    Section("reproduce", "Reproduce", _facts, template="reproduce.html"),
)
"""After all others."""
