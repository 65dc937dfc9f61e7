"""The scenes, recorded anew: python -m jaxgan.run.lesson.record [NAME ...].

What comes with the package was made by this, scenes of digits of the run that `jaxgan
train digits` makes in runs/digits. It takes about a quarter of an hour of one core, and
gives the same bytes on the same machine.
"""

import json
import pathlib
import sys
from collections.abc import Callable
from typing import Any

from jaxgan.run.lesson import (
    dirac_scene,
    lesson_folder,
    picture_scenes,
    point_scenes,
    recorder,
)


def of_points(make: Callable[[], list[point_scenes.Variant]]) -> list[dict[str, Any]]:
    """Plays and records the games of a scene in the plane."""
    return [
        {"title": one.title, **recorder.record(one.make(), one.watch)} for one in make()
    ]


DIGITS = ("truncation", "conditional", "walk")
RUN = pathlib.Path("runs/digits")


def scene(name: str) -> list[dict[str, Any]]:
    """Records one scene: its variants."""
    if name in DIGITS:
        return getattr(picture_scenes, name)(RUN)
    if name == "growth":
        return picture_scenes.growth()
    if name == "oscillation":
        return dirac_scene.oscillation()
    return of_points(getattr(point_scenes, name))


def main(names: list[str]) -> None:
    """Writes the recordings of these scenes, or of all."""
    for name in names or lesson_folder.scene_names():
        path = pathlib.Path(lesson_folder.RECORDINGS) / f"{name}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(scene(name), separators=(",", ":")) + "\n")
        print(f"{path.name}: {path.stat().st_size:,} bytes", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
