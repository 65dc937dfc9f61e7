"""The lesson's folder: complete, alone, and the library's own numbers."""

import io
import json
import pathlib
import re
import tarfile

import jax
import numpy as np
import pytest

from jaxgan import recipes
from jaxgan.diagnosis import diagnose
from jaxgan.run import command_line
from jaxgan.run.commands import COMMANDS
from jaxgan.run.lesson import (
    card,
    dirac_scene,
    graphs,
    lesson_folder,
    point_scenes,
    recorder,
    toy_game,
)
from jaxgan.run.web import engine
from tests.run.lesson.alike import TOLERANCE, check_alike

FIELDS = {"name", "title", "see", "why", "formula", "papers", "type"}
SHIPPED = 1_000_000
"""Bytes that all recordings may have together."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A lesson without live play: what every machine can make."""
    made = tmp_path_factory.mktemp("lesson") / "made"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "found", lambda named: (None, "it is a test"))
        assert lesson_folder.write(made).missing == "it is a test"
    return made


def test_the_folder_is_complete(folder):
    page = (folder / "index.html").read_text()
    named = re.findall(r'(?:src|href)="([^"#:]+)"', page)
    assert len(named) > 8
    assert all((folder / name).is_file() for name in named)
    assert {path.stem for path in (folder / "scenes").iterdir()} == set(
        lesson_folder.scene_names()
    )
    about = (folder / "card.js").read_text()
    told = json.loads(about.removeprefix("lesson.card = ").rstrip(";\n"))
    assert "runtime" not in told
    assert told["without"].endswith("it is a test.")


def test_nothing_asks_another_server(folder):
    """The one address is that of papers, which open when they are followed."""
    texts = {path: path.read_text() for path in folder.rglob("*") if path.is_file()}
    for path, text in texts.items():
        seen = set(
            re.findall(r"(?:https?:)?//[a-z][\w.-]*\.[a-z]{2,}[^\s\"`<$]*", text)
        )
        assert seen <= {"https://arxiv.org/abs/"}, path
    policy = re.search(
        r'Content-Security-Policy" content="([^"]+)', texts[folder / "index.html"]
    )
    assert policy is not None
    assert "http" not in policy[1]
    assert policy[1].startswith("default-src 'none'")


def test_every_scene_says_what_and_why():
    scenes = json.loads((lesson_folder.PAGE / "words.json").read_text())
    assert len(scenes) == 12
    assert len({scene["name"] for scene in scenes}) == 12
    for scene in scenes:
        assert set(scene) == FIELDS
        assert all(scene[field] for field in FIELDS)
        assert all(
            re.fullmatch(r"\d{4}\.\d{4,5}", number) for _, number in scene["papers"]
        )


def test_what_to_type_can_be_typed():
    """Commands are of experiments that there are, with their fields; Python runs."""
    from experiments.first import digits, toy_modes

    known = {"toy_modes": toy_modes.Config, "digits": digits.Config}
    for scene in json.loads((lesson_folder.PAGE / "words.json").read_text()):
        lines = scene["type"].splitlines()
        if not lines[0].startswith("jaxgan "):
            exec(scene["type"], {})
            continue
        for words in map(str.split, lines):
            assert words[0] == "jaxgan"
            if words[1] == "train":
                options = [w[2:].replace("-", "_") for w in words if w[:2] == "--"]
                fields = known[words[2]].__dataclass_fields__
                assert set(options) <= set(fields), words
            else:
                command_line.parse(COMMANDS[words[1]], words[2:], " ".join(words[:2]))


def test_questions_have_one_right_answer_with_a_reason():
    questions = json.loads((lesson_folder.PAGE / "questions.json").read_text())
    assert len(questions) >= 12
    for question in questions:
        right, *wrong = question["answers"]
        assert question["question"].endswith("?")
        assert question["reason"]
        assert right[1] == ""
        assert len(wrong) == 3
        assert all(text and why for text, why in wrong)


def test_recordings_are_all_there_and_small():
    names = lesson_folder.scene_names()
    files = [lesson_folder.RECORDINGS / f"{name}.json" for name in names]
    assert sum(path.stat().st_size for path in files) < SHIPPED
    for path in files:
        for variant in json.loads(path.read_text()):
            frames = len(variant.get("steps", variant.get("path")))
            assert frames > 3, path
            for key in (
                "points",
                "surface",
                "range",
                "losses",
                "sheets",
                "modes",
                "notes",
            ):
                assert len(variant.get(key, range(frames))) == frames, (path, key)


