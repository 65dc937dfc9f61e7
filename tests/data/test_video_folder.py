"""The user's own videos: how they may lie, what is cut out, and what is refused."""

import builtins
import sys
import zipfile

import numpy as np
import pytest
from PIL import Image

from jaxgan import data
from jaxgan.data.facts import facts_of
from jaxgan.data.source import to_float
from tests.data.films import film, write, write_frames


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    """Lies in no folder that is read."""
    path = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("JAXGAN_CACHE", str(path))
    return path


def videos(path, frames=4, size=16, **options):
    return data.videos(path, frames, size, **options)


@pytest.fixture
def folder(tmp_path):
    """Videos of 12, 9 and 4 frames."""
    top = tmp_path / "films"
    write(top / "a.png", film(12, seed=1))
    write(top / "b.webp", film(9, seed=2))
    write_frames(top / "c", film(4, seed=3))
    return top


def test_examples_follow_each_other(folder):
    source = videos(folder)
    assert source.lengths.tolist() == [12, 9, 4]
    assert source.owners.tolist() == [0, 0, 0, 1, 1, 2]
    value = source.examples(np.array([1, 4, 5])).value
    for clip, (seed, count, begin) in zip(value, [(1, 12, 4), (2, 9, 4), (3, 4, 0)]):
        wanted = to_float(film(count, seed=seed)[begin : begin + 4])
        np.testing.assert_array_equal(clip, wanted)


def test_a_stride_leaves_frames_out(folder):
    source = videos(folder, 2, stride=3)
    value = source.examples(np.array([2])).value[0]
    np.testing.assert_array_equal(value, to_float(film(12, seed=1)[[8, 11]]))


def test_batches_begin_anywhere_and_depend_on_seed_and_number(folder):
    source = videos(folder)
    shown = [data.clip_batches(source, 6, 5)(step) for step in range(20)]
    again = data.clip_batches(videos(folder), 6, 5)(13)
    np.testing.assert_array_equal(shown[13].value, again.value)
    whole = to_float(film(12, seed=1))
    begins = {
        at
        for batch in shown
        for clip in batch.value
        for at in range(9)
        if (clip == whole[at : at + 4]).all()
    }
    assert begins == set(range(9))


def test_processes_share_a_batch(folder):
    source = videos(folder)
    options = {"batch_size": 4, "seed": 2, "flip": True}
    whole = data.clip_batches(source, **options)(3).value
    parts = [
        data.clip_batches(source, **options, process_index=at, process_count=2)(3)
        for at in range(2)
    ]
    np.testing.assert_array_equal(whole, np.concatenate([x.value for x in parts]))


def test_folders_are_classes(tmp_path):
    write(tmp_path / "walk" / "a.gif", film(4))
    write_frames(tmp_path / "run" / "b", film(8, seed=1))
    source = videos(tmp_path)
    assert source.classes == ("run", "walk")
    sample = source.examples(np.arange(3))
    assert sample.given.tolist() == [0, 0, 1]
    assert facts_of(source).counts == (2, 1)
    plain = videos(tmp_path, labels=False)
    assert plain.classes == ()
    assert plain.examples(np.arange(3)).given == ()


def test_numbers_order_frames(tmp_path):
    values = film(12)
    write_frames(tmp_path, values, name="frame{:d}.png")
    np.testing.assert_array_equal(
        videos(tmp_path, 12).examples(np.array([0])).value[0], to_float(values)
    )


def test_a_path_may_be_one_video_or_a_zip(tmp_path, folder):
    alone = videos(folder / "a.png")
    assert alone.lengths.tolist() == [12]
    packed = tmp_path / "films.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(folder.rglob("*.*")):
            archive.write(path, path.relative_to(folder))
    for one, other in zip(videos(packed).values, videos(folder).values):
        np.testing.assert_array_equal(one, other)
    assert facts_of(videos(packed)) == facts_of(videos(folder))


