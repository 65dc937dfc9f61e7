"""Pairs of pictures, wherever they lie, and what is said of those that do not fit."""

import warnings

import numpy as np
import pytest
from PIL import Image

from jaxgan import data
from jaxgan.data import opening, picture_store
from jaxgan.data.facts import facts_of
from jaxgan.data.source import LostDataError
from tests.data.drawn import as_bytes, fill, picture, save, zipped

NAMES = ("a.png", "b.png", "sub/c.png")


def both(source):
    """All sources and targets, as bytes."""
    sample = source.examples(np.arange(source.size))
    return as_bytes(sample.given), as_bytes(sample.value)


def middle(pixels, side):
    top, left = ((extent - side) // 2 for extent in pixels.shape[:2])
    return pixels[top : top + side, left : left + side]


@pytest.fixture
def folders(tmp_path):
    """Two folders of equal names, one of .bmp."""
    one = fill(tmp_path / "photos", NAMES)
    other = fill(tmp_path / "maps", [name.replace("png", "bmp") for name in NAMES])
    return tmp_path, list(one.values()), list(other.values())


def test_two_folders_of_equal_names(folders):
    top, one, other = folders
    source = data.pairs(top / "photos", top / "maps", 8)
    assert (source.size, source.shape, source.classes) == (3, (8, 8, 3), ())
    given, value = both(source)
    np.testing.assert_array_equal(given, [middle(x, 8) for x in one])
    np.testing.assert_array_equal(value, [middle(x, 8) for x in other])
    turned = data.pairs(top / "photos", top / "maps", 8, direction="BtoA")
    np.testing.assert_array_equal(both(turned)[0], value)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("form", "sides"),
    [
        ("{split}/{side}", ("A", "B")),
        ("{side}/{split}", ("images", "groundTruth")),
        ("{split}{side}", ("A", "B")),
        ("around/{split}/{side}", ("noto", "twemoji")),
        ("{split}{side}", ("noto", "twemoji")),
    ],
)
def test_splits_of_one_folder(tmp_path, form, sides, packed):
    made = {
        (split, side): fill(tmp_path / "set" / form.format(split=split, side=side), [n])
        for split, n in (("train", "a.png"), ("test", "b.png"))
        for side in sides
    }
    path = tmp_path / "set"
    path = zipped(path, tmp_path / "set.zip") if packed else path
    for asked, split in ((None, "train"), ("train", "train"), ("test", "test")):
        source = data.pairs(path, size=8, sides=sides, split=asked)
        assert source.split == (asked or "")
        for seen, side in zip(both(source), sides):
            (pixels,) = made[split, side].values()
            np.testing.assert_array_equal(seen, [middle(pixels, 8)])
    with pytest.raises(data.DataError, match=r"wanted .*val"):
        data.pairs(path, size=8, sides=("x", "y"), split="val")


def test_a_folder_named_train_is_no_split_among_others(tmp_path):
    fill(tmp_path / "photos", ["car/a.png", "train/b.png"])
    fill(tmp_path / "maps", ["car/a.png", "train/b.png"])
    assert data.pairs(tmp_path / "photos", tmp_path / "maps", 8).size == 2
    assert data.pairs(tmp_path / "photos", size=8, made=data.gray).size == 2


def test_side_by_side(tmp_path):
    """An odd column in the middle belongs to neither."""
    wide = [picture(seed, 8, 17) for seed in range(2)]
    for seed, pixels in enumerate(wide):
        save(tmp_path / "set/train" / f"{seed}.png", pixels)
        save(tmp_path / "set/val" / f"{seed}.png", pixels[::-1])
    given, value = both(data.pairs(tmp_path / "set", size=8, split="train"))
    np.testing.assert_array_equal(given, [x[:, :8] for x in wide])
    np.testing.assert_array_equal(value, [x[:, 9:] for x in wide])
    back = data.pairs(tmp_path / "set", size=8, direction="BtoA", split="train")
    np.testing.assert_array_equal(both(back)[0], value)
    # As pix2pix reads it: each half is resized on its own.
    large = data.pairs(tmp_path / "set", size=16, load_size=16, split="train")
    for half, seen in zip((wide[0][:, :8], wide[0][:, 9:]), both(large)):
        image = Image.fromarray(np.ascontiguousarray(half))
        wanted = image.resize((16, 16), Image.Resampling.BICUBIC)
        np.testing.assert_array_equal(seen[0], np.asarray(wanted))


