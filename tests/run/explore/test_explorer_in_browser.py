"""The explorer in a real browser, against JAX: pytest -m browser."""

import base64
import io
import json
import threading

import jax
import numpy as np
import pytest
from PIL import Image, ImageSequence

pytest.importorskip("onnx", reason="jaxgan[export] is not installed")

from jaxgan.core import Context
from jaxgan.data.download import is_published
from jaxgan.run.commands import remake_elsewhere
from jaxgan.run.commands.trace import told
from jaxgan.run.editing.codes import Codes
from jaxgan.run.editing.latent_directions import find
from jaxgan.run.editing.latent_file import Latents
from jaxgan.run.errors import RunError
from jaxgan.run.explore import explorer_folder
from jaxgan.run.files import provenance
from jaxgan.run.files.provenance import Provenance
from jaxgan.run.sampling import interpolation
from jaxgan.run.sampling.sampler import real_samples
from jaxgan.run.web import engine, local_server
from tests.run.explore import explored_runs
from tests.run.explore.played_video import PLAYED
from tests.run.lesson.test_lesson_in_browser import PACKAGE, clean
from tests.run.report import browser

READY = "!!(window.explorer && explorer.ready)"
TOLERANCE = 1e-5

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(browser.find() is None, reason="there is no Chromium"),
    pytest.mark.skipif(
        not is_published(PACKAGE, engine.DIGEST),
        reason=f"there is no {PACKAGE}; JAXGAN_TEST_DATA may name its folder",
    ),
]
RUNS = {"styles": explored_runs.of_styles(), "noise": explored_runs.of_noise()}
RECORD = Provenance("explore", {"metadata": {}}, "odd", "odd", 3, "print")


@pytest.fixture(scope="module")
def addresses(tmp_path_factory):
    """A page of each run, served."""
    servers = {}
    for name, stored in RUNS.items():
        folder = tmp_path_factory.mktemp(name) / "made"
        latents = projected() if name == "styles" else None
        explorer_folder.write(
            *(stored, folder),
            latents=latents,
            training=60,
            runtime=PACKAGE,
            record=RECORD,
        )
        server = servers[name] = local_server.made(folder)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield {
        name: f"http://127.0.0.1:{server.server_port}/"
        for name, server in servers.items()
    }
    for server in servers.values():
        server.shutdown()
        server.server_close()


def projected():
    stored = RUNS["styles"]
    maps = stored.experiment.game.noise_maps(stored.state.ema)
    random = np.random.default_rng(5)
    noise = [random.standard_normal((1, *one.shape)).astype(np.float32) for one in maps]
    code = random.standard_normal((1, *codes("styles").spread.mean.shape))
    return Latents(code.astype(np.float32), tuple(noise), ("mine.png",))


def codes(name, label=0):
    return Codes(RUNS[name], label=label if name == "styles" else None)


@pytest.fixture(params=RUNS)
def name(request):
    return request.param


@pytest.fixture
def page(tmp_path, addresses, name):
    with browser.Browser(tmp_path / "profile") as started:
        started.size(1280, 900)
        started.open(addresses[name])
        started.until(READY)
        yield started
        assert clean(started, addresses[name])


def shown(page, **choice):
    """What the page shows of a choice, [H, W, C]."""
    value = page.evaluate(
        f"(async () => {{ Object.assign(explorer.choice, {json.dumps(choice)});"
        " explorer.controls.update(); await explorer.controls.settled();"
        " return [...explorer.controls.shown().value]; })()"
    )
    return np.reshape(
        np.asarray(value, np.float32), page.evaluate("explorer.card.shape")
    )


def alike(made, wanted):
    np.testing.assert_allclose(made, wanted, rtol=0, atol=TOLERANCE)


def drawn(name, seed, index, label=None, **options):
    stored = RUNS[name]
    draw = stored.sampler(size=1, **options)
    labels = None if label is None else np.array([label], np.int32)
    return draw(stored.state, seed, np.array([index]), labels).value[0]


@pytest.mark.parametrize(("seed", "index"), [(0, 0), (7, 5), (2**63 + 11, 100)])
def test_a_seed_shows_what_jaxgan_samples(page, name, seed, index):
    alike(shown(page, seed=str(seed), index=index), drawn(name, seed, index))
    if name == "styles":
        for label in (0, 1):
            made = shown(page, seed=str(seed), index=index, label=label)
            alike(made, drawn(name, seed, index, label))


