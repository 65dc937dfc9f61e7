"""The explorer's folder: complete, alone, and refused where it makes no sense."""

import dataclasses
import http.server
import json
import pathlib
import re
import shutil
import types
import webbrowser

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from PIL import Image

from jaxgan.core import Sample
from jaxgan.data.facts import Facts
from jaxgan.data.lazy_source import LazySource
from jaxgan.data.source import LostDataError
from jaxgan.run.commands import cli
from jaxgan.run.editing import latent_file
from jaxgan.run.errors import RunError
from jaxgan.run.explore import (
    explorer_folder,
    explorer_parts,
    training_pictures,
)
from jaxgan.run.files import run_program
from jaxgan.run.no_data import NoData
from jaxgan.run.web import engine
from tests.golden.runs import make
from tests.run.explore import explored_runs

RUNS = pathlib.Path(make.__file__).parent


def without_runtime(patch, folder):
    """A page with all but what runs its models: what every machine can make."""
    pytest.importorskip("onnx", reason="jaxgan[export] is not installed")
    pytest.importorskip("onnxruntime", reason="jaxgan[export] is not installed")
    patch.setattr(engine, "found", lambda named: (folder / "package", ""))
    patch.setattr(engine, "unpack", lambda package, folder: folder.mkdir())


@pytest.fixture(autouse=True)
def without_the_runtime(monkeypatch, tmp_path):
    without_runtime(monkeypatch, tmp_path)


def card_of(folder):
    text = (folder / "card.js").read_text()
    return json.loads(text.removeprefix(explorer_folder.START).rstrip(";\n"))


def test_a_page_of_styles(tmp_path):
    stored, out = explored_runs.of_styles(), tmp_path / "made"
    explorer_folder.write(stored, out, training=50)
    page = (out / "index.html").read_text()
    named = re.findall(r'(?:src|href)="([^"#:]+)"', page)
    assert len(named) > 8
    assert all((out / name).is_file() for name in named)
    card = card_of(out)
    assert card["kind"] == "style"
    assert card["truncation"] == "share"
    assert card["code"] == [card["code"][0], 4]
    assert card["layered"]
    assert card["walk"]
    assert card["classes"] == list(explored_runs.CLASSES)
    assert set(card["directions"]) == {"sefa", "ganspace"}
    assert card["record"] is None
    assert {path.stem for path in (out / "models").iterdir()} == {
        *("latents", "mapping", "synthesis", "between"),
    }
    assert card["training"]["count"] == 50
    assert card["training"]["total"] == 60
    with Image.open(out / "training.png") as sheet:
        assert sheet.size == (50 * 16, 16)
    assert explorer_folder.step_of(out) == stored.step
    assert explorer_folder.step_of(tmp_path) is None


@pytest.fixture(scope="module")
def noise_page(tmp_path_factory):
    """Made once for those that read it."""
    out = tmp_path_factory.mktemp("noise") / "made"
    with pytest.MonkeyPatch.context() as patch:
        without_runtime(patch, out.parent)
        explorer_folder.write(explored_runs.of_noise(), out, training=0)
    return out


def test_a_page_of_noise(noise_page):
    out, card = noise_page, card_of(noise_page)
    assert card["kind"] == "latent"
    assert card["truncation"] == "threshold"
    assert card["code"] == [1, 6]
    assert not card["layered"]
    assert card["training"]["missing"] == "they were left out"
    assert not (out / "training.png").exists()


def test_a_page_asks_nobody(noise_page):
    out = noise_page
    known = {
        *("https://registry", "http://www.w3.org", "http://ns.adobe.com"),
        *("http://iptc.org", "http://cv.iptc.org"),
    }
    for path in [*out.glob("*.js"), *out.glob("*.html"), *out.glob("*.css")]:
        seen = set(re.findall(r"https?://[a-z][\w.-]*", path.read_text()))
        assert seen <= known, path
    policy = re.search(
        r'Security-Policy" content="([^"]+)', (out / "index.html").read_text()
    )
    assert policy is not None
    assert policy[1].startswith("default-src 'none'")
    assert "http" not in policy[1]


@pytest.mark.parametrize("threshold", [0.05, 0.7, 2.5])
def test_truncation_is_the_games(threshold):
    """What the page does with drawn latents is what JAX draws of the same keys."""
    keys = jax.random.split(jax.random.key(1), 200)
    drawn = jax.vmap(lambda key: jax.random.normal(key, (7,)))(keys)
    wanted = jax.vmap(
        lambda key: jax.random.truncated_normal(key, -threshold, threshold, (7,))
    )(keys)
    made = explorer_parts.truncated(drawn, jnp.float32(threshold))
    np.testing.assert_allclose(made, wanted, atol=1e-5)
    nothing = explorer_parts.truncated(drawn, jnp.float32(0))
    np.testing.assert_array_equal(nothing, jnp.zeros_like(drawn))


