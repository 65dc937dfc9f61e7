"""Where something is to be written is looked at first, and nothing is ever mixed."""

import pathlib

import pytest

from jaxgan.run.errors import RunError
from jaxgan.run.files import output_path


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("precious")
    (tmp_path / "empty").mkdir()
    (tmp_path / "full").mkdir()
    for name in "abcde":
        (tmp_path / "full" / name).write_text("precious")
    (tmp_path / "link").symlink_to("nowhere")
    (tmp_path / "picture.png").write_text("older")
    return tmp_path


@pytest.mark.parametrize("path", ["new", "empty", "new/er/est", "empty/new", "."])
def test_folders_that_can_be(path, here):
    before = sorted(here.rglob("*"))
    if path == ".":
        with pytest.raises(RunError, match=r"\. holds empty, file, full and 2 more"):
            output_path.check_new_folder(pathlib.Path(path))
    else:
        output_path.check_new_folder(pathlib.Path(path))
    assert sorted(here.rglob("*")) == before


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("full", "full holds a, b, c and 2 more, wanted a new or an empty folder"),
        ("file", "file is a file, wanted a folder"),
        ("file/new", "file/new lies below .*/file, which is a file"),
        ("file/new/er", "lies below .*/file, which is a file"),
        ("link", "link is a link to nothing"),
        ("n" * 300, "cannot be written: File name too long"),
        ("nul\0l", "cannot be written: embedded null byte"),
    ],
)
def test_folders_that_cannot(path, said, here):
    with pytest.raises(RunError, match=f"--out: .*{said}"):
        output_path.check_new_folder(pathlib.Path(path))
    assert len(list((here / "full").iterdir())) == 5


@pytest.mark.parametrize("path", ["new.png", "picture.png", "new/er.png"])
def test_files_that_can_be(path, here):
    output_path.check_file(pathlib.Path(path), (".png",))
    assert (here / "picture.png").read_text() == "older"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("new.txt", r"saw new.txt, wanted NAME\.png or NAME\.gif"),
        ("full", r"saw full, wanted NAME\.png or NAME\.gif"),
        ("file/new.png", "lies below .*/file, which is a file"),
        ("n" * 300 + ".png", "cannot be written: File name too long"),
        ("nul\0l.png", "cannot be written: embedded null byte"),
    ],
)
@pytest.mark.usefixtures("here")
def test_files_that_cannot(path, said):
    with pytest.raises(RunError, match=said):
        output_path.check_file(pathlib.Path(path), (".png", ".gif"))


def test_a_folder_of_a_files_name(here):
    (here / "folder.png").mkdir()
    with pytest.raises(RunError, match=r"folder\.png is a folder, wanted a file"):
        output_path.check_file(pathlib.Path("folder.png"), (".png",))


def test_what_keeps_a_file_from_being_written(here):
    path = here / "file" / "new"
    with (
        pytest.raises(RunError, match="new cannot be written: Not a dir") as error,
        output_path.written(path),
    ):
        path.write_text("")
    assert error.value.code == 1
