"""A mistyped run is asked back: the nearest beside it, or in ./runs."""

import pathlib

import pytest

from jaxgan.run.errors import RunError
from jaxgan.run.files import run_directory


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
