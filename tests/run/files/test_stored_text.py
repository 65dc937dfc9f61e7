"""Whatever becomes of a run's files, all but its config and state is passed over."""

import json
import os
import pathlib
import random
import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.run import launch
from jaxgan.run.commands import cli
from jaxgan.run.devices import xla
from jaxgan.run.errors import RunError
from jaxgan.run.files import checkpoints, metrics_log, stored_text
from tests.run.conftest import EXPERIMENT, fingerprint_in, rows

ROW = {"step": 3, "images": 30, "seconds": 1.5, "a": 2.0}
JUNK = [b"", b"null", b"3", b"[]", b'"text"', b"\xff\xfe\x00", b"\0" * 99, b"[" * 10**5]


@pytest.fixture(autouse=True)
def told_anew():
    stored_text._warn_once.cache_clear()


@given(st.binary(max_size=200), st.integers(0, 400))
@settings(max_examples=60, deadline=None)
def test_whole_lines_are_read_between_any_others(tmp_path_factory, junk, cut):
    path = tmp_path_factory.mktemp("run") / "metrics.jsonl"
    whole = json.dumps(ROW).encode()
    junk = junk.replace(b"\n", b" ")
    path.write_bytes(b"\n".join([whole, junk, whole, b""]) + whole[:cut])
    found = [row for row in metrics_log.read_rows(path) if row == ROW]
    assert len(found) == 2 + (cut >= len(whole))


@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: repr(junk[:8]))
def test_what_is_no_object(tmp_path, junk, capsys):
    path = tmp_path / "file.json"
    assert stored_text.read_object(path) is None
    assert not capsys.readouterr().err
    path.write_bytes(junk)
    for _ in range(2):
        assert stored_text.read_object(path) is None
    assert capsys.readouterr().err.count("is damaged: it is passed over") == 1
    assert stored_text.read_objects(path) == []


