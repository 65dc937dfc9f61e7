"""A run's program runs if it is known, and only what was looked at runs."""

import concurrent.futures
import importlib.util
import json
import marshal
import os
import shutil
import struct

import pytest

import jaxgan
from jaxgan.run.commands import cli
from jaxgan.run.errors import RunError
from jaxgan.run.files import claim, experiment_catalogue, run_directory, run_program
from jaxgan.run.importable import r3gan
from jaxgan.run.sampling import stored_run

PROGRAM = '''"""A harmless title.

More.
"""
import pathlib, subprocess
from os import path
pathlib.Path({mark!r}).touch()
'''


HARMLESS = '''
import dataclasses

@dataclasses.dataclass(frozen=True)
class Config:
    """Nothing."""

VARIANTS = {"small": Config()}

def build(config):
    return None
'''


@pytest.fixture(autouse=True)
def nothing_known(tmp_path, monkeypatch):
    monkeypatch.setenv("JAXGAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(run_program, "_here", set())


@pytest.fixture
def mark(tmp_path):
    """What exists when the program of `run` has run."""
    return tmp_path / "it-ran"


@pytest.fixture
def run(tmp_path, mark):
    """A folder such as somebody else could send."""
    folder = tmp_path / "theirs"
    (folder / "checkpoints").mkdir(parents=True)
    identity = {"experiment": "digits", "variant": "small", "config": {"seed": 0}}
    (folder / "config.json").write_text(json.dumps(identity))
    (folder / "experiment.py").write_text(PROGRAM.format(mark=str(mark)))
    return folder


COMMANDS = ["sample", "interpolate", "mix", "evaluate", "report", "report --live"]


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_ask(command, run, mark, capsys):
    """Showing what would be run; whatever else may be wrong comes afterwards."""
    name, *words = command.split()
    if name == "report":
        pytest.importorskip("plotly")
    with pytest.raises(SystemExit) as status:
        cli.main([name, str(run), *words])
    assert status.value.code == 2
    said = capsys.readouterr().err
    digest = run_program.read(run).digest
    assert f"{run / 'experiment.py'}: 7 lines, " in said
    assert f"sha256:{digest}" in said
    assert "it imports os, pathlib, subprocess\n" in said
    assert "it begins: A harmless title.\n" in said
    assert "--trust" in said
    assert "Traceback" not in said
    assert not mark.exists()


def test_python_asks(run, mark):
    with pytest.raises(RunError, match=r"not trained or imported here") as error:
        jaxgan.load(run)
    assert "trust=True" in error.value.hint
    with pytest.raises(RunError, match="not trained or imported here"):
        stored_run.load(run)
    assert not mark.exists()


@pytest.mark.parametrize("command", ["fingerprint", "diagnose", "list"])
def test_commands_that_run_nothing(command, run, mark, capsys):
    words = ["--runs", str(run.parent)] if command == "list" else [str(run)]
    try:
        cli.main([command, *words])
    except SystemExit:
        assert "--trust" not in capsys.readouterr().err
    assert not mark.exists()


def test_what_is_trusted_is_known_from_then_on(run, mark, tmp_path, capsys):
    """Wherever it lies; but not if a byte of it has changed."""
    with pytest.raises(SystemExit):
        cli.main(["sample", str(run), "--trust"])
    assert mark.exists()
    assert "--trust" not in capsys.readouterr().err
    mark.unlink()
    run_program._here.clear()  # as in another process
    moved = tmp_path / "moved"
    shutil.copytree(run, moved)
    run_program.check(moved)
    with (moved / "experiment.py").open("a") as file:
        file.write("#")
    with pytest.raises(RunError, match="not trained"):
        run_program.check(moved)
    with pytest.raises(RunError, match="it defines no Config"):
        jaxgan.load(run)
    assert mark.exists()


def test_what_comes_with_jaxgan_is_known(run):
    shipped = experiment_catalogue.experiments()["digits"]
    shutil.copy(shipped, run / "experiment.py")
    run_program.check(run)
    shutil.copy(r3gan.__file__, run / "experiment.py")
    run_program.check(run)


def test_claimed_runs_are_known(tmp_path):
    """As training and importing do, to other processes too; resumed by another file."""
    experiment, folder = tmp_path / "mine.py", tmp_path / "run"
    identity = run_directory.Identity("mine", "small", {})
    for text in ("# mine\n", "# changed\n"):
        experiment.write_text(text)
        with claim.claimed(folder, identity, experiment):
            pass
        run_program._here.clear()
        assert run_program.check(folder).content.decode() == text
    experiment.write_text("# of others\n")
    shutil.copy(experiment, folder / "experiment.py")
    with pytest.raises(RunError, match="not trained"):
        run_program.check(folder)


def test_a_cache_that_cannot_be_written(run, tmp_path, capsys):
    (tmp_path / "cache").write_text("a file")
    run_program.remember(run)
    assert "will ask for --trust" in capsys.readouterr().err
    run_program.check(run)
    run_program._here.clear()
    with pytest.raises(RunError, match="not trained"):
        run_program.check(run)


def test_marks_of_others_in_a_shared_cache(run, monkeypatch):
    run_program.remember(run)
    run_program._here.clear()
    run_program.check(run)
    if hasattr(os, "getuid"):
        me = os.getuid()
        monkeypatch.setattr(os, "getuid", lambda: me + 1)
        with pytest.raises(RunError, match="not trained"):
            run_program.check(run)


def test_many_at_once(run, tmp_path):
    runs = []
    for number in range(40):
        runs.append(tmp_path / f"run-{number}")
        shutil.copytree(run, runs[-1])
        with (runs[-1] / "experiment.py").open("a") as file:
            file.write(f"# {number % 8}\n")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(run_program.remember, runs))
    run_program._here.clear()
    for one in runs:
        run_program.check(one)


