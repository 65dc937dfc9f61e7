"""The lesson in a real browser: pytest -m browser."""

import json
import os
import pathlib
import threading

import jax
import numpy as np
import pytest

pytest.importorskip("onnx", reason="jaxgan[export] is not installed")

from jaxgan.data.cache import cache_folder
from jaxgan.data.download import is_published
from jaxgan.diagnosis import diagnose, names, variety
from jaxgan.run.lesson import card, graphs, lesson_folder, toy_game
from jaxgan.run.web import engine, local_server
from tests.run.lesson.alike import TOLERANCE, check_alike
from tests.run.report import browser

DATA = pathlib.Path(os.environ.get("JAXGAN_TEST_DATA", cache_folder()))
PACKAGE = DATA / engine.ADDRESS.rsplit("/", 1)[1]
HISTORIES = pathlib.Path(__file__).parents[2] / "diagnosis" / "histories.jsonl"
READY = "!!(window.lesson && lesson.live && document.querySelector('#scene canvas'))"
ROUNDS = 3_000
"""In which R3GAN must have found all of the ring."""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(browser.find() is None, reason="there is no Chromium"),
    pytest.mark.skipif(
        not is_published(PACKAGE, engine.DIGEST),
        reason=f"there is no {PACKAGE}; JAXGAN_TEST_DATA may name its folder",
    ),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("lesson") / "made"
    assert lesson_folder.write(made, PACKAGE).missing == ""
    return made


@pytest.fixture(scope="module")
def address(folder):
    with local_server.made(folder) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_port}/"
        serving.shutdown()


@pytest.fixture
def chromium(tmp_path):
    with browser.Browser(tmp_path / "profile") as started:
        started.size(1280, 860)
        yield started


def clean(chromium, home):
    """No complaint, and nothing asked of anybody else."""
    asked = [url for url in chromium.requests if not url.startswith("data:")]
    return chromium.problems == [] and all(url.startswith(home) for url in asked)


@pytest.mark.parametrize("width", [1280, 390])
def test_every_scene_opens(chromium, address, width):
    chromium.size(width, 840, phone=width < 500)
    chromium.open(address)
    chromium.until(READY)
    assert chromium.evaluate("document.documentElement.scrollWidth") <= width
    for place in range(12):
        chromium.evaluate(f"lesson.scene({place})")
        seen = "[...document.querySelectorAll('#scene canvas')].map(c => c.width)"
        chromium.until(f"{seen}.length > 0 && {seen}.every(w => w > 20)")
        assert chromium.evaluate("document.documentElement.scrollWidth") <= width
    assert clean(chromium, address)


def test_it_opens_from_the_disk(chromium, folder):
    """All but live play, which says what it wants."""
    chromium.open((folder / "index.html").as_uri())
    chromium.until(READY)
    chromium.evaluate("lesson.scene(8)")
    assert chromium.evaluate("document.getElementById('load').disabled")
    said = chromium.evaluate("document.getElementById('start-note').textContent")
    assert "http.server" in said
    assert clean(chromium, folder.as_uri())


def test_everything_has_a_name_and_keys_move_time(chromium, address):
    chromium.open(address)
    chromium.until(READY)
    unnamed = chromium.evaluate(
        "[...document.querySelectorAll('button, input, select, canvas, a')].filter(x =>"
        " !(x.textContent.trim() || x.ariaLabel || x.labels?.length)).length"
    )
    assert unnamed == 0
    chromium.evaluate(
        "lesson.shown.go(0); document.querySelector('.time input').focus()"
    )
    for _ in range(2):
        chromium.key("ArrowRight")
    chromium.key("ArrowLeft")
    assert chromium.evaluate("lesson.shown.time") == 1
    told = chromium.evaluate("document.querySelector('.time input').ariaValueText")
    assert told == chromium.evaluate("document.querySelector('.time output').value")
    chromium.evaluate("document.querySelector('#scene button').focus()")
    assert clean(chromium, address)


def test_dark_and_light(chromium, address):
    paper = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g)[0] * 1"
    chromium.open(address)
    chromium.dark(False)
    assert chromium.evaluate(paper) > 200
    chromium.dark(True)
    assert chromium.evaluate(paper) < 60


def test_answers_are_kept(chromium, address):
    chromium.open(address)
    chromium.until(READY)
    first = "document.querySelector('#questions label[data-place=\"0\"] input')"
    chromium.evaluate(f"{first}.click()")
    assert chromium.evaluate("document.getElementById('score').textContent").startswith(
        "1 of"
    )
    reason = "document.querySelector('#questions .reason').textContent"
    assert chromium.evaluate(reason).startswith("Right.")
    chromium.open(address)
    chromium.until(READY)
    assert chromium.evaluate(f"{first}.checked")
    chromium.evaluate("document.getElementById('forget').click()")
    assert not chromium.evaluate(f"{first}.checked")


def played(player, name, floats, counts, batch):
    """What JAX makes of the first state."""
    graph, step = graphs.move(name, player), np.int32(0)
    rate = np.float32(toy_game.CHOICES[name].rates.discriminator)
    return jax.jit(graph.function)(floats, counts, step, rate, *batch)