def test_frames_are_squares_from_the_middle(tmp_path):
    values = film(4, 16)
    wide = np.pad(values, ((0, 0), (0, 0), (5, 5), (0, 0)))
    write(tmp_path / "wide.png", wide)
    np.testing.assert_array_equal(videos(tmp_path).values[0], values)
    assert videos(tmp_path, size=8, channels=1).shape == (4, 8, 8, 1)


def test_what_is_clear_is_white(tmp_path):
    clear = np.zeros((4, 16, 16, 4), np.uint8)
    shades = np.array([0, 40, 80, 120])
    clear[..., :3] = shades[:, None, None, None]
    clear[1:, :8, :, 3] = 255  # seen above, from the second frame on
    write(tmp_path / "clear.webp", clear)
    value = videos(tmp_path).values[0]
    assert (value[0] == 255).all()
    assert (value[1:, :8] == shades[1:, None, None, None]).all()
    assert (value[1:, 8:] == 255).all()


def test_gray_becomes_coloured(tmp_path):
    values = film(4, channels=1)
    write(tmp_path / "gray.png", values)
    np.testing.assert_array_equal(videos(tmp_path).values[0], values.repeat(3, -1))


def test_frames_of_several_sizes_become_one(tmp_path):
    write_frames(tmp_path / "a", film(3, 16), name="0{:d}.png")
    write_frames(tmp_path / "a", film(3, 24), name="1{:d}.png")
    assert videos(tmp_path, 6).values[0].shape == (6, 16, 16, 3)


def test_what_was_decoded_is_found_again(folder, own_cache, monkeypatch):
    first = videos(folder)
    kept = sorted(own_cache.glob("*.npy"))
    assert len(kept) == 3
    monkeypatch.setattr(Image, "open", None)  # nothing is decoded
    for one, other in zip(videos(folder, 2).values, first.values):
        np.testing.assert_array_equal(one, other)
    assert not list(own_cache.glob(".*"))


def test_a_file_that_changed_is_decoded_again(folder):
    videos(folder)
    write(folder / "a.png", film(10, seed=9))
    np.testing.assert_array_equal(videos(folder).values[0], film(10, seed=9))


def test_without_a_cache_frames_stay_in_memory(folder, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.warns(UserWarning, match="not cached"):
        source = videos(folder, cache_dir=tmp_path / "file" / "below")
    np.testing.assert_array_equal(source.values[0], film(12, seed=1))


BAD = {
    "text.mp4": (b"#EXTM3U\n/etc/passwd\n", "not a video, wanted MP4"),
    "empty.mp4": (b"", "empty, wanted MP4"),
    "page.webm": (b"<html><body>Not found</body></html>", "saw a web page"),
    "pointer.mp4": (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
    "notes.txt": (b"notes", "not a video"),
    "damaged.gif": (b"GIF89a" + bytes(40), "damaged"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_video_is_named(folder, name):
    content, reason = BAD[name]
    (folder / name).write_bytes(content)
    with pytest.raises(data.DataError, match=f"{name}: .*{reason}") as caught:
        videos(folder)
    assert "\n" not in str(caught.value)
    with pytest.warns(UserWarning, match=name):
        assert len(videos(folder, skip_bad=True).values) == 3


def test_all_bad_files_are_named_at_once(folder):
    for name, (content, _) in BAD.items():
        (folder / name).write_bytes(content)
    with pytest.raises(data.DataError) as caught:
        videos(folder)
    assert "6 of 9 files cannot be used" in str(caught.value)
    assert all(name in str(caught.value) for name in BAD)


@pytest.mark.parametrize("name", ["cut.png", "cut.webp", "cut.gif"])
def test_what_ends_too_early_is_named(folder, name):
    path = write(folder / name, film(9))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(data.DataError, match=f"{name}: damaged"):
        videos(folder)


def test_a_damaged_frame_is_named(folder):
    (folder / "c" / "2.png").write_bytes(b"no picture")
    with pytest.raises(data.DataError, match=r"c/2\.png"):
        videos(folder)


def test_what_is_too_short_is_named(folder):
    with pytest.raises(data.DataError, match="c: saw 4 frames, wanted at least 9, for"):
        videos(folder, 5, stride=2)
    with pytest.warns(UserWarning, match="too|saw 4 frames"):
        assert len(videos(folder, 5, stride=2, skip_bad=True).values) == 2


def test_a_video_among_classes_has_one(tmp_path):
    write(tmp_path / "walk" / "a.gif", film(4))
    write(tmp_path / "b.gif", film(4))
    with pytest.raises(data.DataError, match=r"b\.gif: missing label"):
        videos(tmp_path)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"frames": 0}, "frames: saw 0"),
        ({"frames": 2.5}, "frames: saw 2.5"),
        ({"size": 0}, "size: saw 0"),
        ({"stride": 0}, "stride: saw 0"),
        ({"channels": 2}, "channels: saw 2"),
    ],
)
def test_bad_arguments_are_told_in_a_line(folder, options, told):
    with pytest.raises(data.DataError, match=told):
        videos(folder, **options)