def test_compiled_code_beside_it_is_not_run(run, mark, tmp_path):
    """Python takes an unchecked .pyc for the file that it lies beside."""
    (run / "experiment.py").write_text(HARMLESS)
    run_program.remember(run)
    code = compile(PROGRAM.format(mark=str(mark)), "x", "exec")
    compiled = importlib.util.cache_from_source(str(run / "experiment.py"))
    os.makedirs(os.path.dirname(compiled))
    with open(compiled, "wb") as file:
        file.write(importlib.util.MAGIC_NUMBER + struct.pack("<I", 1) + bytes(8))
        file.write(marshal.dumps(code))
    assert run_program.load(run).build("anything") is None
    assert not mark.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"def (", "does not parse"),
        (b"x = '\0'", "does not parse"),
        (b"\xff\xfe", "does not parse"),
        (b"(" * 5000, "does not parse"),
        (b"-" * 100_000 + b"1", "does not parse"),
        (b"def f():\n  __import__('os')\n", "it imports whatever __import__ says"),
        (b"import a.b, c\nfrom . import d\n", "it imports ., a, c"),
        (b"1", "it imports nothing\n  it begins: no docstring"),
        (b"#" * run_program.LARGEST + b"#", "saw more than 1048576 bytes"),
    ],
)
def test_what_is_shown_of_strange_programs(run, content, said):
    (run / "experiment.py").write_bytes(content)
    with pytest.raises(RunError) as error:
        run_program.check(run)
    assert said in str(error.value)


def test_what_is_shown_is_plain(run):
    (run / "experiment.py").write_text('"""\x1b[2Jnothing to see\x07"""\n')
    with pytest.raises(RunError) as error:
        run_program.check(run)
    assert str(error.value).replace("\n", "").isprintable()


def test_a_pipe_is_no_program(run):
    (run / "experiment.py").unlink()
    os.mkfifo(run / "experiment.py")
    with pytest.raises(RunError, match="there is no experiment"):
        run_program.check(run)