def test_truncation(page, name):
    for amount in (0.3, 0.8):
        made = shown(page, index=2, amount=amount)
        alike(made, drawn(name, 0, 2, truncation=amount))
    if name == "styles":
        made = shown(page, index=2, amount=0.4, cutoff=2)
        alike(made, drawn(name, 0, 2, truncation=0.4, truncation_cutoff=2))
        label = page.evaluate("explorer.controls.shown().label")
        alike(shown(page, amount=0, cutoff=6), drawn(name, 9, 9, label, truncation=0.0))
    else:
        at_once = [shown(page, index=index, amount=0) for index in (0, 1)]
        alike(*at_once)


def test_directions_by_layer(page, name):
    of_run = codes(name)
    keys, latent = of_run.drawn(0, np.arange(1))
    code = np.asarray(of_run.game.code(latent))
    last = of_run.layers - 1
    for method in ("sefa", "ganspace"):
        found = find(of_run, method)
        for first, end in {(0, last), (last, last)}:
            way = found.moved(code, 1, 2.0, range(first, end + 1))
            wanted = of_run.render(of_run.variables, of_run.like(way), keys)
            amounts = [0.0] * page.evaluate("explorer.choice.amounts.length")
            amounts[1] = 2.0
            chosen = {"method": method, "amounts": amounts, "first": first, "last": end}
            made = shown(page, label=0, **chosen)
            alike(made, wanted[0])
    assert not np.allclose(
        wanted[0], drawn(name, 0, 0, 0 if name == "styles" else None)
    )


@pytest.mark.parametrize("name", ["styles"], indirect=True)
def test_styles_are_mixed_by_layer(page, name):
    of_run = codes(name)
    keys, latent = of_run.drawn(0, np.array([2, 4]))
    one, other = (jax.tree.map(lambda x, k=k: x[k : k + 1], latent) for k in (0, 1))
    for layers in ([0], [1, of_run.layers - 1]):
        mixture = of_run.game.mixed(one, other, layers)
        wanted = of_run.render(of_run.variables, mixture, keys[:1])
        made = shown(page, label=0, index=2, other=4, mixed=layers)
        alike(made, wanted[0])


@pytest.mark.parametrize("name", ["styles"], indirect=True)
def test_a_projected_picture_has_its_noise(page, name):
    of_run, latents = codes(name), projected()
    keys = of_run.drawn(0, np.arange(1))[0]
    variables = latents.variables(of_run, 0)
    wanted = of_run.render(variables, of_run.like(latents.code), keys)
    alike(shown(page, label=0, projected=0), wanted[0])
    assert page.evaluate("document.getElementById('latent').hidden")


def test_numbers_of_the_latent(page, name):
    edited = shown(page, edits={"1": 1.5}, label=0 if name == "styles" else None)
    stored = RUNS[name]
    of_run = codes(name)
    keys, latent = of_run.drawn(0, np.arange(1))
    game = of_run.game
    if name == "styles":
        context = context_of(stored, keys)
        noise = game.of_labels(np.zeros(1, np.int32)).noise(context)
        moved = noise._replace(value=noise.value.at[0, 1].set(1.5))
        latent = game.mapped(of_run.variables, moved, context)
    else:
        latent = latent._replace(value=latent.value.at[0, 1].set(1.5))
    alike(edited, of_run.render(of_run.variables, latent, keys)[0])


def context_of(stored, keys):

    return Context(keys, step=stored.state.step)


def test_a_walk_is_the_librarys(page, name):
    for index in (3, 8):
        shown(page, label=0 if name == "styles" else None, index=index)
        page.evaluate("explorer.walk.pin()")
    page.evaluate("document.getElementById('round').checked = false")
    stored = RUNS[name]
    wanted = interpolation.interpolate(
        stored.sampler(size=4),
        *(stored.state, 0, (3, 8), 4),
        label=np.zeros(1, np.int32) if name == "styles" else None,
    ).value
    for place, share in enumerate((0, 0.25, 0.5, 0.75, 1)):
        value = page.evaluate(
            "(async () => [...(await explorer.generator.render("
            f"[await explorer.walk.latentAt({share})]))[0]])()"
        )
        alike(np.reshape(value, wanted[place].shape), wanted[place])


def test_the_nearest_training_picture(page, name):
    made = shown(page, index=4)
    found = page.evaluate("explorer.nearest.find(explorer.controls.shown().value)")
    stored = RUNS[name]
    real = real_samples(stored.experiment, stored.state, np.arange(60)).value
    assert len(np.unique(real, axis=0)) == 60
    far = np.sqrt(np.square((np.clip(made, -1, 1) - real) * 127.5).mean((1, 2, 3)))
    assert found["place"] == far.argmin()
    assert found["distance"] == pytest.approx(far.min(), rel=1e-3)


