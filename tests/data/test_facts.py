"""Facts tell sets apart by their contents, and by nothing else."""

import os
import shutil
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from jaxgan import data
from jaxgan.data import facts, image_folder, source
from jaxgan.data.facts import facts_of


@pytest.fixture
def pets(tmp_path):
    for number in range(6):
        path = tmp_path / "pets" / ("ant", "bee", "cat")[number % 3] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(number).integers(0, 256, (5, 5, 3))
        Image.fromarray(noise.astype(np.uint8)).save(path)
    return tmp_path / "pets"


def print_of(path, size=4, **options):
    return facts_of(image_folder.folder(path, size, **options)).fingerprint


def test_what_they_tell(pets):
    seen = facts_of(image_folder.folder(pets, 4))
    assert seen[:4] == (6, (4, 4, 3), ("ant", "bee", "cat"), (2, 2, 2))
    assert str(seen).startswith("6 of [4, 4, 3], classes ant, bee, cat, sha256:")
    many = source.arrays(np.zeros((9, 1), np.float32), np.arange(9))
    assert "9 classes 0, 1, 2, 3, 4, 5, 6, 7, ..." in str(facts_of(many))
    unlabelled = source.arrays(np.zeros((2, 1), np.float32))
    assert "no labels" in str(facts_of(unlabelled))


def test_it_does_not_matter_where_they_lie(pets, tmp_path):
    """Nor when they were written, in which order, or whether they are packed."""
    wanted = print_of(pets)
    files = sorted(pets.rglob("*.png"), reverse=True)
    packed, copy = tmp_path / "packed.zip", tmp_path / "copy"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in files:
            archive.write(file, file.relative_to(pets))
    for file in files:
        target = copy / file.relative_to(pets)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
        os.utime(target, (1, 1))
    assert print_of(packed) == print_of(copy) == wanted
    assert print_of(pets, cache_dir=tmp_path / "other-cache") == wanted


def brighter(pets):
    with Image.open(pets / "ant" / "0.png") as image:
        pixels = np.array(image)
    pixels[2, 2] ^= 128
    Image.fromarray(pixels).save(pets / "ant" / "0.png")


CHANGES = {
    "a picture": brighter,
    "one more": lambda pets: shutil.copy(pets / "ant/0.png", pets / "ant/9.png"),
    "one less": lambda pets: (pets / "ant/0.png").unlink(),
    "a label": lambda pets: (pets / "ant/0.png").rename(pets / "bee/0.png"),
    "the name of a class": lambda pets: (pets / "ant").rename(pets / "ape"),
    "which name": lambda pets: (pets / "cat").rename(pets / "aaa"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change(pets, name):
    before = print_of(pets)
    CHANGES[name](pets)
    assert print_of(pets) != before


def test_size_and_channels_and_labels(pets):
    whole = print_of(pets)
    others = (
        print_of(pets, size=5),
        print_of(pets, channels=1),
        print_of(pets, labels="none"),
    )
    assert len({whole, *others}) == 4


@settings(deadline=None, max_examples=30)
@given(
    values=st.lists(st.integers(0, 255), min_size=6, max_size=6),
    place=st.integers(0, 5),
    rows=st.integers(1, 9),
)
def test_any_number_counts(values, place, rows):
    """However many are hashed at a time."""
    array = np.array(values, np.uint8).reshape(3, 1, 2, 1)
    other = array.copy()
    other.flat[place] ^= 1
    before = facts.CHUNK
    try:
        facts.CHUNK = 2 * rows
        one, two, same = (
            facts_of(source.arrays(x)).fingerprint for x in (array, other, array.copy())
        )
    finally:
        facts.CHUNK = before
    assert one == same != two


def test_other_sources_are_read_in_blocks(monkeypatch):
    """Their order is theirs, and as much a fact as their examples."""
    monkeypatch.setattr(facts, "BLOCK", 4)
    whole = source.arrays(np.arange(20, dtype=np.float32).reshape(10, 2), [0, 1] * 5)
    one, same, other = (
        facts_of(data.subset(whole, indices))
        for indices in (range(10), range(10), [1, 0, *range(2, 10)])
    )
    assert one == same
    assert one.counts == (5, 5)
    assert one.fingerprint != other.fingerprint
    assert one._replace(fingerprint="") == other._replace(fingerprint="")


def test_what_is_computed_is_known_by_its_rule():
    """Another machine may round it otherwise."""
    one, other = (source.arrays(np.full((3, 1), x, np.float32)) for x in (1, 2))
    assert facts_of(one, "twice") == facts_of(other, "twice")
    assert facts_of(one, "twice") != facts_of(one, "thrice")


def test_a_mapped_file_is_hashed_once(pets, own_cache, monkeypatch):
    first = facts_of(image_folder.folder(pets, 4))
    notes = list((own_cache / "fingerprints").iterdir())
    assert len(notes) == 1
    with monkeypatch.context() as patch:
        patch.setattr(facts.concurrent.futures, "ThreadPoolExecutor", None)
        assert facts_of(image_folder.folder(pets, 4)) == first
    notes[0].write_text("cut of")
    assert facts_of(image_folder.folder(pets, 4)) == first
    brighter(pets)
    assert facts_of(image_folder.folder(pets, 4)) != first


def test_no_note_is_kept_where_none_can_be(pets, own_cache):
    first = facts_of(image_folder.folder(pets, 4))
    shutil.rmtree(own_cache / "fingerprints")
    (own_cache / "fingerprints").write_text("")
    assert facts_of(image_folder.folder(pets, 4)) == first


def test_progress_is_told(monkeypatch):
    monkeypatch.setattr(facts, "CHUNK", 8)
    told = []
    facts_of(
        source.arrays(np.zeros((6, 2, 2, 1), np.uint8)),
        progress=lambda *at: told.append(at),
    )
    assert told == [(1, 3), (2, 3), (3, 3)]
