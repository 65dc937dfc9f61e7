"""Which frozen networks a run reads: recorded in its folder, and compared by hash."""

import dataclasses
import json
import pathlib
from collections.abc import Mapping
from typing import Any

import jax

from jaxgan.core.types import Tree
from jaxgan.run.errors import RunError
from jaxgan.run.experiment import Frozen
from jaxgan.run.files import stored_text
from jaxgan.run.files.atomic_file import write_text
from jaxgan.run.files.fingerprint import fingerprint

FILE = "frozen.json"

Record = dict[str, dict[str, Any]]
"""Source, fingerprint and count of numbers of every network, by its name."""


def record_of(networks: Mapping[str, Frozen], variables: Tree) -> Record:
    """Makes the record of networks that have been read.

    Args:
      networks: of an experiment.
      variables: of all of them by name, on this process's devices; `()` of none.

    Raises:
      RunError: if one is not what the experiment says.
    """
    record: Record = {}
    for name, network in networks.items():
        seen = fingerprint(variables[name])
        if network.fingerprint not in (None, seen):
            raise RunError(
                f"the frozen network {name!r} ({network.source}) has the fingerprint "
                f"{seen}, wanted {network.fingerprint}"
            )
        size = sum(leaf.size for leaf in jax.tree.leaves(variables[name]))
        record[name] = {
            "source": network.source,
            "fingerprint": seen,
            "numbers": int(size),
        }
    return record


def check(run: pathlib.Path, seen: Record) -> None:
    """Checks that a run goes on with the frozen networks that it began with.

    Where they lie does not matter.

    Raises:
      RunError: if one is another, or there are others.
    """
    stored = stored_text.read_object(run / FILE)
    if stored is None:
        return
    for name in sorted({*stored, *seen}):
        before, now = stored.get(name), seen.get(name)
        if _known(before) != _known(now):
            raise RunError(
                f"{run} was trained with another frozen network {name!r}: the run has "
                f"{_told(before)}, you have {_told(now)}",
                "give it that one, wherever it lies by now, or choose a new --run-dir; "
                "nothing was changed",
            )


def write(run: pathlib.Path, record: Record) -> None:
    """Writes the record into a run's folder, if there is anything to record."""
    if record:
        write_text(run / FILE, json.dumps(record, indent=2) + "\n")


def known(run: pathlib.Path, networks: Mapping[str, Frozen]) -> dict[str, Frozen]:
    """Finds the networks of a run, which now say by which fingerprint they go."""
    stored = stored_text.read_object(run / FILE) or {}

    def of_run(name: str, network: Frozen) -> Frozen:
        seen = _known(stored.get(name))
        seen = seen if isinstance(seen, str) else network.fingerprint
        return dataclasses.replace(network, fingerprint=seen)

    return {name: of_run(name, network) for name, network in networks.items()}


def lines(run: pathlib.Path) -> list[tuple[str, str]]:
    """Tells, for people, the name of every frozen network of a run, and which it is."""
    stored = stored_text.read_object(run / FILE) or {}
    return [(f"frozen {name}", _told(one)) for name, one in stored.items()]


def _known(one: Any) -> Any:
    return one.get("fingerprint") if isinstance(one, dict) else None


def _told(one: Any) -> str:
    known = _known(one)
    return "none" if known is None else f"{known!s:.23} ({one.get('source')})"