def test_resized_whatever_their_shape(tmp_path):
    one = fill(tmp_path / "x", ["a.png"], height=20, width=30)
    fill(tmp_path / "y", ["a.png"], height=40, width=60)
    source = data.pairs(tmp_path / "x", tmp_path / "y", 8, load_size=11)
    image = Image.fromarray(one["a.png"]).resize((11, 11), Image.Resampling.BICUBIC)
    np.testing.assert_array_equal(both(source)[0][0], np.asarray(image)[1:9, 1:9])


def test_channels_of_each_side(tmp_path):
    fill(tmp_path / "x", ["a.png"], channels=1)
    fill(tmp_path / "y", ["a.png"])
    source = data.pairs(tmp_path / "x", tmp_path / "y", 8, channels=(1, 3))
    given, value = both(source)
    assert (given.shape, value.shape) == ((1, 8, 8, 1), (1, 8, 8, 3))
    with pytest.warns(UserWarning, match="/x: all pictures are gray; .*channels"):
        data.pairs(tmp_path / "x", tmp_path / "y", 8)


def test_super_resolution(tmp_path):
    """Sources of a quarter of the size, rounded down, cut where the targets are."""
    large = picture(0, 35, 42)
    save(tmp_path / "hr" / "a.png", large)
    small = data.low_resolution(4)(large)
    assert small.shape == (8, 10, 3)
    save(tmp_path / "lr" / "a.png", small)
    source = data.pairs(tmp_path / "lr", tmp_path / "hr", 16, scale=4)
    made = data.pairs(tmp_path / "hr", size=16, made=data.low_resolution(4), scale=4)
    for one in (source, made):
        batch = data.crop_batches(one, 12, 3, flip=True, turn=True)(2)
        assert batch.given.shape == (12, 4, 4, 3)
        for given, value in zip(as_bytes(batch.given), as_bytes(batch.value)):
            # Averages are of whole squares, so turning changes nothing.
            np.testing.assert_array_equal(given, data.low_resolution(4)(value))
    with pytest.raises(data.DataError, match="size: saw 18, wanted a multiple of scal"):
        data.pairs(tmp_path / "lr", tmp_path / "hr", 18, scale=4)
    with pytest.raises(
        data.DataError,
        match=r"saw 10 × 8 pixels, and 42 × 35 .* the second 2 times as large",
    ):
        data.pairs(tmp_path / "lr", tmp_path / "hr", 8, scale=2)


def test_made_by_a_function(tmp_path):
    fill(tmp_path / "x", NAMES)
    source = data.pairs(tmp_path / "x", size=8, made=data.edges)
    given, value = both(source)
    np.testing.assert_array_equal(given, [data.edges(x) for x in value])
    assert [x.shape for x in (source.shapes.given, source.shapes.value)] == [
        (8, 8, 1),
        (8, 8, 3),
    ]
    fill(tmp_path / "set" / "images" / "val", ["a.png"])
    fill(tmp_path / "set" / "others" / "val", ["b.png", "c.png"])
    options = {"size": 8, "made": data.edges, "split": "val"}
    named = data.pairs(tmp_path / "set", sides=("", "images"), **options)
    assert named.size == 1
    with pytest.raises(data.DataError, match="made: saw float64"):
        data.pairs(tmp_path / "x", size=8, made=lambda x: x / 2.0)
    with pytest.raises(data.DataError, match="targets: saw them with `made`"):
        data.pairs(tmp_path / "x", tmp_path / "x", 8, made=data.edges)


