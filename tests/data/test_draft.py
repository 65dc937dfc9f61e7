import os
import pathlib
import time

import pytest

from jaxgan.data import draft


def test_is_removed_unless_it_is_moved(tmp_path):
    with draft.draft(tmp_path) as file:
        assert [str(path) for path in tmp_path.iterdir()] == [file.name]
    assert not list(tmp_path.iterdir())
    with draft.draft(tmp_path) as file:
        os.replace(file.name, tmp_path / "kept")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_what_is_being_written_is_not_removed(tmp_path):
    left = tmp_path / ".left.npy"
    kept = [tmp_path / ".mine.npy", tmp_path / "whole.npy", tmp_path / ".other"]
    for path in (left, *kept):
        path.touch()
    with draft.draft(tmp_path) as file, draft.shared_draft(kept[0], "x"):
        draft.remove_left_behind(tmp_path)
        assert pathlib.Path(file.name).exists()
    assert not left.exists()
    assert all(path.exists() for path in kept)
    draft.remove_left_behind(tmp_path, but=kept[:1])
    assert kept[0].exists()
    draft.remove_left_behind(tmp_path)
    assert not kept[0].exists()


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
@pytest.mark.parametrize("age", [0.5, 2.0])
def test_where_none_can_be_locked_old_ones_are_left_behind(
    tmp_path, monkeypatch, suffix, age
):
    if suffix == ".npy":
        monkeypatch.setattr(draft, "fcntl", None)
    path = tmp_path / f".left{suffix}"
    path.touch()
    then = time.time() - age * draft.OLD
    os.utime(path, (then, then))
    draft.remove_left_behind(tmp_path)
    assert path.exists() == (age < 1.0)


def test_one_that_vanishes_while_it_is_waited_for(tmp_path):
    """Whoever had it has moved it to its place: another is made."""
    path = tmp_path / ".shared.npy"
    with draft.shared_draft(path, "x") as file:
        file.write(b"1")
    path.rename(tmp_path / "there")
    with draft.shared_draft(path, "x") as file:
        assert os.fstat(file.fileno()).st_size == 0
    assert path.exists()
