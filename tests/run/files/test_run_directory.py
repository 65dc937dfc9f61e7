"""A mistyped run is asked back: the nearest beside it, or in ./runs.

And folders that others have made are read within bounds, and not written through.
"""

import dataclasses
import json
import os
import pathlib
import sys

import numpy as np
import pytest

from jaxgan.run import launch, pictures
from jaxgan.run.errors import RunError
from jaxgan.run.files import (
    atomic_file,
    config_json,
    evaluations_log,
    json_file,
    run_directory,
)


@pytest.fixture(autouse=True)
def runs(tmp_path, monkeypatch):
    for name in ("runs/digits", "runs/faces", "elsewhere/flowers"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / run_directory.CONFIG).write_text("{}")
    (tmp_path / "runs" / "notes").mkdir()
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("runs/digist", "runs/digits"),
        ("digits", "runs/digits"),
        ("run/digits", "runs/digits"),
        ("runs/face", "runs/faces"),
        ("elsewhere/flower", "elsewhere/flowers"),
        ("elsewhere/faces", "runs/faces"),
        ("runs/digits/config.json", "runs/digits"),
        ("runs/notes", None),
        ("nothing", None),
    ],
)
def test_the_nearest_run(asked, meant):
    path = pathlib.Path(asked)
    assert run_directory.nearest(path) == (meant and pathlib.Path(meant))
    hint = f"did you mean {meant}?" if meant else "see the runs with: jaxgan list"
    with pytest.raises(RunError) as error:
        run_directory.read_identity(path)
    assert error.value.hint == hint
    what = "is not a run" if path.is_dir() else "does not exist"
    what = "is a file, wanted the folder of a run" if path.is_file() else what
    assert f"{asked} {what}" in str(error.value)


def identity_file(folder, **changes):
    """A run's folder as somebody else may send it."""
    folder.mkdir(exist_ok=True)
    identity = {"experiment": "digits", "variant": "small", "config": {}, **changes}
    (folder / "config.json").write_text(json.dumps(identity))
    return folder


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "damaged"),
        (b"{", "damaged"),
        (b"\xff\xfe\x00", "damaged"),
        (b"[" * 10**6, "nested too deeply"),
        (b'{"a":' * 10**6, "nested too deeply"),
        (b"[]", "damaged"),
        (b"3", "damaged"),
        (b'{"experiment": 3, "variant": "x", "config": {}}', "experiment: saw 3"),
        (b'{"experiment": "x", "variant": "x", "config": []}', r"config: saw \[\]"),
        (b'{"evil": 1}', "damaged"),
    ],
)
def test_damaged_identities(tmp_path, content, said):
    (tmp_path / "config.json").write_bytes(content)
    with pytest.raises(RunError, match=rf"config\.json is damaged: .*{said}|{said}"):
        run_directory.read_identity(tmp_path)


@pytest.mark.parametrize(
    "changes",
    [
        {"seeds": 10**9},
        {"seeds": "many"},
        {"seeds": -1},
        {"microbatches": 1e300},
        {"steps_per_dispatch": [1]},
        {"start_from": {}},
        {"warm_up": "slowly"},
        {"shared_draws": 1},
        {"variant": None},
    ],
)
def test_identities_that_claim_much(tmp_path, changes):
    folder = identity_file(tmp_path, **changes)
    with pytest.raises(RunError, match=next(iter(changes))):
        run_directory.read_identity(folder)


def test_a_large_identity(tmp_path, monkeypatch):
    monkeypatch.setattr(json_file, "LARGEST", 1000)
    folder = identity_file(tmp_path, variant="x" * 1000)
    with pytest.raises(RunError, match="more than 1000 bytes"):
        run_directory.read_identity(folder)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_no_identity(tmp_path):
    os.mkfifo(tmp_path / "config.json")
    with pytest.raises(RunError, match="is not a run"):
        run_directory.read_identity(tmp_path)


@pytest.mark.parametrize("name", ["metrics.jsonl", "evaluations.jsonl", "x.txt"])
def test_links_are_not_written_through(tmp_path, name):
    """What a link in a folder of others leads to stays as it is."""
    precious = tmp_path / "precious"
    precious.write_text("mine")
    folder = identity_file(tmp_path / "run")
    stored = run_directory.read_identity(folder)
    (folder / name).symlink_to(precious)
    with pytest.raises(RunError, match=f"{name} is a symbolic link"):
        run_directory.check(folder, stored)
    if name == evaluations_log.FILE:
        with pytest.raises(RunError, match="is a symbolic link"):
            evaluations_log.append(folder, [{"step": 1}])
    (folder / evaluations_log.PICTURES).symlink_to(tmp_path)
    with pytest.raises(RunError, match="is a symbolic link"):
        evaluations_log.picture_path(folder, 1, None)
    for write in (
        lambda path: atomic_file.write_text(path, "new"),
        lambda path: pictures.save_png(path, np.zeros((2, 2, 3), np.uint8)),
    ):
        path = folder / "page"
        (folder / ".page.tmp").symlink_to(precious)
        write(path)
        assert path.is_file()
        path.unlink()
        path.symlink_to(precious)
        write(path)
        assert not path.is_symlink()
        path.unlink()
    assert precious.read_text() == "mine"


def test_configs_of_other_types_are_named(tmp_path):
    config = json.loads('{"name": "x", "width": "wide", "rate": 1}')
    with pytest.raises(RunError, match="width: saw 'wide', wanted int"):
        config_json.from_json(Small, config)
    config["width"] = 3
    assert config_json.from_json(Small, config) == Small("x", 3, 1)
    for name, value in (("width", True), ("width", 1.5), ("name", 3), ("rate", None)):
        with pytest.raises(RunError, match=f"{name}: saw {value}"):
            config_json.from_json(Small, {**config, name: value})


@dataclasses.dataclass(frozen=True)
class Small:
    """A config."""

    name: str
    width: int
    rate: float


@pytest.mark.parametrize(
    ("program", "written", "called"),
    [
        ("/bin/jaxgan", "jaxgan train a", "jaxgan train a"),
        ("/lib/jaxgan/__main__.py", "python -m jaxgan train a", None),
        ("here/a.py", "python here/a.py train a", "a.py"),
    ],
)
def test_the_command_is_written_as_it_was_typed(monkeypatch, program, written, called):
    monkeypatch.setattr(sys, "argv", [program, "train", "a"])
    assert run_directory.command() == written
    assert launch._program("a") == (called or written)