def test_pipes_and_folders_are_passed_over(tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name in ("pipe", "folder", "loop"):
        assert stored_text.read_text(tmp_path / name) == ""
    assert capsys.readouterr().err.count("is no file: it is passed over") == 3


@pytest.mark.parametrize(
    "row",
    [
        *({}, {"step": 1}, {**ROW, "step": "3"}, {**ROW, "step": True}),
        *({**ROW, "a": None}, {**ROW, "a": [1]}, {**ROW, "seeds": 3}),
        *(
            {**ROW, "seeds": {"0": {"a": 1.0}}},
            {**ROW, "seeds": {"0": 1}, "spread": {}},
        ),
    ],
)
def test_rows_that_nothing_of_ours_has_written(tmp_path, row):
    path = tmp_path / "metrics.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in (ROW, row, ROW)))
    assert metrics_log.read_rows(path) == [ROW, ROW]


def test_a_file_with_foreign_lines_is_kept_beside(tmp_path, capsys):
    path = tmp_path / "metrics.jsonl"
    text = f"{json.dumps(ROW)}\nforeign\n{json.dumps(ROW)}\n" + '{"step": 4, "cu'
    for name in ("damaged-metrics.jsonl", "damaged-2-metrics.jsonl"):
        path.write_text(text)
        assert metrics_log.keep_rows(path, 3) == [ROW, ROW]
        assert rows(tmp_path) == [ROW, ROW]
        assert path.read_text().count("\n") == 2
        assert (tmp_path / name).read_text() == text
    assert "has damaged lines; the others are kept" in capsys.readouterr().err
    path.write_text(text.replace("foreign\n", ""))
    metrics_log.keep_rows(path, 3)
    assert not (tmp_path / "damaged-3-metrics.jsonl").exists()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run of 20 steps with every file that there may be."""
    folder = tmp_path_factory.mktemp("whole")
    run, words = folder / "run", ["--sample-every", "10", "--diagnose-every", "10"]
    launch.train(EXPERIMENT, ["--steps", "20", *words, "--run-dir", str(run)])
    (run / "not_finite.json").write_text(
        json.dumps({"step": 20, "not_finite": ["a"], "leaf": "b"})
    )
    (run / "started_from.json").write_text(json.dumps({"run": "other", "step": 1}))
    line = {"step": 20, "metric": "fid", "value": 1.0, "card": {}}
    (run / "evaluations.jsonl").write_text(json.dumps(line) + "\n")
    return run


FILES = (
    *("metrics.jsonl", "evaluations.jsonl", "versions.json", "command.txt"),
    *("data.json",),
    *("not_finite.json", "started_from.json", "samples.gif", "samples/real.png"),
    *("samples/step_00000010.png", "samples/step_00000020.png"),
    *("tensorboard", "checkpoints/20", "checkpoints/10", "experiment.py", "samples"),
    *("checkpoints/20/facts/metadata", "checkpoints/20/_CHECKPOINT_METADATA"),
)


def damage(path, how):
    content = path.read_bytes() if path.is_file() else b"a folder was here"
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    if how == "folder":
        path.mkdir()
    elif how == "pipe":
        os.mkfifo(path)
    else:
        made = {"empty": b"", "half": content[: len(content) // 2], "type": b"[3]\n"}
        path.write_bytes(made.get(how, random.Random(0).randbytes(500)))


def command(*words):
    try:
        cli.main(words)
    except SystemExit as error:
        return error.code
    return 0


HOW = ("empty", "half", "random", "folder", "type", "pipe")
TOGETHER = [
    {name: HOW[(place + shift) % len(HOW)] for place, name in enumerate(FILES)}
    for shift in (0, 3)
]
for damages in TOGETHER:
    del damages["checkpoints/10"]  # else there is nothing to go on from
"""Damage to all files at once, in two ways, and to each alone in every way."""
ALONE = [
    pytest.param({name: how}, marks=pytest.mark.slow, id=f"{name}-{how}")
    for name in FILES
    for how in HOW
]


@pytest.mark.parametrize("damages", [*TOGETHER, *ALONE])
def test_no_damaged_file_is_in_the_way(whole, damages, tmp_path, capsys, monkeypatch):
    """Of resuming first of all; the other commands tell of what they lack in a line."""
    monkeypatch.setattr(xla, "set_up_xla", lambda: None)
    run = tmp_path / "run"
    shutil.copytree(whole, run)
    for name, how in damages.items():
        if (run / name).exists():
            damage(run / name, how)
    readable = "checkpoints/10" not in damages or "checkpoints/20" not in damages
    words = [str(run)]
    assert command("list", "--runs", str(tmp_path)) == 0
    assert command("diagnose", *words) == 0
    # A program that nobody here has run before is not run.
    assert command("report", *words) in ((0, 2) if "experiment.py" in damages else (0,))
    if readable:
        assert command("fingerprint", *words) == 0
        if "experiment.py" not in damages:
            assert command("sample", *words, "--num", "1") == 0
    told = capsys.readouterr()
    assert "Traceback" not in told.out + told.err
    if readable:
        launch.train(EXPERIMENT, ["--steps", "21", "--run-dir", str(run)])
        assert fingerprint_in(capsys.readouterr().out) == continued(whole)
        assert checkpoints.steps(run)[-1] == 21


def continued(whole: pathlib.Path):
    """Finds the fingerprint of the undamaged run's next step, once."""
    run = whole.with_name("continued")
    if not run.exists():
        shutil.copytree(whole, run)
        launch.train(EXPERIMENT, ["--steps", "21", "--run-dir", str(run)])
    return checkpoints.saved_fingerprint(run, 21)


@pytest.mark.parametrize(
    "content",
    [*JUNK, b"{}", b'{"experiment": 1, "variant": "a", "config": {}}', b'{"a": 1}'],
    ids=lambda junk: repr(junk[:8]),
)
def test_a_damaged_config_is_told(whole, tmp_path, content):
    run = tmp_path / "run"
    run.mkdir()
    (run / "config.json").write_bytes(content)
    with pytest.raises(RunError, match=r"config\.json is damaged") as error:
        launch.train(EXPERIMENT, ["--steps", "21", "--run-dir", str(run)])
    assert len(str(error.value).splitlines()) == 1
    assert command("list", "--runs", str(tmp_path)) == 0


def test_lost_checkpoints_are_told(train, tmp_path, capsys):
    train("--steps", 20)
    shutil.rmtree(tmp_path / "run" / "checkpoints")
    launch.train(EXPERIMENT, ["--steps", "20", "--run-dir", str(tmp_path / "run")])
    told = capsys.readouterr()
    assert "goes to step 20, but there is no checkpoint any more; moved to" in told.err
    assert fingerprint_in(told.out) == train("--steps", 20, run="whole")
    assert len(rows(tmp_path / "run")) == len(rows(tmp_path / "whole"))
