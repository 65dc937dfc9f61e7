"""The arms of `rare_class.py`, what it found before, and the table of it."""

import json
import math
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import stats


class Arm(NamedTuple):
    """What the classifiers of an arm are trained on.

    Attributes:
      balanced: classes are equally frequent.
      augmented: every picture, of all classes, is moved a little.
      synthetic: of pictures of the rare class every other one is.
      all_real: none is hidden.
    """

    balanced: bool = True
    augmented: bool = False
    synthetic: bool = False
    all_real: bool = False


FEW, AUGMENTED = "few real, repeated", "few real, augmented"
SYNTHETIC, BOTH = "few real + synthetic", "few real + synthetic, augmented"
BOUND = "all real, augmented: the bound"
ARMS = {
    "few real, as they come": Arm(balanced=False),
    FEW: Arm(),
    AUGMENTED: Arm(augmented=True),
    SYNTHETIC: Arm(synthetic=True),
    BOTH: Arm(synthetic=True, augmented=True),
    BOUND: Arm(augmented=True, all_real=True),
}
JUDGED = "judged"
"""Share of synthetic pictures that a classifier of the bound takes for rare ones."""
MEASURES = {
    "recall": "recall of {}",
    "others": "accuracy on others",
    "balanced": "balanced accuracy",
}

Scores = Mapping[str, Mapping[str, float]]


def check_same(path: pathlib.Path, protocol: Mapping[str, Any]) -> dict[str, Any]:
    """What was found before, by seed and arm; nothing, if there is no file.

    Raises:
      SystemExit: if it was found otherwise, or the file is damaged.
    """
    if not path.exists():
        return {}
    try:
        before = json.loads(path.read_text())
        known, results = before["protocol"], before["results"]
    except (ValueError, KeyError, TypeError):
        raise SystemExit(f"--out: {path} is damaged, wanted another folder") from None
    for name, value in protocol.items():
        if known.get(name) != value:
            raise SystemExit(
                f"--{name.replace('_', '-')}: saw {value}, wanted {known.get(name)} as "
                f"in {path}, or another --out"
            )
    return results


def lines(of_seeds: Sequence[Scores], rare: str) -> list[str]:
    """The table, how synthetic pictures are judged, and whether they help."""
    heads = ["training set", *(head.format(rare) for head in MEASURES.values())]
    table = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for arm in ARMS:
        cells = [spread([one[arm][name] for one in of_seeds]) for name in MEASURES]
        table.append(f"| {arm} | {' | '.join(cells)} |")
    judged = spread([one[BOUND][JUDGED] for one in of_seeds])
    return [
        *table,
        "",
        f"Of the synthetic pictures the classifiers of the bound call {judged} {rare}.",
        verdict(of_seeds),
    ]


def spread(values: Sequence[float]) -> str:
    """Mean ± standard deviation of shares."""
    return f"{np.mean(values):.3f} ± {np.std(values, ddof=1):.3f}"


def verdict(of_seeds: Sequence[Scores]) -> str:
    """Whether synthetic pictures change balanced accuracy by more than its spread.

    Differences are taken seed by seed; ± is half of their 95 % interval, Student's t.
    """
    told = []
    for name, arm, without in (
        ("repetition alone", SYNTHETIC, FEW),
        ("classical augmentation", BOTH, AUGMENTED),
    ):
        gains = [one[arm]["balanced"] - one[without]["balanced"] for one in of_seeds]
        mean, half = float(np.mean(gains)), half_interval(gains)
        word = "no difference beyond the spread"
        if abs(mean) > half:
            word = "they help" if mean > 0 else "they harm"
        told.append(f"{mean:+.3f} ± {half:.3f} over {name}: {word}")
    return f"Synthetic pictures, balanced accuracy: {'; '.join(told)}."


def half_interval(values: Sequence[float]) -> float:
    """Half of the 95 % interval of a mean, by Student's t."""
    count = len(values)
    quantile = float(stats.t.ppf(0.975, count - 1))
    return quantile * float(np.std(values, ddof=1)) / math.sqrt(count)
