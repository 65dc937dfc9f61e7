"""evaluations.jsonl: what was measured of a run, each number with its protocol.

One JSON object per line:

  step: of the checkpoint, an integer.
  measure: as `jaxgan evaluate --metrics` has it.
  metric: its full name.
  value: a number.
  card: the protocol, {name: anything}: samples, features, splits, seeds, versions.
  spread: optional, the standard deviation of `value` over repetitions.
  seed: optional, which of several runs side by side.
  classes: optional, {name of a class: its share of the samples, in [0, 1]}.
  better: optional, 'lower' or 'higher'.
  about: optional, what else is to be said of it.

Of rows with the same step, metric, seed and card, the last counts.
"""

import json
import os
import pathlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from jaxgan.run.errors import RunError, warn
from jaxgan.run.files import run_directory, stored_text
from jaxgan.run.kinds.measures.measure import Score

FILE = "evaluations.jsonl"
PICTURES = "evaluations"
"""The folder of pictures of samples beside the training examples nearest to them."""
RUN_SEED = "seed of the run"
"""A card's entry, in which those of several seeds side by side differ."""


class Evaluation(NamedTuple):
    """One measured value; see the module."""

    step: int
    metric: str
    value: float
    card: Mapping[str, Any]
    spread: float | None = None
    seed: int | None = None
    classes: Mapping[str, float] | None = None
    better: str | None = None
    measure: str | None = None
    about: str | None = None

    @property
    def name(self) -> str:
        """Writes the metric, with an arrow to where it is better."""
        arrow = {"lower": " ↓", "higher": " ↑"}.get(self.better or "", "")
        return self.metric + arrow

    @property
    def shown(self) -> str:
        """Formats the value, with its spread if there is one."""
        return Score(self.metric, self.value, self.spread).shown

    @property
    def protocol(self) -> list[tuple[str, str]]:
        """Writes the card as text."""
        return [
            (name, x if isinstance(x, str) else json.dumps(x, ensure_ascii=False))
            for name, x in self.card.items()
        ]


def run_card(name: str, seed: int, options: Mapping[str, Any]) -> dict[str, Any]:
    """Says of a card what it says of a run, whenever that is evaluated.

    Args:
      name: of the experiment.
      seed: of the run.
      options: of sampling, see `sampling_options.card`.
    """
    return {"run": name, RUN_SEED: seed, **options}


def rows(
    scores: Iterable[tuple[str, Score]],
    step: int,
    card: Mapping[str, Any],
    seed: int | None = None,
) -> list[dict[str, Any]]:
    """Makes the lines of scores, without what they do not have.

    Args:
      scores: (name of the measure, score).
      step: of the checkpoint.
      card: by which protocol.
      seed: of the run, where there are several side by side.
    """
    lines = []
    for name, score in scores:
        row = {"step": step, "measure": name, **score._asdict()}
        row |= {"seed": seed, "card": dict(card)}
        lines.append({key: value for key, value in row.items() if value is not None})
    return lines


def append(run: pathlib.Path, lines: Sequence[Mapping[str, Any]]) -> None:
    """Adds lines; one that was cut off before them stays alone.

    Raises:
      RunError: if the file is a symbolic link.
      OSError: if the file cannot be written.
    """
    run_directory.check_no_link(run / FILE)
    with (run / FILE).open("ab+") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(end - 1, 0))
        start = b"\n" if end and file.read() != b"\n" else b""
        text = "".join(json.dumps(line) + "\n" for line in lines)
        file.write(start + text.encode())


def keep(run: pathlib.Path, lines: Sequence[Mapping[str, Any]]) -> bool:
    """Adds lines if it can, else warns: what was measured is told all the same."""
    try:
        append(run, lines)
    except (OSError, RunError) as error:
        reason = getattr(error, "strerror", None) or error.args[0]
        warn(f"{run / FILE} cannot be written: {reason}; the figures are not kept")
        return False
    return True


def read(run: pathlib.Path) -> list[Evaluation]:
    """Reads the readable lines, by step, in the file's order; [] if there are none."""
    evaluations: dict[str, Evaluation] = {}
    for row in stored_text.read_objects(run / FILE):
        try:
            one = evaluation(row)
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
            continue
        key = json.dumps([one.step, one.metric, one.seed, one.protocol], default=str)
        evaluations[key] = one
    return sorted(evaluations.values(), key=lambda one: one.step)


def picture_path(run: pathlib.Path, step: int, seed: int | None) -> pathlib.Path:
    """Names the picture of a step, and of a seed where there are several.

    Raises:
      RunError: if its folder is a symbolic link.
    """
    run_directory.check_no_link(run / PICTURES)
    of_seed = "" if seed is None else f"_seed_{seed}"
    return run / PICTURES / f"neighbours_{step:08d}{of_seed}.png"


def newest_picture(run: pathlib.Path) -> pathlib.Path | None:
    """Finds the picture of the last step that has one."""
    return max((run / PICTURES).glob("neighbours_*.png"), default=None)


def evaluation(row: Mapping[str, Any]) -> Evaluation:
    """Reads one line.

    Raises:
      AttributeError, KeyError, OverflowError, TypeError, ValueError: if it is none.
    """
    spread, seed, classes = (row.get(n) for n in ("spread", "seed", "classes"))
    return Evaluation(
        int(row["step"]),
        str(row["metric"]),
        float(row["value"]),
        dict(row.get("card") or {}),
        None if spread is None else float(spread),
        None if seed is None else int(seed),
        {str(name): float(x) for name, x in classes.items()} if classes else None,
        row.get("better"),
        row.get("measure"),
        row.get("about"),
    )