@pytest.mark.slow
def test_projected_pictures_bring_their_noise(tmp_path):
    stored = explored_runs.of_styles()
    variables = stored.state.ema
    maps = stored.experiment.game.noise_maps(variables)
    noise = tuple(
        np.random.default_rng(k).standard_normal((2, *one.shape)).astype(np.float32)
        for k, one in enumerate(maps)
    )
    found = explorer_parts.explored(stored, maps=noise)
    part = found.parts["synthesis"]
    w = jnp.ones((2, *found.code))
    keys = jnp.zeros((2, 2), jnp.uint32)
    (made,) = jax.tree.leaves(part.function(w, keys, *map(jnp.asarray, noise)))
    game = stored.experiment.game
    for k in range(2):
        own = game.with_noise_maps(variables, [one[k] for one in noise])
        context = explorer_parts.Context(
            jax.random.wrap_key_data(keys[:1]), step=stored.state.step
        )
        wanted, _ = game.generate(own, Sample(w[:1]), context)
        np.testing.assert_allclose(made[k], wanted.value[0], atol=1e-5)
    plain = explorer_parts.explored(stored).parts["synthesis"].function(w, keys)
    assert not np.allclose(made, plain)
    codes = np.ones((2, *found.code), np.float32)
    latents = latent_file.Latents(codes, noise, ("a.png", "b.png"))
    out = tmp_path / "made"
    explorer_folder.write(stored, out, latents=latents, training=0)
    card = card_of(out)
    assert card["projected"]["names"] == ["a.png", "b.png"]
    assert len(card["projected"]["noise"]) == len(maps)
    other = latents._replace(code=codes[:, :1])
    with pytest.raises(RunError, match="they are of another generator"):
        explorer_folder.write(stored, tmp_path / "no", latents=other, training=0)
    assert not (tmp_path / "no").exists()


def test_training_pictures_shrink_to_means():
    images = np.linspace(-1, 1, 2 * 64 * 64 * 3).reshape(2, 64, 64, 3)
    small = training_pictures.shrunk(images, 2)
    assert small.shape == (2, 32, 32, 3)
    block = (images[1, 6:8, 10:12].mean((0, 1)) + 1) * 127.5
    np.testing.assert_array_equal(small[1, 3, 5], np.rint(block))


def test_without_data_the_page_says_so(tmp_path):
    class Lost:
        batch_size, source = 4, types.SimpleNamespace(size=60, classes=())

        def __call__(self, step):
            raise LostDataError(f"the pictures of step {step} are gone")

    stored, out = explored_runs.of_noise(), tmp_path / "made"
    experiment = dataclasses.replace(stored.experiment, data=Lost())
    said = []
    explorer_folder.write(stored._replace(experiment=experiment), out, say=said.append)
    assert said == ["no nearest training pictures: the pictures of step 0 are gone"]
    assert card_of(out)["training"]["missing"] == "the pictures of step 0 are gone"


def test_an_imported_run_has_no_training_pictures():
    """Its data tell their classes, and that there are none."""
    stored = explored_runs.of_noise()
    for size in (0, 60):
        facts = Facts(size, (16, 16, 3), explored_runs.CLASSES)
        none = NoData(LazySource(facts, lambda: None))
        experiment = dataclasses.replace(stored.experiment, data=none)
        found = training_pictures.of_run(stored._replace(experiment=experiment), 10)
        assert found.missing
        assert not found.sheet


@pytest.fixture
def ring(tmp_path):
    shutil.copytree(RUNS / "ring", tmp_path / "ring")
    run_program.remember(tmp_path / "ring")
    return tmp_path / "ring"


def test_points_are_refused(ring, capsys):
    with pytest.raises(SystemExit):
        cli.main(["explore", str(ring)])
    said = capsys.readouterr().err
    assert "explore: saw samples [2] of" in said
    assert "wanted pictures" in said
    assert not (ring / "explorer").exists()


def test_translation_is_refused_with_the_command_to_use():
    with pytest.raises(RunError, match="makes its pictures of pictures") as caught:
        explorer_parts.explored(explored_runs.of_pictures())
    assert "jaxgan apply RUN PICTURES" in str(caught.value)


@pytest.fixture
def bars(tmp_path):
    shutil.copytree(RUNS / "bars", tmp_path / "bars")
    run_program.remember(tmp_path / "bars")
    return tmp_path / "bars"


def test_it_opens_a_browser(bars, monkeypatch, capsys):
    """Once made, it is opened again without being made."""
    seen = []

    def serve(server):
        raise KeyboardInterrupt

    monkeypatch.setattr(webbrowser, "open", seen.append)
    monkeypatch.setattr(http.server.ThreadingHTTPServer, "serve_forever", serve)
    cli.main(["explore", str(bars), "--training", "0"])
    assert not seen
    made = (bars / "explorer" / "card.js").read_bytes()
    cli.main(["explore", str(bars), "--open"])
    assert len(seen) == 1
    assert seen[0].startswith("http://127.0.0.1:")
    assert (bars / "explorer" / "card.js").read_bytes() == made
    with pytest.raises(SystemExit):
        cli.main(["explore", str(bars), "--open", "--current"])
    assert "wanted a new or an empty folder" in capsys.readouterr().err


def test_saved_pictures_know_where_they_come_from(bars, capsys):
    cli.main(["explore", str(bars), "--training", "10"])
    card = card_of(bars / "explorer")
    assert card["record"]["command"] == "explore"
    assert card["record"]["step"] == 20
    capsys.readouterr()
    cli.main(["trace", str(bars / "explorer" / "preview.png")])
    assert "is synthetic" in capsys.readouterr().out
