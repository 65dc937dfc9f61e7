"""The diagnosis of a run: `jaxgan diagnose`, and the last lines of training."""

import argparse
import json
import pathlib
import textwrap

from jaxgan.diagnosis.diagnose import Diagnosis, diagnose
from jaxgan.diagnosis.history import of_seed
from jaxgan.run import run_directory
from jaxgan.run.errors import RunError


def diagnoses(run: pathlib.Path) -> dict[str, Diagnosis]:
    """The diagnosis of every run in a folder, by seed; of a single run, by ''."""
    # Not at the top: they import TensorBoard, JAX and orbax.
    from jaxgan.run import not_finite, records

    rows = records.read_rows(run / records.METRICS)
    end = not_finite.recorded(run, rows[-1]["step"] if rows else 0)
    seeds = list(next((row["seeds"] for row in rows if "seeds" in row), {"": None}))
    return {
        seed: diagnose([*(of_seed(rows, seed) if seed else rows), *end])
        for seed in seeds
    }


def tell(arguments: argparse.Namespace) -> None:
    """Prints the diagnosis of a run, each finding with its evidence and advice."""
    run_directory.read_identity(arguments.run)
    if (arguments.run / run_directory.IMPORTED).is_file():
        raise RunError(
            f"{arguments.run} was imported: there is no training to diagnose"
        )
    found = diagnoses(arguments.run)
    if arguments.json:
        print(json.dumps({"run": str(arguments.run), **_as_json(found)}))
        return
    for seed, diagnosis in found.items():
        of_run = f"{arguments.run}, seed {seed}" if seed else f"{arguments.run}"
        print(f"{of_run}: step {diagnosis.step}: {diagnosis.verdict}")
        print(told(diagnosis), end="")


def told(diagnosis: Diagnosis) -> str:
    """Findings in full, and what could not be looked for; lines, or ''."""
    lines: list[str] = []
    for finding in diagnosis.findings:
        lines += [f"\n{finding.name}", *_filled("seen: ", finding.evidence)]
        for place, advice in enumerate(finding.advice):
            lines += _filled("try:  " if not place else "      ", f"- {advice}")
    if not diagnosis.findings:
        lines += ["", *_filled("looked for: ", ", ".join(diagnosis.looked_for), "")]
    elif diagnosis.unseen:
        lines.append("")
    for unseen in diagnosis.unseen:
        lines += _filled("not looked for: ", unseen, indent="")
    return "".join(f"{line}\n" for line in lines)


def closing_lines(run: pathlib.Path) -> list[str]:
    """A line per run with something found, and how to read more; or that all is well.

    None as long as it is too early to tell.
    """
    found = diagnoses(run)
    lines = [
        f"diagnosis{f' of seed {seed}' if seed else ''}: {diagnosis.verdict}"
        for seed, diagnosis in found.items()
        if diagnosis.findings
    ]
    if lines:
        return [*lines, f"evidence and advice: jaxgan diagnose {run}"]
    healthy = all(diagnosis.verdict == "healthy" for diagnosis in found.values())
    return ["diagnosis: healthy"] if healthy else []


def _filled(start: str, text: str, indent: str = "  ") -> list[str]:
    return textwrap.wrap(
        text,
        width=88,
        initial_indent=indent + start,
        subsequent_indent=indent + " " * len(start),
        break_on_hyphens=False,
    )


def _as_json(found: dict[str, Diagnosis]) -> dict:
    def of_one(diagnosis: Diagnosis) -> dict:
        return {
            "step": diagnosis.step,
            "verdict": diagnosis.verdict,
            "findings": [finding._asdict() for finding in diagnosis.findings],
            "unseen": diagnosis.unseen,
        }

    if list(found) == [""]:
        return of_one(found[""])
    return {"seeds": {seed: of_one(diagnosis) for seed, diagnosis in found.items()}}
