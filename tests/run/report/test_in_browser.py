"""The page in a real browser: pytest -m browser."""

import json
import pathlib

import pytest

pytest.importorskip("plotly", reason="jaxgan[report] is not installed")
pytest.importorskip("jinja2", reason="jaxgan[report] is not installed")

from jaxgan.run import launch
from jaxgan.run.files import metrics_log
from jaxgan.run.report import document
from tests.run.conftest import EXPERIMENT
from tests.run.kinds import paintings
from tests.run.report import browser

from .test_document import NASTY, bare, nasty_rows
from .test_live_server import served

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(browser.find() is None, reason="there is no Chromium"),
]
SEEN = "[...document.querySelectorAll('.stage img')].filter(i => i.offsetParent)"
LABELS = f"{SEEN}.map(i => i.dataset.label)"
BRIGHTNESS = (
    "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"
    ".slice(0, 3).reduce((a, b) => a + b)"
)
CURVE = "document.getElementById('curve-loss')"
INK = "document.querySelector('.canvas')._fullLayout.font.color"
DRAWN = (
    "[...document.querySelectorAll('.canvas')]"
    ".every(plot => plot.data || plot.closest('details:not([open])'))"
)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser") / "run"
    words = ["--steps", "40", "--sample-every", "10", "--run-dir", str(folder)]
    assert launch.train(EXPERIMENT, words) == 0
    return folder


@pytest.fixture(scope="module")
def page(run):
    path = run.with_name("page.html")
    path.write_text(document.page(document.contents(run)))
    return path.as_uri()


@pytest.fixture
def chromium(tmp_path):
    with browser.Browser(tmp_path / "profile") as started:
        started.size(1200, 900)
        yield started


def slide(chromium, place):
    chromium.evaluate(
        f"(i => {{ i.value = {place}; i.dispatchEvent(new Event('input', "
        "{bubbles: true})); })(document.querySelector('.slides input'))"
    )


def test_it_opens_from_disk_and_draws_everything(chromium, page):
    chromium.open(page)
    chromium.until(DRAWN)
    assert chromium.problems == []
    asked = {url for url in chromium.requests if not url.startswith(("data:", "blob:"))}
    assert asked == {page}
    assert chromium.evaluate("[...document.images].every(i => i.naturalWidth > 0)")
    titles = chromium.evaluate(
        "[...document.querySelectorAll('.modebar-btn')].map(b => b.dataset.title)"
    )
    assert titles
    assert not any("hare" in title or "loud" in title for title in titles)


def test_folded_plots_are_drawn_when_they_are_opened(chromium, page):
    chromium.open(page)
    chromium.until(DRAWN)
    folded = "[...document.querySelectorAll('#signals .canvas')]"
    assert chromium.evaluate(f"{folded}.length > 0 && !{folded}.some(p => p.data)")
    chromium.evaluate("document.querySelector('#signals details').open = true")
    chromium.until(f"{folded}.every(plot => plot.data && plot._fullLayout.width > 200)")
    assert chromium.problems == []


def test_slider(chromium, page):
    chromium.open(page)
    assert chromium.evaluate(LABELS) == ["step 40"]
    slide(chromium, 1)
    assert chromium.evaluate(LABELS) == ["step 20"]
    assert chromium.evaluate("document.querySelector('output').value") == "step 20"


def test_animation_plays(chromium, page):
    chromium.open(page)
    chromium.until("document.getElementById('animation').data != null")
    plot = "document.getElementById('animation')"
    shown = f"JSON.stringify([...{plot}._fullData[2].x])"
    chromium.evaluate(f"last = {shown}")
    chromium.evaluate(
        f"{plot}.querySelector('.updatemenu-button')"
        ".dispatchEvent(new MouseEvent('click', {bubbles: true}))"
    )
    chromium.until(f"{shown} !== last")
    chromium.until(f"{shown} === last")  # it ends where training did
    assert chromium.problems == []


