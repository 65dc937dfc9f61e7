"""What `jaxgan.diagnosis.diagnose` finds in the metrics, if that module is there."""

import importlib
from collections.abc import Sequence
from typing import Any, NamedTuple

MODULE = "jaxgan.diagnosis.diagnose"


class Finding(NamedTuple):
    """One finding, as text.

    Attributes:
      name: of the failure.
      evidence: what was seen, with figures.
      advice: what to try, the most likely first.
      seed: of the run, where there are several.
    """

    name: str
    evidence: str
    advice: Sequence[str]
    seed: int | None = None


class Diagnosis(NamedTuple):
    """What is known of a run, or of several side by side.

    Attributes:
      findings: of all of them.
      unseen: what could not be looked for, and why.
      looked_for: the names of the failures that there could have been.
    """

    findings: Sequence[Finding]
    unseen: Sequence[str]
    looked_for: Sequence[str] = ()


def read(
    rows: Sequence[dict[str, Any]], seeds: Sequence[int] = (0,)
) -> Diagnosis | None:
    """Diagnoses the rows of metrics.jsonl; None without the module, or without rows."""
    try:
        module = importlib.import_module(MODULE)
    except ModuleNotFoundError as error:
        if error.name != MODULE:
            raise
        return None
    if not rows:
        return None
    found: list[Finding] = []
    unseen: dict[str, None] = {}
    looked_for: dict[str, None] = {}
    for seed in seeds:
        one = module.diagnose(_of_seed(rows, seed))
        told = seed if len(seeds) > 1 else None
        found += [Finding(f.name, f.evidence, f.advice, told) for f in one.findings]
        unseen |= dict.fromkeys(one.unseen)
        looked_for |= dict.fromkeys(getattr(one, "looked_for", ()))
    return Diagnosis(found, list(unseen), list(looked_for))


def _of_seed(rows: Sequence[dict[str, Any]], seed: int) -> list[dict[str, Any]]:
    return [{**row, **row.get("seeds", {}).get(str(seed), {})} for row in rows]
