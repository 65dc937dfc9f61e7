"""The diagnosis of a run on disk, and its text."""

import pathlib
import textwrap

from jaxgan.diagnosis.diagnose import Diagnosis, diagnose
from jaxgan.diagnosis.history import of_seed


def diagnoses(run: pathlib.Path) -> dict[str, Diagnosis]:
    """Diagnoses every run in a folder, by seed; a single run, by ''."""
    # Not at the top: it imports JAX.
    from jaxgan.run.files import metrics_log, not_finite_record

    rows = metrics_log.read_rows(run / metrics_log.METRICS)
    last = rows[-1]["step"] if rows else 0
    seeds = next((list(row["seeds"]) for row in rows if "seeds" in row), None)
    seeds = seeds or not_finite_record.seeds(run) or [""]
    return {
        seed: diagnose(
            [
                *(of_seed(rows, seed) if seed else rows),
                *not_finite_record.read(run, last, seed),
            ]
        )
        for seed in seeds
    }


def text(diagnosis: Diagnosis) -> str:
    """Writes findings in full, and what could not be looked for; lines, or ''."""
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
    """Writes a line per run with findings, and how to read more; or that all is well.

    None as long as it is too early to tell.
    """
    by_seed = diagnoses(run)
    lines = [
        f"diagnosis{f' of seed {seed}' if seed else ''}: {diagnosis.verdict}"
        for seed, diagnosis in by_seed.items()
        if diagnosis.findings
    ]
    if lines:
        return [*lines, f"evidence and advice: jaxgan diagnose {run}"]
    healthy = all(diagnosis.verdict == "healthy" for diagnosis in by_seed.values())
    return ["diagnosis: healthy"] if healthy else []


def _filled(start: str, text: str, indent: str = "  ") -> list[str]:
    return textwrap.wrap(
        text,
        width=88,
        initial_indent=indent + start,
        subsequent_indent=indent + " " * len(start),
        break_on_hyphens=False,
    )