@pytest.mark.parametrize("name", ["r3gan", "nonsaturating"])
def test_the_first_moves_are_those_of_jax(chromium, address, name):
    chromium.open(address)
    chromium.until(READY)
    chromium.evaluate("lesson.live.load()")
    random = np.random.default_rng(1)
    floats, counts = graphs.Vectors(name).of(graphs.first_state(name))
    batch = random.standard_normal((2, toy_game.BATCH, 2)).astype(np.float32)
    chromium.evaluate(f"g = new lesson.game.Game('{name}', lesson.card.shapes.ring)")
    given = ", ".join(
        f"{key}: Float32Array.from({json.dumps(x.ravel().tolist())})"
        for key, x in zip(("value", "latent"), batch)
    )
    made = chromium.evaluate(
        f"g.move('discriminator', {{{given}}}).then(() => [...g.floats])"
    )
    wanted, _, metrics = played("discriminator", name, floats, counts, batch)
    check_alike(name, np.asarray(made), np.asarray(wanted))
    told = chromium.evaluate(
        "lesson.card.recipes[g.recipe].metrics.discriminator.map(x => g.last[x])"
    )
    np.testing.assert_allclose(told, metrics, atol=TOLERANCE)


def test_r3gan_finds_all_of_the_ring(chromium, address):
    chromium.open(address)
    chromium.until(READY)
    chromium.evaluate("lesson.live.load()")
    chromium.evaluate("g = new lesson.game.Game('r3gan', lesson.card.shapes.ring)")
    found = 0
    for _ in range(ROUNDS // 100):
        found = chromium.evaluate(
            "(async () => { for (let i = 0; i < 100; i++) await g.round();"
            " return (await g.look()).modes; })()"
        )
        if found == 8:
            break
    assert found == 8
    assert clean(chromium, address)


def test_controls_play(chromium, address):
    chromium.open(address)
    chromium.until(READY)
    chromium.evaluate("lesson.live.load()")
    moves = "lesson.live.game().moves"
    for player in ("discriminator", "generator"):
        chromium.evaluate(f"document.getElementById('move-{player}').click()")
        chromium.until(f"{moves}.{player} === 1")
    chromium.evaluate("document.getElementById('go').click()")
    chromium.until(f"{moves}.generator > 3")
    chromium.evaluate("document.getElementById('go').click()")
    chromium.evaluate("document.querySelector('[data-shape=moons]').click()")
    chromium.until("lesson.live.game().shape.title === 'Moons'")
    chromium.evaluate("document.querySelector('[data-shape=own]').click()")
    chromium.evaluate("document.getElementById('flat').focus()")
    for key in ("ArrowRight", "Enter", "ArrowRight", "ArrowLeft"):
        chromium.key(key)
    drawn = chromium.evaluate("lesson.live.game().shape.centres")
    np.testing.assert_allclose(drawn, [[0, 0], [0.08, 0], [0, 0]], atol=1e-9)
    assert clean(chromium, address)


def test_the_diagnosis_is_the_librarys(chromium, address):
    """On the stored histories of all kinds of runs, and on drawn points."""
    chromium.open(address)
    chromium.until(READY)
    ported = chromium.evaluate("lesson.diagnosis.rules")
    for line in HISTORIES.read_text().splitlines():
        columns = json.loads(line)["columns"]
        rows = [
            {key: x for key, x in zip(columns, values) if x is not None}
            for values in zip(*columns.values())
        ]
        told = chromium.evaluate(
            f"lesson.diagnosis.diagnose({json.dumps(rows)}, lesson.card.numbers)"
            ".findings.map(x => x.name)"
        )
        found = [one.name for one in diagnose(rows).findings]
        assert told == [name for name in found if name in ported]
    random = np.random.default_rng(0)
    first, second = random.standard_normal((2, 64, 2)) * [1.0, 0.3]
    fakes = 0.5 * random.standard_normal((64, 2)) + [0.4, 0.0]
    flat = [json.dumps(x.ravel().tolist()) for x in (first, second, fakes)]
    made = chromium.evaluate(
        f"new lesson.diagnosis.Data({flat[0]}, {flat[1]}, lesson.card.numbers)"
        f".compared({flat[2]})"
    )
    within, across = variety.distances(first, first), variety.distances(fakes, first)
    own, width = variety.distances(fakes, fakes), variety.width_of(within)
    radii = variety.radii(within, width)
    wanted = {
        names.EFFECTIVE_NUMBER: variety.effective_number(own, width),
        names.DATA_EFFECTIVE_NUMBER: variety.effective_number(within, width),
        names.PRECISION: variety.precision(across, radii),
        names.COVERAGE: variety.coverage(across, radii),
        names.TOLD_APART: variety.told_apart(own, within, across),
        names.DISTANCE: variety.energy(own, within, across),
    }
    for name, value in wanted.items():
        assert made[name] == pytest.approx(value, abs=1e-9), name
    place = (fakes.mean(axis=0) - first.mean(axis=0)) @ variety.directions(first)
    for number, value in enumerate(place):
        assert abs(made[f"{names.POSITION}{number}"]) == pytest.approx(abs(value))
    assert set(card.advice()) == set(ported)
