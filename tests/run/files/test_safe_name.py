"""Names from anywhere stay inside the folder that they are put in."""

import pathlib
import types

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.core.types import Sample
from jaxgan.run.commands import shared_options
from jaxgan.run.errors import RunError
from jaxgan.run.files import safe_name
from jaxgan.run.kinds import images
from jaxgan.run.sampling import sample_files

HOSTILE = [
    *(
        "../../x",
        "/etc/x",
        "a/b",
        "",
        ".",
        "..",
        "~",
        "a\\b",
        "C:\\x",
        "CON",
        "nul.txt",
    ),
    *("x" * 300, "é" * 90, "a\0b", "a\nb", "\x1b[2J", "name.", " x ", ".hidden", "a:b"),
    *("\ud800", "\u202egnp", "Cat", "cat", "class_0", "CLASS_0_x", "-rf", "a\tb"),
]
NAMES = st.lists(st.text(max_size=12) | st.sampled_from(HOSTILE), max_size=12)


@settings(max_examples=50, deadline=None)
@given(NAMES)
def test_any_names_become_folders_of_one_folder(names):
    made = safe_name.safe_all(names)
    assert len(made) == len(names)
    assert len({name.casefold() for name in made}) == len(made)
    root = pathlib.PurePosixPath("/out")
    for before, name in zip(names, made):
        assert (root / name).parent == root
        assert safe_name.is_safe(name)
        assert name == before or name.startswith("class_")


@given(st.lists(st.from_regex(r"[a-z0-9_-]{1,20}", fullmatch=True), unique=True))
def test_ordinary_names_stay(names):
    ordinary = [n for n in names if not safe_name.DEVICES.fullmatch(n)]
    assert safe_name.safe_all(ordinary) == ordinary
    assert [safe_name.safe(n) for n in ordinary] == ordinary


@pytest.mark.parametrize("name", ["n02123045 tabby", "1984", "Österreich", "猫", "a.b"])
def test_names_of_people_stay(name):
    assert safe_name.safe(name) == name


def test_samples_stay_in_their_folder(tmp_path):
    """Every sample is written once, below --out, whatever its class is called."""
    out = tmp_path / "deep" / "out"
    source = types.SimpleNamespace(classes=tuple(HOSTILE))
    data = types.SimpleNamespace(source=source)
    experiment = types.SimpleNamespace(kind=images, data=data)
    count = len(HOSTILE)
    sample = Sample(np.zeros((count, 4, 4, 3), np.float32), np.arange(count))
    sample_files.save(out, [sample], [None], experiment)  # pyright: ignore
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == count
    assert {path.parents[1] for path in files} == {out}
    folders = {path.name: path.parent.name for path in files}
    assert len(set(folders.values())) == count
    assert folders[f"{HOSTILE.index('Cat'):06d}.png"] == "Cat"


@pytest.mark.parametrize("label", HOSTILE)
def test_pictures_of_a_class_stay_in_their_folder(tmp_path, label):
    loaded = types.SimpleNamespace(
        step=3, directory=tmp_path, experiment=types.SimpleNamespace(kind=images)
    )
    options = (
        shared_options.LatentOptions(label=label),
        shared_options.SamplingOptions(),
        shared_options.CheckpointOptions(),
    )
    path = shared_options.picture_path(loaded, "samples", *options)  # pyright: ignore
    assert path.parent == tmp_path / "generated"
    assert path.name.isprintable()
    (tmp_path / "elsewhere").mkdir()
    path.parent.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunError, match="is a symbolic link"):
        shared_options.picture_path(loaded, "samples", *options)  # pyright: ignore