def test_the_smallest_game_is_as_it_was_recorded():
    """And so on any machine: a game of two numbers."""
    stored = json.loads((lesson_folder.RECORDINGS / "oscillation.json").read_text())
    free, damped = dirac_scene.oscillation()
    for made, kept in zip((free, damped), stored, strict=True):
        np.testing.assert_allclose(made["path"], kept["path"], atol=2e-3)
    assert np.linalg.norm(free["path"][-1]) > 0.9 * dirac_scene.START
    assert np.linalg.norm(damped["path"][-1]) < 0.05


def test_a_game_is_recorded_the_same_again():
    """Two recordings of the same short game are equal, byte for byte."""
    one = point_scenes.on_ring("short", recipes.minimax(1e-3), 16)
    first, second = (
        json.dumps(recorder.record(one.make(), one.watch)) for _ in range(2)
    )
    assert first == second
    told = json.loads(first)
    assert told["steps"][0] == 0
    assert told["steps"][-1] == 16
    assert told["of"] == 8


def test_numbers_are_the_librarys():
    from jaxgan.diagnosis import player_rules, sample_rules

    told = card.numbers()
    assert told["FAR"] == player_rules.FAR
    assert told["ALIKE"] == sample_rules.ALIKE
    found = [diagnose(rows).findings[0] for rows in card.ill_histories()]
    assert card.advice() == {one.name: list(one.advice) for one in found}
    assert len(found) == 5


@pytest.mark.parametrize("name", toy_game.CHOICES)
def test_vectors_are_the_whole_state(name):
    vectors, state = graphs.Vectors(name), graphs.first_state(name)
    floats, counts = vectors.of(state)
    again = vectors.state(floats, counts, state.step)
    both = ((one.variables, one.opt_state) for one in (state, again))
    assert jax.tree.all(jax.tree.map(np.array_equal, *both))
    about = card.recipe_card(name, {})
    filled = np.zeros(vectors.floats, np.float32)
    filled[: vectors.variables] = card.first_variables()[0]
    for at, value in about["rest"]:
        filled[at] = value
    np.testing.assert_array_equal(filled, np.asarray(floats))


QUICK = ("r3gan", "wgan")
"""Whose gradients are penalised, and whose weights are clipped."""


def a_batch(seed):
    random = np.random.default_rng(seed)
    shape = (toy_game.BATCH, 2)
    return [random.standard_normal(shape).astype(np.float32) for _ in range(2)]


def played(graph, floats, counts, step, batch):
    """JAX's own result, of a state and a batch."""
    step, rate = np.asarray(step, np.int32), np.asarray(1e-3, np.float32)
    made = jax.jit(graph.function)(floats, counts, step, rate, *batch)
    return [np.asarray(x) for x in made]


@pytest.mark.parametrize("player", ["discriminator", "generator"])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow])
        for name in toy_game.CHOICES
    ],
)
def test_an_exported_move_is_that_of_jax(name, player):
    """From equal states, at the start and later, all that a move changes."""
    runtime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx")
    graph = graphs.move(name, player)
    session = runtime.InferenceSession(lesson_folder.exported(graph))
    wanted = {one.name for one in session.get_inputs()}
    floats, counts = map(np.asarray, graphs.Vectors(name).of(graphs.first_state(name)))
    for step in range(3):
        batch = a_batch(step)
        given = dict(zip(graph.inputs, (floats, counts, step, 1e-3, *batch)))
        feed = {
            key: np.asarray(value, graph.inputs[key].dtype)
            for key, value in given.items()
            if key in wanted
        }
        made = session.run(None, feed)
        floats, counts, metrics = played(graph, floats, counts, step, batch)
        check_alike(name, made[0], floats)
        np.testing.assert_array_equal(made[1], counts)
        np.testing.assert_allclose(made[2], metrics, atol=TOLERANCE, rtol=TOLERANCE)


def test_another_package_is_refused(tmp_path):
    from jaxgan.run.errors import RunError

    other = tmp_path / "other.tgz"
    other.write_bytes(b"not it")
    with pytest.raises(RunError, match="is another file, wanted onnxruntime-web"):
        lesson_folder.write(tmp_path / "new", other)
    assert not (tmp_path / "new").exists()
    assert engine.VERSION in engine.ADDRESS
    assert pathlib.Path(engine.ADDRESS).suffix == ".tgz"


def test_the_engine_comes_with_its_license_and_without_maps(tmp_path):
    package = tmp_path / "package.tgz"
    with tarfile.open(package, "w:gz") as archive:
        for name in engine.FILES:
            content = b"code\n//# sourceMappingURL=x.map\n"
            entry = tarfile.TarInfo(f"package/dist/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    engine.unpack(package, tmp_path / "engine")
    found = {path.name: path.read_bytes() for path in (tmp_path / "engine").iterdir()}
    assert found.keys() == {*engine.FILES, "LICENSE"}
    assert b"Copyright (c) Microsoft" in found["LICENSE"]
    assert found["ort.wasm.min.js"] == b"code\n"
