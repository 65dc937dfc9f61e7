"""What `jaxgan.evaluation.diagnosis` finds in the metrics, if that module is there."""

import importlib
from collections.abc import Sequence
from typing import Any, NamedTuple

MODULE = "jaxgan.evaluation.diagnosis"


class Finding(NamedTuple):
    """One finding, as text.

    Attributes:
      title: what it is.
      severity: how bad.
      text: what was seen.
      advice: what to try.
    """

    title: str
    severity: str
    text: str
    advice: str


def read(rows: Sequence[dict[str, Any]]) -> list[Finding] | None:
    """What is found in the rows of metrics.jsonl; None without the module."""
    try:
        module = importlib.import_module(MODULE)
    except ModuleNotFoundError as error:
        if error.name != MODULE:
            raise
        return None
    return [_finding(one) for one in module.findings(rows)]


def _finding(one: Any) -> Finding:
    texts = {name: str(getattr(one, name, "")) for name in Finding._fields}
    return Finding(**texts) if any(texts.values()) else Finding(str(one), "", "", "")