def test_light_and_dark(chromium, page):
    chromium.dark(False)
    chromium.open(page)
    chromium.until(DRAWN)
    light, light_ink = chromium.evaluate(BRIGHTNESS), chromium.evaluate(INK)
    chromium.dark(True)
    chromium.until(f"{INK} !== '{light_ink}'")
    assert chromium.evaluate(BRIGHTNESS) < 150 < 700 < light


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_does_not_scroll_sideways(chromium, page, width):
    chromium.size(width, 800, phone=True)
    chromium.open(page)
    chromium.until(DRAWN)
    assert chromium.evaluate("document.documentElement.scrollWidth") <= width


def test_text_of_the_run_runs_nowhere(chromium, tmp_path):
    path = tmp_path / "nasty.html"
    gathered = document.contents(bare(tmp_path / "run", nasty_rows()))
    path.write_text(document.page(gathered))
    chromium.open(path.as_uri())
    chromium.until(DRAWN)
    assert chromium.evaluate("window.broken") is None
    assert chromium.evaluate("document.querySelector('h1').textContent") == NASTY
    assert not chromium.evaluate("document.querySelectorAll('main img').length")
    asked = [url for url in chromium.requests if not url.startswith("data:")]
    assert asked == [path.as_uri()]


def test_live_refresh_keeps_the_readers_place(chromium, run):
    with served(run) as port:
        chromium.open(f"http://127.0.0.1:{port}/")
        chromium.until(DRAWN)
        slide(chromium, 0)
        chromium.evaluate("document.querySelector('details').open = true")
        chromium.evaluate("scrollTo({top: 700, behavior: 'instant'})")
        with (run / metrics_log.METRICS).open("a") as file:
            row = {"step": 4321, "images": 1, "seconds": 1, "generator/loss": 7.0}
            file.write(json.dumps(row) + "\n")
        chromium.until("document.querySelector('.tiles').textContent.includes('4,321')")
        assert chromium.evaluate("scrollY") == 700
        assert chromium.evaluate(LABELS) == ["step 10"]
        assert chromium.evaluate("document.querySelector('details').open")
        chromium.until(f"{CURVE}.calcdata.at(-1).at(-1).x === 4321")
    assert chromium.problems == []


LINES = (
    "[...document.querySelectorAll('.before-after')]"
    ".map(x => getComputedStyle(x).getPropertyValue('--line').trim())"
)


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """A page of a run that makes pictures of pictures."""
    folder = tmp_path_factory.mktemp("compared")
    paintings.draw(folder / "pictures")
    words = ["--path", str(folder / "pictures"), "--run-dir", str(folder / "run")]
    assert launch.train(pathlib.Path(paintings.__file__), words) == 0
    path = folder / "page.html"
    path.write_text(document.page(document.contents(folder / "run")))
    return path.as_uri()


@pytest.mark.parametrize("phone", [False, True])
def test_before_and_after(chromium, compared, phone):
    """A pointer, or a finger, puts the line where it is; keys move it on."""
    chromium.size(390 if phone else 1200, 800, phone=phone)
    chromium.open(compared)
    chromium.until(DRAWN)
    assert chromium.evaluate(LINES) == ["50%"] * 5
    left, top, width = chromium.evaluate(
        "(x => { x.scrollIntoView({block: 'center', behavior: 'instant'});"
        " const b = x.getBoundingClientRect(); return [b.left, b.top, b.width]; })"
        "(document.querySelectorAll('.before-after')[1])"
    )
    chromium.press(left + 0.25 * width, top + 0.5 * width, touch=phone)
    chromium.until(f"{LINES}[1] !== '50%'")
    moved = chromium.evaluate(LINES)
    assert moved[0] == "50%"
    assert abs(float(moved[1].rstrip("%")) - 25) <= 2
    cut = "getComputedStyle(document.querySelectorAll('.before-after img + img')[1])"
    assert "inset(0px" in chromium.evaluate(f"{cut}.clipPath")
    chromium.evaluate("document.querySelectorAll('.before-after input')[1].focus()")
    chromium.key("ArrowRight")
    chromium.until(f"parseFloat({LINES}[1]) === {float(moved[1].rstrip('%')) + 1}")
    said = "document.querySelectorAll('.before-after input')[1].ariaValueText"
    assert chromium.evaluate(said).endswith("% source")
    assert chromium.evaluate("document.documentElement.scrollWidth") <= (
        390 if phone else 1200
    )
    assert chromium.problems == []
