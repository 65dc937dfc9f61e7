"""What the diagnosis says of recorded runs, as tables: nothing is trained.

    python experiments/benchmarks/diagnosis/failing_table.py

Of every run of `failing_runs.py`: what was done, all that was found, seed by seed, and
the figure that speaks for what is wrong by construction. Then the runs that took the
advice: that figure without and with it, and what is found now.
"""

import json
import pathlib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import tyro
from failing_runs import (
    CASES,
    COLLAPSE,
    CURES,
    DEAD,
    DIVERGENCE,
    HEALTHY,
    MEMORISATION,
    OSCILLATION,
    OVERFITTING,
    VANISHING,
    WEAK,
)
from failures import rows_of

from jaxgan.diagnosis.diagnose import diagnose
from jaxgan.diagnosis.history import History, shown

Rows = Sequence[Mapping[str, Any]]
RECORDED = pathlib.Path(__file__).parents[3] / "tests" / "diagnosis" / "histories.jsonl"


def _late(name: str) -> Callable[[Rows], str]:
    return lambda rows: shown(History(rows).late(name))


def _variety(rows: Rows) -> str:
    late = History(rows).late
    return shown(late("samples/effective_number") / late("data/effective_number"))


def _rank(rows: Rows) -> str:
    late = History(rows).late
    return f"{late('latent/rank'):.0f} of {late('latent/directions'):.0f}"


def _margin(rows: Rows) -> str:
    ends = [row["step"] for row in rows if "not_finite" in row]
    if ends:
        return f"not finite at step {ends[0]}"
    late = History(rows).late
    names = ("discriminator/real_logits", "discriminator/fake_logits")
    return shown(abs(late(names[0]) - late(names[1])))


def _swing(rows: Rows) -> str:
    """Of the finding itself: it is of the whole way, and no metric."""
    found = {one.name: one.evidence for one in diagnose(rows).findings}
    swing = re.search("swings by ([^ ]+)", found.get(OSCILLATION, ""))
    return swing[1] if swing else "none"


FIGURES: dict[str, tuple[str, Callable[[Rows], str]]] = {
    HEALTHY: ("variety, of the data's", _variety),
    VANISHING: ("slope of G's loss", _late("signal/loss_slope")),
    WEAK: ("pairs ranked rightly", _late("discriminator/ranking")),
    OVERFITTING: ("r_v", _late("overfitting/r_v")),
    OSCILLATION: ("swing, in the data's deviations", _swing),
    DIVERGENCE: ("D's margin", _margin),
    DEAD: ("directions of the latent that count", _rank),
    COLLAPSE: ("variety, of the data's", _variety),
    MEMORISATION: ("nearer to training than held-out", _late("memory/nearer_train")),
}
"""Of each finding, the figure that speaks for it."""


def read(path: pathlib.Path) -> dict[str, dict[int, list[dict[str, Any]]]]:
    """The rows of recorded runs, by case or cure, and by seed."""
    found: dict[str, dict[int, list[dict[str, Any]]]] = {}
    for line in path.read_text().splitlines():
        run = json.loads(line)
        found.setdefault(run["case"], {})[run["seed"]] = rows_of(run["columns"])
    return found


def cases(runs: Mapping[str, Mapping[int, Rows]]) -> list[str]:
    """The table of what was made to fail, and of what was not."""
    lines = [
        "| run | seeds | named | figure | of each seed |",
        "|---|---|---|---|---|",
    ]
    for name, case in CASES.items():
        title, figure = FIGURES[case.expected]
        parts = sorted(runs[name].items())
        seeds = ", ".join(str(seed) for seed, _ in parts)
        values = " / ".join(figure(rows) for _, rows in parts)
        lines.append(
            f"| {name} | {seeds} | {_verdicts(case.expected, [r for _, r in parts])} "
            f"| {title} | {values} |"
        )
    return lines


def _verdicts(expected: str, parts: Sequence[Rows]) -> str:
    """What is named of all runs, the expected first; of some, how many."""
    names = [[f.name for f in diagnose(rows).findings] or [HEALTHY] for rows in parts]
    every = dict.fromkeys([expected, *(name for one in names for name in one)])
    told = []
    for name in every:
        count = sum(name in one for one in names)
        of_some = "" if count == len(names) else f" ({count} of {len(names)})"
        told.append((f"**{name}**" if name == expected else name) + of_some)
    return ", ".join(told)


def cures(runs: Mapping[str, Mapping[int, Rows]]) -> list[str]:
    """The table of what took the advice."""
    lines = [
        "| finding | of the run | advice taken | figure | seed | before | after | now |"
        "\n|---|---|---|---|---|---|---|---|",
    ]
    for name, cure in CURES.items():
        for seed, rows in sorted(runs[name].items()):
            figure = _late(cure.figure)
            lines.append(
                f"| {cure.finding} | {cure.ill} | {name} | {cure.figure} | {seed} "
                f"| {figure(runs[cure.ill][seed])} | {figure(rows)} "
                f"| {diagnose(rows).verdict} |"
            )
    return lines


def main(histories: pathlib.Path = RECORDED) -> None:
    """Prints.

    Args:
      histories: as `failures.py --histories` writes them.
    """
    runs = read(histories)
    print("\n".join([*cases(runs), "", *cures(runs)]))


if __name__ == "__main__":
    tyro.cli(main)