def test_files_that_others_read(tmp_path):
    fill(tmp_path / "y", ["a.png"])
    (tmp_path / "x").mkdir()
    np.save(tmp_path / "x" / "a.npy", np.arange(120, dtype=np.uint8).reshape(12, 10))

    def read(contents):
        assert contents.startswith(b"\x93NUMPY")
        return np.frombuffer(contents[-120:], np.uint8).reshape(12, 10)

    source = data.pairs(
        tmp_path / "x", tmp_path / "y", 8, channels=(1, 3), read={".NPY": read}
    )
    np.testing.assert_array_equal(
        both(source)[0][0, ..., 0], np.arange(120).reshape(12, 10)[2:10, 1:9]
    )

    def bad(contents):
        raise ValueError("no")

    with pytest.raises(data.DataError, match=r"a.npy: damaged, or not what .*bad .*no"):
        data.pairs(tmp_path / "x", tmp_path / "y", 8, read={".npy": bad})


def refused(pattern, *arguments, **options):
    with pytest.raises(data.DataError, match=pattern) as caught:
        data.pairs(*arguments, **options)
    return str(caught.value)


def test_what_has_no_partner(folders):
    top, *_ = folders
    save(top / "photos" / "d.png", picture(0))
    save(top / "maps" / "sub" / "e.png", picture(0))
    text = refused("--skip-bad", top / "photos", top / "maps", 8)
    assert "photos/d.png: has no partner d.* in " in text
    assert "maps/sub/e.png: has no partner sub/e.* in " in text
    with pytest.warns(UserWarning, match="d.png: has no partner"):
        source = data.pairs(top / "photos", top / "maps", 8, skip_bad=True)
    assert source.size == 3


def test_sizes_that_differ(folders):
    top, *_ = folders
    save(top / "maps" / "b.bmp", picture(0, 13, 10))
    wanted = (
        r"photos/b.png: saw 10 × 12 pixels, and 10 × 13 of its partner .*b.bmp, wan"
    )
    refused(wanted, top / "photos", top / "maps", 8)
    with pytest.warns(UserWarning, match="b.bmp.*left out"):
        assert data.pairs(top / "photos", top / "maps", 8, skip_bad=True).size == 2
    refused("wanted the same shape", top / "photos", top / "maps", 8, load_size=9)


def test_a_side_that_is_empty_or_too_small(folders):
    top, *_ = folders
    (top / "empty").mkdir()
    refused("empty: saw no files in it", top / "photos", top / "empty", 8)
    refused("no such|does not exist", top / "photos", top / "none", 8)
    text = refused("load_size", top / "photos", top / "maps", 11)
    assert "a.png: saw 10 × 12 pixels, wanted at least 11 × 11 to cut out" in text
    fill(top / "others", ["x.png"])
    refused("namesake in the other, such as a and x", top / "photos", top / "others", 8)
    save(top / "photos" / "a.bmp", picture(0))
    refused("same name but for its suffix", top / "photos", top / "maps", 8)


@pytest.mark.parametrize(
    ("options", "pattern"),
    [
        ({"size": 0}, "size: saw 0"),
        ({"load_size": 7}, "load_size: saw 7, wanted an integer, at least 8"),
        ({"channels": (2, 3)}, "channels: saw"),
        ({"direction": "AB"}, "direction: saw 'AB', wanted 'AtoB' or 'BtoA'"),
        ({"scale": 0}, "scale: saw 0"),
    ],
)
def test_arguments_out_of_range(folders, options, pattern):
    refused(
        pattern, folders[0] / "photos", folders[0] / "maps", **{"size": 8} | options
    )


