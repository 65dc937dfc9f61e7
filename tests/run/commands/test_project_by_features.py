"""`jaxgan project` with LPIPS's files, as they are published, and a video in MP4."""

import sys

import jax
import numpy as np
import pytest
from PIL import Image

import jaxgan
from jaxgan.data import video_file
from jaxgan.evaluation.lpips import lpips as lpips_of
from jaxgan.models import lpips, vgg
from jaxgan.run import feature_networks
from jaxgan.run.commands import cli
from tests.run import large_images
from tests.weights import torch_by_hand

WIDTHS = (3, 4, 4, 5, 5)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """One step of a game whose pictures have 16 pixels, which VGG-16 wants."""
    folder = tmp_path_factory.mktemp("seen") / "run"
    jaxgan.train(large_images.__file__, steps=1, run_dir=str(folder))
    return folder


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Trunk and heads in the formats of torchvision and LPIPS, of fewer channels."""
    whole = lpips.vgg16

    def narrow(linear=True):
        known = whole().trunk
        return lpips.LPIPS(vgg.VGG(known.layers, known.depths, WIDTHS), linear)

    monkeypatch.setattr(lpips, "vgg16", narrow)
    network = narrow()
    shapes = jax.eval_shape(
        network.init, jax.random.key(0), *2 * [np.zeros((1, 16, 16, 3), np.float32)]
    )
    rng = np.random.default_rng(0)

    def fill(leaf):
        return np.abs(rng.standard_normal(leaf.shape)).astype(np.float32)

    state = lpips.export_torch(jax.tree.map(fill, shapes))
    paths = []
    for name, of_heads in (("vgg16", False), ("vgg", True)):
        tensors = {
            key: torch_by_hand.Tensor(array)
            for key, array in state.items()
            if key.startswith("lin") == of_heads
        }
        assert tensors
        path = tmp_path / f"{name}.pth"
        paths.append(torch_by_hand.save_legacy(path, tensors))
    return paths


@pytest.fixture
def picture(tmp_path):
    rng = np.random.default_rng(0)
    path = tmp_path / "a.png"
    Image.fromarray(rng.integers(0, 255, (16, 16), np.uint8)).save(path)
    return path


@pytest.mark.parametrize(
    "with_heads", [pytest.param(True, marks=pytest.mark.slow), False]
)
def test_the_features_are_those_of_the_files(run, files, picture, with_heads):
    """Pictures get nearer, by the distances that measuring has of the same files."""
    trunk, heads = files
    options = {"weights": trunk, **({"heads": heads} if with_heads else {})}
    project = jaxgan.project(run, steps=40, **options)
    named = "vgg16, vgg16.pth, vgg.pth" if with_heads else "vgg16 without heads, vgg16"
    assert f"LPIPS ({named}" in project.title
    with Image.open(picture) as image:
        found = project(image).found
    network = lpips.vgg16(linear=with_heads)
    measure = feature_networks.lpips_distance(network, trunk, options.get("heads", ""))
    for shown, distance in (
        (found.before, found.distance_before),
        (found.after, found.distance),
    ):
        wanted = lpips_of(shown, found.targets, measure)
        np.testing.assert_allclose(distance, wanted, rtol=1e-3)
    assert (found.distance < found.distance_before).all()


def test_pictures_that_are_too_small(run, files, picture, tmp_path, capsys):
    small = tmp_path / "small"
    jaxgan.train(large_images.__file__, steps=1, size=8, run_dir=str(small))
    with pytest.raises(SystemExit):
        cli.main(["project", str(small), str(picture), "--weights", str(files[0])])
    said = capsys.readouterr().err
    assert "8×8 pixels, wanted at least 16×16" in said
    assert "Traceback" not in said
    assert not (small / "projected").exists()


def test_the_way_as_mp4(run, picture, tmp_path, capsys):
    """In all frames the picture itself is on the left."""
    pytest.importorskip("imageio_ffmpeg", reason="needs jaxgan[video]")
    out = tmp_path / "found"
    words = ["--steps", "12", "--video", "mp4", "--out", str(out)]
    cli.main(["project", str(run), str(picture), *words])
    path = out / "way.mp4"
    frames = [*video_file.frames(path.read_bytes()[:64], path, b"", 16, 1)]
    assert len(frames) > 12
    with Image.open(picture) as image:
        wanted = np.asarray(image, np.float32)
    for frame in (frames[0], frames[-1]):
        # Frames are cut to the square in the middle, between both.
        seen = frame[:, :7, 0].ravel()
        assert np.corrcoef(seen, wanted[:, 9:].ravel())[0, 1] > 0.5
        assert np.corrcoef(seen, wanted[::-1, 9:].ravel())[0, 1] < 0.3


def test_mp4_without_imageio(run, picture, tmp_path, capsys, monkeypatch):
    """It is told before any work."""
    monkeypatch.setitem(sys.modules, "imageio", None)
    words = ["--video", "mp4", "--out", str(tmp_path / "found")]
    with pytest.raises(SystemExit):
        cli.main(["project", str(run), str(picture), *words])
    assert "MP4 needs: pip install jaxgan[video]" in capsys.readouterr().err