SAVED = (
    "(async () => {{ const blob = await {blob}; const bytes = new Uint8Array(await "
    "blob.arrayBuffer()); return btoa([...bytes].map(x => String.fromCharCode(x))"
    ".join('')); }})()"
)


def saved(page, blob, path):
    path.write_bytes(base64.b64decode(page.evaluate(SAVED.format(blob=blob))))
    return path


def test_saved_pictures_are_exact_and_say_that_they_are_synthetic(page, tmp_path):
    made = shown(page, index=6)
    pixels = "explorer.generator.pixels(explorer.controls.shown().value)"
    canvas = f"explorer.files.enlarged({pixels}, 2)"
    blob = f"explorer.files.png({canvas}, explorer.chosen.options())"
    path = saved(page, blob, tmp_path / "a.png")
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB"))[::2, ::2, : made.shape[2]]
        assert "trainedAlgorithmicMedia" in image.info["XML:com.adobe.xmp"]
    wanted = (np.clip(made, -1, 1) + 1) * 127.5
    assert np.abs(pixels.reshape(made.shape) - wanted).max() <= 0.51
    record = provenance.read(path)
    assert record.options["index"] == 6
    assert record.step == 3
    assert "is synthetic" in told(path, record)


def test_a_loop_is_a_gif(page, tmp_path):
    for index in (0, 1, 2):
        shown(page, index=index)
        page.evaluate("explorer.walk.pin()")
    page.evaluate("document.getElementById('frames').value = 4")
    path = saved(page, "explorer.walk.loop('gif')", tmp_path / "a.gif")
    channels = page.evaluate("explorer.card.shape[2]")
    content = path.read_bytes()
    with Image.open(io.BytesIO(content)) as image:
        frames = [
            np.asarray(frame.convert("RGB"))[8::16, 8::16, :channels].astype(float)
            for frame in ImageSequence.Iterator(image)
        ]
        assert image.info["loop"] == 0
    assert len(frames) == 12
    for place, share in ((0, 0), (5, 5 / 12)):
        value = page.evaluate(
            "(async () => [...(await explorer.generator.render("
            f"[await explorer.walk.latentAt({share})]))[0]])()"
        )
        wanted = (np.clip(np.reshape(value, frames[0].shape), -1, 1) + 1) * 127.5
        far = np.abs(frames[place] - wanted)
        assert far.max() <= (0.51 if channels == 1 else 40)
    pins = provenance.read(path).options["pins"]
    assert [pin["index"] for pin in pins] == [0, 1, 2]
    with pytest.raises(RunError, match="pins at #, #index=1, #index=2 behind"):
        remake_elsewhere.by_run(path, provenance.read(path), RUNS["noise"])


