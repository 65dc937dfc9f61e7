"""What a run is and how to make it again: the text of the report."""

import json
import pathlib
from collections.abc import Sequence
from typing import Any, NamedTuple

from jaxgan.diagnosis import names
from jaxgan.run.errors import RunError
from jaxgan.run.files import (
    checkpoints,
    experiment_file,
    frozen_record,
    run_directory,
    stored_text,
)

MOST_SOURCE = 200_000
"""Characters of the experiment's file that are shown."""


class RunFacts(NamedTuple):
    """What a run is.

    Attributes:
      name: of the experiment.
      variant: that the config started from.
      about: the first line of the experiment's docstring.
      folder: of the run.
      unit: what its examples are called.
      tiles: (name, value) of where it stands.
      config: (name, value) of every field, of what it started from, and of frozen
        networks.
      seeds: of the runs side by side.
      commands: that started and resumed it, in order.
      saved: the newest checkpoint's step, or None.
      fingerprint: of that checkpoint; or a sentence that says why there is none.
      versions: (name, version).
      source: the experiment's file.
    """

    name: str
    variant: str
    about: str
    folder: str
    unit: str
    tiles: Sequence[tuple[str, str]]
    config: Sequence[tuple[str, str]]
    seeds: Sequence[int]
    commands: Sequence[str]
    saved: int | None
    fingerprint: str
    versions: Sequence[tuple[str, str]]
    source: str


def read(
    run: pathlib.Path, rows: Sequence[dict[str, Any]], unit: str = "images"
) -> RunFacts:
    """Reads all of it; nothing of the experiment is run.

    Args:
      run: the run's folder.
      rows: of metrics.jsonl.
      unit: what its examples are called.

    Raises:
      RunError: if the folder holds no run.
    """
    identity = run_directory.read_identity(run)
    experiment = run / run_directory.EXPERIMENT
    saved = checkpoints.steps(run)
    first = identity.config.get("seed", 0)
    config = dict(identity.config)
    for name in ("start_from", "from_average", "discriminator_from"):
        if getattr(identity, name):
            config[name] = getattr(identity, name)
    config |= frozen_record.lines(run)
    return RunFacts(
        name=identity.experiment,
        variant=identity.variant,
        about=experiment_file.first_line(experiment) if experiment.is_file() else "",
        folder=str(run),
        unit=unit,
        tiles=_tiles(rows, unit),
        config=[(name, _shown(value)) for name, value in config.items()],
        seeds=[first + place for place in range(identity.seeds)],
        commands=stored_text.read_text(run / run_directory.COMMANDS).splitlines(),
        saved=saved[-1] if saved else None,
        fingerprint=_fingerprint(run, saved),
        versions=_versions(run / run_directory.VERSIONS),
        source=_source(experiment),
    )


def _tiles(rows: Sequence[dict[str, Any]], unit: str) -> list[tuple[str, str]]:
    latest: dict[str, Any] = {}
    for row in rows:
        latest |= row
    if not latest:
        return []
    tiles = [
        ("step", f"{latest['step']:,}"),
        (unit, f"{latest['images']:,}"),
        ("time", duration(latest["seconds"])),
    ]
    if names.IMAGES_PER_SECOND in latest:
        tiles.append((f"{unit} / s", f"{latest[names.IMAGES_PER_SECOND]:,.0f}"))
    for name in names.LOSSES:
        if name in latest:
            tiles.append((name.replace("/", " "), f"{latest[name]:.4g}"))
    return tiles


def duration(seconds: float) -> str:
    """Writes seconds for people: '42 s', '3 min 20 s', '5 h 03 min'."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    return f"{minutes // 60:,} h {minutes % 60:02} min"


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _fingerprint(run: pathlib.Path, saved: Sequence[int]) -> str:
    if not saved:
        return "none yet: there is no checkpoint"
    try:
        return checkpoints.saved_fingerprint(run, saved[-1])
    except RunError as error:
        return f"unknown: {error.args[0]}"


def _source(path: pathlib.Path) -> str:
    if not path.is_file():
        return ""
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(MOST_SOURCE)


def _versions(path: pathlib.Path) -> list[tuple[str, str]]:
    versions = stored_text.read_object(path) or {}
    return [(name, str(version)) for name, version in versions.items()]
