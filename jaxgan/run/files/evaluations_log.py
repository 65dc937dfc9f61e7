"""evaluations.jsonl: the figures of a run, one per line, each with its protocol.

`jaxgan.run.report.evaluation_tables` says what is in a line.
"""

import json
import pathlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

FILE = "evaluations.jsonl"


class Fields(Protocol):
    """Names what is in a line, as the tuple `measures.Figure` does."""

    def _asdict(self) -> dict[str, Any]: ...


def run_card(name: str, seed: int, manner: Mapping[str, Any]) -> dict[str, Any]:
    """Says on a card what run it is, whenever it is evaluated.

    Args:
      name: of the experiment.
      seed: of the run.
      manner: of sampling, see `manner.card`.
    """
    return {"run": name, "seed of the run": seed, **manner}


def rows(
    figures: Iterable[tuple[str, Fields]],
    step: int,
    card: Mapping[str, Any],
    seed: int | None = None,
) -> list[dict[str, Any]]:
    """Makes the lines of figures, without what they do not have.

    Args:
      figures: (name of the measure, figure).
      step: of the checkpoint.
      card: by which protocol.
      seed: of the run, where there are several side by side.
    """
    lines = []
    for name, figure in figures:
        row = {"step": step, "measure": name, **figure._asdict()}
        row |= {"seed": seed, "card": dict(card)}
        lines.append({key: value for key, value in row.items() if value is not None})
    return lines


def append(run: pathlib.Path, lines: Sequence[Mapping[str, Any]]) -> None:
    """Adds lines; one that was cut off before them stays alone."""
    with (run / FILE).open("a+") as file:
        file.seek(0)
        text = file.read()
        if text and not text.endswith("\n"):
            file.write("\n")
        file.writelines(json.dumps(line) + "\n" for line in lines)
