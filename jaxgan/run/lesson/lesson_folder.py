"""The lesson's folder: page, recorded scenes, graphs, and what runs them."""

import json
import pathlib
from typing import Any, NamedTuple

import numpy as np

from jaxgan.run.lesson import card, graphs, toy_game
from jaxgan.run.web import engine, page_files

PAGE = pathlib.Path(__file__).parent / "page"
RECORDINGS = pathlib.Path(__file__).parent / "recordings"
WORDS = {"words": "scene_words.js", "questions": "questions.js"}
"""Texts: JSON in the package, scripts in the folder, for a page that is opened from a
disk may read nothing but scripts."""


class Lesson(NamedTuple):
    """What was written.

    Attributes:
      missing: why there is no live play; '' if there is.
    """

    missing: str


def scene_names() -> list[str]:
    """Names of the scenes, in their order."""
    return [scene["name"] for scene in json.loads((PAGE / "words.json").read_text())]


def write(folder: pathlib.Path, runtime: pathlib.Path | None = None) -> Lesson:
    """Writes the whole folder.

    Without a network, or without onnx, everything but live play is there.

    Args:
      folder: new, or empty.
      runtime: the package of ONNX Runtime Web; by default it is downloaded once.

    Raises:
      RunError: if the named package is another file.
    """
    package, missing = engine.found(runtime)
    folder.mkdir(parents=True, exist_ok=True)
    page_files.copy(PAGE, folder)
    for name, script in WORDS.items():
        text = (PAGE / f"{name}.json").read_text()
        (folder / script).write_text(f"lesson.{name} = {text.strip()};\n")
    scenes = folder / "scenes"
    scenes.mkdir()
    for name in scene_names():
        text = (RECORDINGS / f"{name}.json").read_text()
        (scenes / f"{name}.js").write_text(f"lesson.recordings.{name} = {text};\n")
    if package is not None:
        _write_live(folder, package)
    about = card.card(moves()) | (
        {"without": f"Live play is not in this folder: {missing}."}
        if missing
        else {"runtime": engine.FOLDER, "engine": engine.NAME}
    )
    (folder / "card.js").write_text(f"lesson.card = {json.dumps(about)};\n")
    return Lesson(missing)


def moves() -> dict[str, dict[str, graphs.Graph]]:
    """Makes the graphs of all moves, by recipe and player."""
    players = ("discriminator", "generator")
    return {
        name: {player: graphs.move(name, player) for player in players}
        for name in toy_game.CHOICES
    }


def all_graphs() -> dict[str, graphs.Graph]:
    """Makes all graphs that the page runs, by the names of their files."""
    made = {
        f"{name}_{player}": graph
        for name, both in moves().items()
        for player, graph in both.items()
    }
    made |= {f"{name}_probe": graphs.probe(name) for name in toy_game.CHOICES}
    return made | {"look": graphs.look()}


def exported(graph: graphs.Graph) -> bytes:
    """Makes the ONNX file of a graph."""
    from jaxgan.export import to_onnx

    arguments: list[Any] = list(graph.inputs.values())
    return to_onnx(
        graph.function, arguments, list(graph.inputs), list(graph.outputs)
    ).data


def _write_live(folder: pathlib.Path, package: pathlib.Path) -> None:
    """Writes what live play wants."""
    engine.unpack(package, folder / engine.FOLDER)
    play = folder / "play"
    play.mkdir()
    for name, graph in all_graphs().items():
        (play / f"{name}.onnx").write_bytes(exported(graph))
    card.first_variables().astype(np.float32).tofile(play / "first.bin")
