"""Runs that were made to fail, healthy runs, and what `jaxgan diagnose` says of each.

    python experiments/benchmarks/diagnosis/failures.py
    python experiments/benchmarks/diagnosis/failures.py \\
        --only overfitting r1 --seeds 0 1 2

Every row is one run: what is wrong with it by construction, and all that was found. A
failure is missed if it is not among the findings; a healthy run is accused if there are
any. Below are the runs that took the advice: the figure without and with it. Points and
8×8 digits: half a minute a run. With --histories FILE the metrics that the diagnosis
reads are added to a file, which is how the tests' file was made; `failing_table.py`
prints the table of that file without any training.
"""

import json
import pathlib
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

import tyro
from failing_parts import Build
from failing_runs import CASES, CURES, HEALTHY

from jaxgan.diagnosis.diagnose import diagnose
from jaxgan.diagnosis.history import History, of_seed
from jaxgan.run.devices import xla
from jaxgan.run.errors import RunError
from jaxgan.run.files import metrics_log, not_finite_record
from jaxgan.run.options import Options
from jaxgan.run.training import loop, prepare

MEASUREMENTS = 15
READ = (
    *("step", "not_finite", "leaf", "signal/loss_slope", "signal/reach"),
    *("discriminator/ranking", "discriminator/real_logits"),
    *("discriminator/fake_logits", "generator/loss", "generator/gradient_norm"),
    *("samples", "data", "overfitting", "memory", "latent"),
)
"""Metrics, and groups of them, that rules read."""


def train(
    build: Build, steps: int, seeds: Sequence[int]
) -> dict[int, list[dict[str, Any]]]:
    """Trains all seeds side by side; the rows of each."""
    experiments = [build(seed) for seed in seeds]
    every = max(1, steps // MEASUREMENTS)
    options = Options(
        steps=steps,
        log_every=every,
        diagnose_every=every,
        sample_every=2 * steps,
        save_every=2 * steps,
    )
    with tempfile.TemporaryDirectory() as folder:
        run = pathlib.Path(folder)
        try:
            prepared = prepare.prepare(experiments, options, seeds)
            loop.train(run, prepared, loop.Interrupts())
        except RunError as error:
            print(error)
        rows = metrics_log.read_rows(run / metrics_log.METRICS)
        end = not_finite_record.read(run, rows[-1]["step"] if rows else 0)
    return {seed: merged([*of_seed(rows, str(seed)), *end]) for seed in seeds}


def merged(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One row per step."""
    by_step: dict[int, dict[str, Any]] = {}
    for row in rows:
        by_step.setdefault(row["step"], {}).update(row)
    return list(by_step.values())


def columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """What rules read of rows, by name: of four digits, null where there is nothing."""
    names = dict.fromkeys(name for row in rows for name in row)

    def short(value: Any) -> Any:
        return float(f"{value:.4g}") if isinstance(value, float) else value

    return {
        name: [short(row.get(name)) for row in rows]
        for name in names
        if name in READ or name.split("/")[0] in READ
    }


def rows_of(columns: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """The inverse of `columns`."""
    rows = [dict(zip(columns, values)) for values in zip(*columns.values())]
    return [{k: v for k, v in row.items() if v is not None} for row in rows]


def main(
    only: tuple[str, ...] = (),
    seeds: tuple[int, ...] = (0, 1),
    histories: pathlib.Path | None = None,
) -> None:
    """Trains and prints.

    Args:
      only: words, of which a case or a change must have one in its name.
      seeds: of the runs of each case.
      histories: add the metrics to this file, one line per run.
    """
    xla.set_up_xla()
    figures: dict[tuple[str, int, str], float] = {}

    def run(name: str, build: Build, steps: int) -> dict[int, list[dict[str, Any]]]:
        runs = train(build, steps, seeds)
        for seed, rows in runs.items():
            if histories:
                line = {"case": name, "seed": seed, "columns": columns(rows)}
                with histories.open("a") as file:
                    file.write(json.dumps(line, separators=(",", ":")) + "\n")
            for cure in CURES.values():
                figures[name, seed, cure.figure] = History(rows).late(cure.figure)
        return runs

    for name, case in CASES.items():
        if _wanted(name, only):
            for seed, rows in run(name, case.make(case.steps), case.steps).items():
                right = is_right(case.expected, rows)
                told = f"{case.expected} | {diagnose(rows).verdict} | {right}"
                print(f"| {name} | {seed} | {told} |", flush=True)
    for name, cure in CURES.items():
        if _wanted(name, only):
            steps = CASES[cure.ill].steps
            for seed, rows in run(name, cure.make(steps), steps).items():
                before = figures.get((cure.ill, seed, cure.figure), float("nan"))
                after = figures[name, seed, cure.figure]
                told = f"{cure.figure} | {before:.3g} | {after:.3g}"
                verdict = diagnose(rows).verdict
                print(f"| {cure.ill} | {name} | {seed} | {told} | {verdict} |")


def _wanted(name: str, only: Sequence[str]) -> bool:
    return not only or any(word in name for word in only)


def is_right(expected: str, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a failure is among the findings, or a healthy run has none."""
    names = [finding.name for finding in diagnose(rows).findings]
    return not names if expected == HEALTHY else expected in names


if __name__ == "__main__":
    tyro.cli(main)