def test_what_is_damaged_goes_with_its_partner(folders):
    top, one, _ = folders
    (top / "maps" / "a.bmp").write_bytes(b"BM nothing")
    refused(r"maps/a.bmp: ", top / "photos", top / "maps", 8)
    for _ in range(2):  # it is remembered which files are bad
        with pytest.warns(UserWarning, match="a: |a.bmp: "), data.skipping_bad():
            source = data.pairs(top / "photos", top / "maps", 8)
        np.testing.assert_array_equal(both(source)[0], [middle(x, 8) for x in one[1:]])
    print_of_rest = facts_of(source).fingerprint
    (top / "maps" / "a.bmp").unlink()
    (top / "photos" / "a.png").unlink()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        whole = data.pairs(top / "photos", top / "maps", 8)
    assert facts_of(whole).fingerprint == print_of_rest


def test_decoded_once(folders, monkeypatch):
    top, *_ = folders
    before = both(data.pairs(top / "photos", top / "maps", 8))
    monkeypatch.setattr(picture_store, "decode_picture", None)
    for seen, wanted in zip(both(data.pairs(top / "photos", top / "maps", 8)), before):
        np.testing.assert_array_equal(seen, wanted)


def test_without_a_cache(folders, monkeypatch):
    top, *_ = folders
    before = both(data.pairs(top / "photos", top / "maps", 8))
    (top / "file").write_text("")
    with pytest.warns(UserWarning, match="not cached"):
        source = data.pairs(top / "photos", top / "maps", 8, cache_dir=top / "file")
    for seen, wanted in zip(both(source), before):
        np.testing.assert_array_equal(seen, wanted)


def test_runs_know_both_folders(folders):
    """Opened again where they are now; not opened at all to know their shapes."""
    top, *_ = folders

    def build(one="photos", other="maps"):
        return data.crop_batches(data.pairs(top / one, top / other, 8), 2, flip=True)

    with opening.recorded() as opened:
        batches = build()
    known = [one.opening() for one in opened]
    assert known[0].others == ((str(top / "maps"),) * 2,)
    with opening.remembered(known):
        lazy = build()
    assert lazy.shapes == batches.shapes
    assert lazy.source.size == 3
    for seen, wanted in zip(lazy(1)[:2], batches(1)[:2]):
        np.testing.assert_array_equal(seen, wanted)
    (top / "maps").rename(top / "moved")
    with opening.remembered(known):
        np.testing.assert_array_equal(build(other="moved")(1).value, batches(1).value)
    with (
        opening.remembered(known),
        pytest.raises(LostDataError, match="cannot be opened"),
    ):
        build()(1)
    save(top / "moved" / "a.bmp", picture(77))
    with opening.remembered(known), pytest.raises(LostDataError, match="other data"):
        build(other="moved")(0)


@pytest.mark.parametrize("made", [data.edges, data.low_resolution(2)])
def test_other_functions_make_other_data(folders, made):
    path = folders[0] / "photos"
    prints = {
        facts_of(data.pairs(path, size=8, made=one)).fingerprint
        for one in (data.gray, made)
    }
    assert len(prints) == 2


def test_blank():
    with data.blank():
        source = data.pairs("nowhere", size=8, channels=(1, 3))
        batch = data.crop_batches(source, 4, flip=True)(3)
    assert (batch.given.shape, batch.value.shape) == ((4, 8, 8, 1), (4, 8, 8, 3))


def test_real_sets(shared_data):
    """Boundaries and photographs, and retinas and vessels, as they are published."""
    path = shared_data / "chasedb1" / "chasedb1-512.zip"
    sizes = {"train": 20, "test": 8}
    for split, size in sizes.items():
        source = data.pairs(
            path, size=256, sides=("image", "1stHO"), channels=(3, 1), split=split
        )
        assert source.size == size
        sample = source.examples(np.arange(2))
        assert sample.given.shape == (2, 256, 256, 3)
        # Vessels are darker than what is around them.
        green, vessels = sample.given[..., 1], sample.value[..., 0] > 0
        assert 0.05 < vessels.mean() < 0.25
        assert green[vessels].mean() < green[~vessels].mean()
