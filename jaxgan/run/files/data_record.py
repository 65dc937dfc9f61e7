"""What a run was trained on: recorded in its folder, and compared with what is there.

Labels are looked up here, and networks are rebuilt from this, so that data are needed
only where examples are looked at.
"""

import contextlib
import itertools
import json
import pathlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax

from jaxgan.core.types import Tree
from jaxgan.data.facts import Facts
from jaxgan.data.opening import Opening
from jaxgan.run.errors import warn
from jaxgan.run.experiment import Experiment
from jaxgan.run.files import json_file
from jaxgan.run.files.atomic_file import write_text

DATA = "data.json"


class RunData(NamedTuple):
    """Tells what one run was trained on.

    Attributes:
      openings: what its experiment opened, in order.
      facts: of the source in the end, without a fingerprint.
      batch: what a batch is like: type and shape of every leaf, by name.
    """

    openings: tuple[Opening, ...]
    facts: Facts
    batch: dict[str, str]


class DataRecord(NamedTuple):
    """Tells what the runs of a folder were trained on.

    Attributes:
      runs: of every run; of several that are alike, of the first alone.
    """

    runs: tuple[RunData, ...]

    def of_run(self, place: int) -> RunData:
        """Finds what one of several runs side by side was trained on."""
        return self.runs[place if len(self.runs) > 1 else 0]

    @property
    def places(self) -> set[str]:
        """Gathers where the experiment said that data lie."""
        each = [one for run in self.runs for one in run.openings]
        others = {place for one in each for place, _ in one.others}
        return ({one.place for one in each} | others) - {""}

    @property
    def without_places(self) -> list[Any]:
        """Gathers what must be the same wherever the data lie."""
        return [
            [
                [(one.opener, one.facts) for one in run.openings],
                run.facts,
                run.batch,
            ]
            for run in self.runs
        ]


def record_of(runs: Sequence[RunData]) -> DataRecord:
    """Makes the record of runs side by side."""
    alike = all(run == runs[0] for run in runs)
    return DataRecord(tuple(runs[:1] if alike else runs))


def facts_of(experiment: Experiment) -> Facts:
    """Finds what the source of an experiment tells of itself; nothing is read."""
    source = experiment.data.source
    shape = tuple(map(int, getattr(source, "shape", ())))
    classes = getattr(source, "classes", None) or ()
    names = range(classes) if isinstance(classes, int) else classes
    return Facts(int(getattr(source, "size", 0)), shape, tuple(map(str, names)))


def described(batch: Tree) -> dict[str, str]:
    """Describes arrays, or their shapes: {'value': 'float32[8, 4, 4, 3]'}."""
    return {
        jax.tree_util.keystr(path, simple=True, separator="/"): (
            f"{leaf.dtype}{list(leaf.shape)}"
        )
        for path, leaf in jax.tree_util.tree_leaves_with_path(batch)
    }


def write(run: pathlib.Path, record: DataRecord) -> None:
    """Writes the record into a run's folder. Another one there is kept, numbered."""
    path, text = run / DATA, json.dumps(_as_json(record), indent=2) + "\n"
    before = read(run)
    if before is not None and before.without_places != record.without_places:
        number = 1 + len(list(run.glob("data-*.json")))
        path.replace(run / f"data-{number}.json")
    if not path.exists() or path.read_text() != text:
        write_text(path, text)


def read(run: pathlib.Path) -> DataRecord | None:
    """Reads the record of a run's folder; None if there is none.

    One that is damaged is set aside, with a warning.
    """
    path = run / DATA
    try:
        return _from_json(json_file.read(path))
    except FileNotFoundError:
        return None
    except (
        *(OSError, ValueError, TypeError, KeyError, AttributeError),
        RecursionError,
    ) as error:
        aside = path.with_name(f"damaged-{DATA}")
        with contextlib.suppress(OSError):
            path.replace(aside)
        warn(
            f"{path} is damaged ({type(error).__name__}: {error}) and set aside as "
            f"{aside.name}; what the run was trained on is not known any more"
        )
        return None


def differences(stored: DataRecord, seen: DataRecord) -> list[str]:
    """Writes 'NAME: run has A, you have B' for all data that are not the same."""
    lines: list[str] = []
    for before, now in itertools.zip_longest(stored.runs, seen.runs):
        if before is None or now is None:
            lines.append(
                f"data by seed: run has {len(stored.runs)}, you have {len(seen.runs)}"
            )
            break
        known = len(lines)
        for one, other in itertools.zip_longest(before.openings, now.openings):
            alike = one and other and _content(one) == _content(other)
            if not alike:
                name = (other or one).name
                lines.append(f"{name}: run has {_told(one)}, you have {_told(other)}")
        if len(lines) == known and before.facts != now.facts:
            lines.append(f"data: run has {before.facts}, you have {now.facts}")
    return list(dict.fromkeys(lines))


def _content(opening: Opening) -> tuple[str, Facts]:
    return opening.opener, opening.facts


def _told(opening: Opening | None) -> str:
    if opening is None:
        return "no such data"
    return f"data.{opening.opener} ({opening.facts})"


def _as_json(record: DataRecord) -> dict[str, Any]:
    return {
        "runs": [
            {
                "opened": [
                    {
                        "by": one.opener,
                        "place": one.place,
                        "path": one.path,
                        **({"others": one.others} if one.others else {}),
                        **one.facts._asdict(),
                    }
                    for one in run.openings
                ],
                "data": run.facts._asdict(),
                "batch": run.batch,
            }
            for run in record.runs
        ]
    }


def _from_json(stored: dict[str, Any]) -> DataRecord:
    return DataRecord(
        tuple(
            RunData(
                tuple(
                    Opening(
                        *(one["by"], _facts(one), one["place"], one["path"]),
                        tuple((str(x), str(y)) for x, y in one.get("others", ())),
                    )
                    for one in run["opened"]
                ),
                _facts(run["data"]),
                dict(run["batch"]),
            )
            for run in stored["runs"]
        )
    )


def _facts(stored: dict[str, Any]) -> Facts:
    facts = Facts(*(stored[name] for name in Facts._fields))
    return facts._replace(
        shape=tuple(facts.shape),
        classes=tuple(facts.classes),
        counts=tuple(facts.counts),
    )
