"""Files, folders and zips go through, and nothing is overwritten."""

import types
import zipfile
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from PIL import Image

from jaxgan.core.types import Players, Sample
from jaxgan.run.application import gallery, picture_file, picture_list
from jaxgan.run.application.application import Application
from jaxgan.run.errors import RunError


class Negative:
    """Makes the negative, enlarged."""

    def __init__(self, scale=2, channels=3):
        self.scale, self.channels = scale, channels

    def apply(self, variables, given, context):
        if given.shape[-1] != self.channels:
            raise ValueError("such channels are not taken")
        return Sample(-given.repeat(self.scale, 1).repeat(self.scale, 2))


def negatives(**options) -> Any:
    """An experiment and a state."""
    experiment = types.SimpleNamespace(game=Negative(**options))
    state = types.SimpleNamespace(ema={}, variables=Players({}, {}), step=jnp.int32(0))
    return experiment, state


def apply_to(paths, out, lines=None, **options):
    say = [].append if lines is None else lines.append
    items = picture_list.items(paths)
    how = {name: options.pop(name) for name in ("scale", "channels") if name in options}
    return gallery.apply_to_all(
        Application(*negatives(**how)), items, out, say=say, **options
    )


def drawn(*shape):
    return np.random.default_rng(0).integers(0, 255, shape, np.uint8, endpoint=True)


def enlarged(pixels):
    return pixels.repeat(2, 0).repeat(2, 1)


def read(path):
    with Image.open(path) as image:
        return np.asarray(image)