def test_a_path_leads_somewhere(tmp_path):
    (tmp_path / "none").mkdir()
    for path, told in (
        ("", "path: saw ''"),
        (tmp_path / "nowhere", "does not exist, wanted a folder or .zip of videos"),
        (tmp_path / "none", "saw no files in it, wanted videos, or a video"),
    ):
        with pytest.raises(data.DataError, match=told):
            videos(path)


def test_without_the_extra_a_line_says_what_to_install(folder, monkeypatch):
    (folder / "film.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(100))
    imported = builtins.__import__

    def without(name, *rest):
        if name == "imageio_ffmpeg":
            raise ImportError(name)
        return imported(name, *rest)

    monkeypatch.delitem(sys.modules, "imageio_ffmpeg", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(
        data.DataError, match=r"pip install 'jaxgan\[video\]'"
    ) as caught:
        videos(folder, skip_bad=True)  # it is no fault of the file
    assert "\n" not in str(caught.value)


def test_nothing_is_looked_at_for_a_forecast():
    with data.blank():
        source = videos("nowhere", 4, 16, channels=1)
        assert data.clip_batches(source, 8)(0).value.shape == (8, 4, 16, 16, 1)


@pytest.fixture
def program():
    imageio = pytest.importorskip("imageio", reason="needs jaxgan[video]")
    pytest.importorskip("imageio_ffmpeg", reason="needs jaxgan[video]")
    return imageio


CODECS = {".mp4": "libx264", ".webm": "libvpx-vp9", ".mkv": "libx264", ".avi": "mpeg4"}


@pytest.mark.parametrize("suffix", CODECS)
def test_files_of_ffmpeg_are_read(tmp_path, program, suffix):
    steps = np.linspace(0, 255, 8).astype(np.uint8)
    values = np.broadcast_to(steps[:, None, None, None], (8, 64, 64, 3))
    path = tmp_path / f"film{suffix}"
    program.mimsave(path, list(values), fps=8, codec=CODECS[suffix], macro_block_size=2)
    found = videos(tmp_path, size=32).values[0]
    assert found.shape == (8, 32, 32, 3)
    np.testing.assert_allclose(found.mean(axis=(1, 2, 3)), steps, atol=6)
    packed = tmp_path / "films.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(path, path.name)
    np.testing.assert_array_equal(videos(packed, size=32).values[0], found)


@pytest.mark.parametrize("suffix", CODECS)
def test_files_of_ffmpeg_that_end_too_early_are_named(tmp_path, program, suffix):
    path = tmp_path / f"film{suffix}"
    values = list(film(16, 64))
    program.mimsave(path, values, fps=8, codec=CODECS[suffix], macro_block_size=2)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(data.DataError, match=f"film{suffix}: damaged") as caught:
        videos(tmp_path)
    assert "\n" not in str(caught.value)
