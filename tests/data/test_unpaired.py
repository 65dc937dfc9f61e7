"""Two domains that nobody has paired: each shuffled, cut and turned on its own."""

import numpy as np
import pytest

from jaxgan import data
from jaxgan.data import opening
from jaxgan.data.facts import facts_of
from tests.data.drawn import as_bytes, fill, picture, save


def numbered(top, count, first=0):
    """Gray pictures 8 × 8, the n-th all of the brightness n."""
    for number in range(count):
        pixels = np.full((8, 8, 1), first + number, np.uint8)
        save(top / f"{number:02d}.png", pixels)


@pytest.fixture
def domains(tmp_path):
    numbered(tmp_path / "trainA", 3)
    numbered(tmp_path / "trainB", 5, first=100)
    numbered(tmp_path / "testA", 1, first=50)
    numbered(tmp_path / "testB", 2, first=150)
    return tmp_path


def shown(batch):
    return {
        name: as_bytes(value)[:, 0, 0, 0].tolist()
        for name, value in batch.value.items()
    }


def test_folders_as_cyclegan_has_them(domains):
    source = data.unpaired(domains, size=8, channels=(1, 1))
    assert (source.size, source.shape) == (5, (8, 8, 1))
    assert shown(source.examples(np.arange(5))) == {
        "x": [0, 1, 2, 0, 1],
        "y": [100, 101, 102, 103, 104],
    }
    test = data.unpaired(domains, size=8, channels=(1, 1), split="test")
    assert shown(test.examples(np.arange(2))) == {"x": [50, 50], "y": [150, 151]}
    apart = data.unpaired(
        domains / "testB", domains / "trainA", 8, channels=(1, 1), load_size=8
    )
    assert shown(apart.examples(np.arange(1))) == {"x": [150], "y": [0]}


def test_each_side_is_shuffled_on_its_own(domains):
    """Both show all they have, then all again in another order, whatever the other."""
    source = data.unpaired(domains, size=8, channels=(1, 1))
    batch_at = data.crop_batches(source, 2, seed=4)
    seen = {"x": [], "y": []}
    for step in range(15):
        for name, values in shown(batch_at(step)).items():
            seen[name] += values
    for name, count in (("x", 3), ("y", 5)):
        epochs = np.reshape(seen[name], (-1, count))
        assert {tuple(sorted(epoch)) for epoch in epochs} == {
            tuple(range(100 * (name == "y"), 100 * (name == "y") + count))
        }
        assert len({tuple(epoch) for epoch in epochs}) > 1
    more = data.crop_batches(source, 2, seed=5)
    assert [shown(more(i)) for i in range(5)] != [shown(batch_at(i)) for i in range(5)]


def test_sides_are_looked_at_on_their_own(tmp_path):
    pixels = picture(1, 16, 16)
    for name in "AB":
        save(tmp_path / name / "a.png", pixels)
    source = data.unpaired(tmp_path, size=8)
    batch = data.crop_batches(source, 64, flip=True, turn=True)(0).value
    alike = [np.array_equal(x, y) for x, y in zip(batch["x"], batch["y"])]
    assert sum(alike) < 8  # one of 648 views is the same


def test_partners(tmp_path):
    for side, first in (("A", 0), ("B", 100)):
        numbered(tmp_path / side, 6, first)
    save(tmp_path / "A" / "only.png", np.full((8, 8, 1), 99, np.uint8))
    options = {"size": 8, "channels": (1, 1)}
    apart = data.unpaired(tmp_path, partners="apart", **options)
    seen = shown(apart.examples(np.arange(4)))
    assert seen == {"x": [0, 2, 4, 99], "y": [101, 103, 105, 101]}
    with pytest.raises(data.DataError, match=r"only.png: has no partner only.\* in"):
        data.unpaired(tmp_path, partners="aligned", **options)
    (tmp_path / "A" / "only.png").unlink()
    aligned = data.unpaired(tmp_path, partners="aligned", **options)
    seen = shown(aligned.examples(np.arange(6)))
    assert [y - x for x, y in zip(seen["x"], seen["y"])] == [100] * 6
    assert (aligned.aligned, apart.aligned) == (True, False)
    with pytest.raises(data.DataError, match="partners: saw 'all'"):
        data.unpaired(tmp_path, partners="all", **options)


def test_a_side_that_is_missing(domains):
    for file in (domains / "trainB").iterdir():
        file.unlink()
    with pytest.raises(data.DataError, match="wanted train/B or B/train or trainB"):
        data.unpaired(domains, size=8, split="train")


def test_bad_files_of_either_side(domains):
    (domains / "trainA" / "00.png").write_bytes(b"\x89PNG\r\n\x1a\n nothing")
    with pytest.raises(data.DataError, match=r"trainA/00\.png: "):
        data.unpaired(domains, size=8, channels=(1, 1))
    with pytest.warns(UserWarning, match="00.png"):
        source = data.unpaired(domains, size=8, channels=(1, 1), skip_bad=True)
    assert (source.x.size, source.y.size) == (2, 5)


def test_runs_know_it(domains):
    def build():
        source = data.unpaired(domains, size=8, channels=(1, 1), split="train")
        return data.crop_batches(source, 3)

    with opening.recorded() as opened:
        batches = build()
    known = [one.opening() for one in opened]
    with opening.remembered(known):
        lazy = build()
    assert lazy.shapes == batches.shapes
    assert lazy.source.split == "train"
    assert shown(lazy(2)) == shown(batches(2))
    before = facts_of(batches.source).fingerprint
    fill(domains / "trainA", ["01.png"], height=8, width=8, channels=1)
    assert facts_of(build().source).fingerprint != before


def test_emoji(shared_data):
    path = shared_data / "emoji-pairs" / "emoji-pairs-64.zip"
    sides = ("noto", "twemoji")
    source = data.unpaired(path, size=64, sides=sides, split="test", partners="aligned")
    assert (source.size, source.shape) == (235, (64, 64, 3))