def test_names_and_folders_are_kept(tmp_path):
    for name in ("a.png", "deep/er/b.tif", "deep/a.png"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(drawn(3, 4, 3)).save(path)
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as archive:
        archive.write(tmp_path / "in" / "a.png", "c.png")
        archive.write(tmp_path / "in" / "a.png", "../../d.png")
    inputs = [tmp_path / "in", tmp_path / "more.zip", tmp_path / "in" / "a.png"]
    outcome = apply_to(inputs, tmp_path / "out")
    found = {str(path.relative_to(tmp_path / "out")) for path in outcome.written}
    assert found == {
        "a.png",
        "deep/er/b.tif",
        "deep/a.png",
        "c.png",
        "d.png",
        "a.png.png",
    }
    for path in outcome.written:
        np.testing.assert_array_equal(
            read(path), 255 - enlarged(drawn(3, 4, 3)), str(path)
        )


def test_what_is_there_is_left_and_what_was_interrupted_goes_on(tmp_path):
    for name in ("a.png", "b.png"):
        Image.fromarray(drawn(2, 2, 3)).save(tmp_path / name)
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.png").write_text("mine")
    inputs = [tmp_path / "a.png", tmp_path / "b.png"]
    outcome = apply_to(inputs, out)
    assert (outcome.written, outcome.left) == ([out / "b.png"], [out / "a.png"])
    assert (out / "a.png").read_text() == "mine"
    outcome = apply_to(inputs, out, overwrite=True)
    assert outcome.written == [out / "a.png", out / "b.png"]
    np.testing.assert_array_equal(read(out / "a.png"), 255 - enlarged(drawn(2, 2, 3)))


def test_bad_files_are_told_and_passed_over(tmp_path):
    Image.fromarray(drawn(2, 2, 3)).save(tmp_path / "good.png")
    (tmp_path / "text.png").write_text("no picture")
    whole = (tmp_path / "good.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "empty.jpg").touch()
    lines = []
    outcome = apply_to([tmp_path], tmp_path / "out", lines)
    assert [path.name for path in outcome.written] == ["good.png"]
    for name, line in zip(("cut.png", "empty.jpg", "text.png"), outcome.bad):
        assert name in line
        assert "\n" not in line
        assert f"left out: {line}" in lines


@pytest.mark.parametrize("suffix", ["png", "webp", "tif"])
def test_colours_below_what_is_transparent_are_kept(suffix, tmp_path):
    pixels = np.dstack([drawn(3, 4, 3), np.zeros((3, 4), np.uint8)])
    options = {"lossless": True, "exact": True} if suffix == "webp" else {}
    Image.fromarray(pixels).save(tmp_path / f"a.{suffix}", **options)
    apply_to([tmp_path / f"a.{suffix}"], tmp_path / "out")
    made = read(tmp_path / "out" / f"a.{suffix}")
    np.testing.assert_array_equal(made[..., :3], 255 - enlarged(pixels[..., :3]))
    assert not made[..., 3].any()


def test_what_a_format_cannot_hold_is_told_and_the_rest_goes_on(tmp_path):
    Image.fromarray(drawn(2, 8192, 3)).save(tmp_path / "a.webp", lossless=True)
    Image.fromarray(drawn(2, 2, 3)).save(tmp_path / "b.png")
    outcome = apply_to([tmp_path], tmp_path / "out")
    assert [path.name for path in outcome.written] == ["b.png"]
    assert outcome.bad == [
        f"{tmp_path / 'a.webp'}: 16384 x 4 pixels are made of it, and WEBP has no side "
        "of more than 16383: try --format png"
    ]
    png = picture_file.FORMATS["png"]
    outcome = apply_to([tmp_path / "a.webp"], tmp_path / "png", format=png)
    made = read(outcome.written[0])
    np.testing.assert_array_equal(made, 255 - enlarged(drawn(2, 8192, 3)))


def test_what_there_is_no_memory_for_is_told_before_it_is_made(tmp_path, monkeypatch):
    monkeypatch.setattr(gallery.memory, "of_the_machine", lambda: 100)
    for height in (1, 3):
        Image.fromarray(drawn(height, 2, 3)).save(tmp_path / f"{height}.png")
    outcome = apply_to([tmp_path], tmp_path / "out")
    assert [path.name for path in outcome.written] == ["1.png"]  # 72 bytes
    assert len(outcome.bad) == 1
    assert "3.png: 4 x 6 pixels are made of it, which take 0.0 GB" in outcome.bad[0]


def test_grey_stays_grey_where_it_is_enlarged(tmp_path):
    Image.fromarray(drawn(3, 4)).save(tmp_path / "a.png")
    apply_to([tmp_path / "a.png"], tmp_path / "out")
    made = read(tmp_path / "out" / "a.png")
    np.testing.assert_array_equal(made, 255 - enlarged(drawn(3, 4)))
    apply_to([tmp_path / "a.png"], tmp_path / "colours", scale=1)
    assert read(tmp_path / "colours" / "a.png").shape == (3, 4, 3)


def test_colours_become_grey_for_a_grey_network(tmp_path):
    Image.fromarray(drawn(3, 4, 3)).save(tmp_path / "a.png")
    apply_to([tmp_path / "a.png"], tmp_path / "out", channels=1)
    grey = np.asarray(Image.fromarray(drawn(3, 4, 3)).convert("L")).astype(int)
    made = read(tmp_path / "out" / "a.png").astype(int)
    assert np.abs(made - (255 - enlarged(grey))).max() <= 1


def test_depth_transparency_and_metadata_are_kept(tmp_path):
    deep = np.random.default_rng(0).integers(0, 65536, (3, 4)).astype(np.uint16)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    clear = drawn(3, 4, 4)
    clear[..., 3] = 77
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    Image.fromarray(clear).save(tmp_path / "clear.png", exif=exif, dpi=(300, 300))
    out, lines = tmp_path / "out", []
    apply_to([tmp_path / "deep.png", tmp_path / "clear.png"], out, lines)
    np.testing.assert_array_equal(read(out / "deep.png"), 65535 - enlarged(deep))
    with Image.open(out / "clear.png") as made:
        assert np.asarray(made).shape == (6, 8, 4)
        assert (np.asarray(made)[..., 3] == 77).all()
        assert made.getexif()[0x010F] == "a camera"
        assert round(made.info["dpi"][0]) == 300
    assert not lines
    jpeg = picture_file.FORMATS["jpeg"]
    apply_to([tmp_path / "clear.png"], tmp_path / "jpeg", lines, format=jpeg)
    assert read(tmp_path / "jpeg" / "clear.jpg").shape == (6, 8, 3)
    assert lines == [f"{tmp_path / 'clear.png'}: JPEG has no transparency"]


@pytest.mark.parametrize("name", picture_file.SUFFIXES)
def test_files_are_written_in_their_own_format(name, tmp_path):
    Image.fromarray(drawn(8, 8, 3)).save(tmp_path / f"a{name}")
    outcome = apply_to([tmp_path / f"a{name}"], tmp_path / "out")
    format = picture_file.SUFFIXES[name]
    assert outcome.written[0].suffix == format.suffix
    with Image.open(outcome.written[0]) as image:
        assert image.format == format.name


def test_what_does_not_exist_is_refused_at_once(tmp_path):
    with pytest.raises(RunError, match="nowhere: does not exist"):
        picture_list.items([tmp_path / "nowhere"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(RunError, match="no files in it"):
        picture_list.items([tmp_path / "empty"])