def test_a_loop_is_a_video(page, tmp_path):
    """Every picture at its time, and what other files say of themselves."""
    for index in (0, 1):
        shown(page, index=index)
        page.evaluate("explorer.walk.pin()")
    page.evaluate("document.getElementById('frames').value = 3")
    assert not page.evaluate("document.getElementById('save-webm').hidden")
    frames = page.evaluate(PLAYED)
    assert [frame[0] for frame in frames] == [
        round(k / 12 * 1e3) * 1e3 for k in range(6)
    ]
    height, width, channels = page.evaluate("explorer.card.shape")
    times = frames[0][1] // width
    for place in (0, 4):
        pixels = np.reshape(frames[place][2:], (times * height, times * width, 4))
        value = page.evaluate(
            "(async () => [...(await explorer.generator.render("
            f"[await explorer.walk.latentAt({place / 6})]))[0]])()"
        )
        wanted = (
            np.clip(np.reshape(value, (height, width, channels)), -1, 1) + 1
        ) * 127.5
        middle = pixels[times // 2 :: times, times // 2 :: times, :channels]
        assert np.abs(middle - wanted).mean() < 12
    path = saved(page, "explorer.walk.loop('webm')", tmp_path / "a.webm")
    assert path.read_bytes().startswith(bytes.fromhex("1a45dfa3"))
    record = provenance.read(path)
    assert record.options["frames"] == 3
    assert [pin["index"] for pin in record.options["pins"]] == [0, 1]


def test_the_address_holds_the_choice(page, addresses, name):
    amounts = [0.0] * page.evaluate("explorer.choice.amounts.length")
    amounts[2] = -1.5
    made = shown(page, seed="12", index=3, amounts=amounts, edits={"2": 0.5})
    link = page.evaluate("location.href")
    page.open("about:blank")
    page.open(link)
    page.until(READY)
    again = page.evaluate("[...explorer.controls.shown().value]")
    np.testing.assert_array_equal(np.ravel(made), np.asarray(again, np.float32))


def test_the_last_of_many_moves_is_shown(page):
    made = page.evaluate(
        "(async () => { for (let k = 0; k <= 8; k++) {"
        " explorer.choice.amounts[0] = k / 4; explorer.controls.update(); }"
        " await explorer.controls.settled();"
        " return [...explorer.controls.shown().value]; })()"
    )
    assert page.evaluate("explorer.controls.took()") > 0
    amounts = page.evaluate("explorer.choice.amounts")
    assert amounts[0] == 2
    alike(np.ravel(shown(page, amounts=amounts)), np.asarray(made, np.float32))


def test_links_to_parts_of_the_page_change_no_choice(page):
    made = shown(page, index=3)
    page.evaluate("document.querySelector('a[href=\"#facts\"]').click()")
    page.evaluate("new Promise(done => setTimeout(done, 50))")
    page.evaluate("explorer.controls.settled()")
    assert page.evaluate("explorer.choice.index") == 3
    page.evaluate("location.hash = '#index=15'")
    page.until("explorer.controls.shown().options.index === 15")
    pressed = "document.querySelector('#thumbs [aria-pressed=true]').ariaLabel"
    assert page.evaluate(pressed) == "Sample 15"
    assert "--num 16" in page.evaluate(
        "(async () => { await explorer.controls.settled();"
        " return document.getElementById('command').textContent; })()"
    )
    assert not np.allclose(shown(page), made)


def test_a_walk_without_pins_comes_to_rest(page):
    for index in (0, 1):
        shown(page, index=index)
        page.evaluate("explorer.walk.pin()")
    page.evaluate("document.getElementById('play').click()")
    page.evaluate("document.getElementById('clear').click()")
    assert page.evaluate("document.getElementById('play').textContent") == "Play"
    for index in (2, 3):
        shown(page, index=index)
        page.evaluate("explorer.walk.pin()")
    page.evaluate(
        "(() => { const way = document.getElementById('way'); way.value = 0.5;"
        " way.dispatchEvent(new Event('input')); })()"
    )
    page.until("document.getElementById('way-told').value === '50 %'")
    page.evaluate("document.querySelector('#pins button').click()")
    assert page.evaluate("document.activeElement.ariaLabel") == "Remove pin 1"


@pytest.mark.parametrize("width", [1280, 390])
def test_widths_names_and_keys(page, width):
    page.size(width, 840, phone=width < 500)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    unnamed = page.evaluate(
        "[...document.querySelectorAll('button, input, select, canvas, a')].filter(x =>"
        " !(x.textContent.trim() || x.ariaLabel || x.labels?.length || x.parentElement"
        ".ariaLabel)).map(x => x.outerHTML)"
    )
    assert unnamed == []
    page.evaluate("document.querySelector('#sliders input').focus()")
    page.key("ArrowRight")
    page.evaluate("explorer.controls.settled()")
    assert page.evaluate("explorer.choice.amounts[0]") == pytest.approx(0.1)
    page.evaluate("document.getElementById('undo').click()")
    page.evaluate("explorer.controls.settled()")
    assert page.evaluate("explorer.choice.amounts[0]") == 0
    page.evaluate("document.querySelectorAll('#thumbs button')[4].click()")
    page.evaluate("explorer.controls.settled()")
    assert page.evaluate("explorer.choice.index") == 4


def test_light_and_dark(page):
    paper = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g)[0] * 1"
    page.dark(False)
    assert page.evaluate(paper) > 200
    page.dark(True)
    assert page.evaluate(paper) < 60


def test_from_a_disk_it_says_what_it_wants(tmp_path):
    folder = tmp_path / "made"
    explorer_folder.write(RUNS["noise"], folder, training=0, runtime=PACKAGE)
    with browser.Browser(tmp_path / "profile") as page:
        page.open((folder / "index.html").as_uri())
        page.until("document.querySelector('.still img')?.naturalWidth > 100")
        said = page.evaluate("document.getElementById('told').textContent")
        assert "http.server" in said
        assert clean(page, folder.as_uri())
