"""The command line is quick, and knows what was meant."""

import dataclasses
import resource
import subprocess
import sys

import pytest

import jaxgan
from jaxgan.run import command_line, options
from jaxgan.run.commands import COMMANDS, cli
from jaxgan.run.files import experiment_catalogue, experiment_file
from tests.run.conftest import EXPERIMENT, environment

CODE = (
    "import sys; from jaxgan.run.commands import cli\n"
    "try: cli.main()\n"
    "except SystemExit: pass\n"
    "print('loaded', *sys.modules)"
)


@pytest.mark.parametrize("words", [[], *([name] for name in COMMANDS)])
def test_help_does_not_wait_for_jax(words):
    # The processor's seconds: other processes make no difference.
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", CODE, *words, "--help"],
        capture_output=True,
        text=True,
        check=True,
        env=environment(),
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.0
    assert "usage: jaxgan" in done.stdout
    loaded = {name.split(".")[0] for name in done.stdout.split("loaded")[1].split()}
    assert not loaded & {"jax", "flax", "orbax", "numpy", "matplotlib", "tensorboardX"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("trian", "did you mean 'train'?"),
        ("sample x --sede 3", "jaxgan sample knows no '--sede'"),
        ("sample x --sede 3", "did you mean '--seed'?"),
        ("sample runs/digits more", "jaxgan sample knows no 'more'"),
        ("evaluate runs/a runs/b", "did you mean jaxgan compare REAL FAKE?"),
        ("sample runs/digist", "did you mean runs/digits?"),
        ("sample digits", "did you mean runs/digits?"),
        ("report runs/digits/config.json", "is a file, wanted the folder of a run"),
        ("report runs/digits/config.json", "did you mean runs/digits?"),
        ("sample x --num many", "--num: saw 'many', wanted a whole number"),
        ("sample x --num", "--num: saw no value, wanted a whole number"),
        ("sample x --truncation 1,y", "--truncation: saw '1,y', wanted numbers, such"),
        (
            "import x --run-dir y --model gan",
            "--model: saw 'gan', wanted one of afm, biggan,",
        ),
        ("import x --run-dir y --model r3gn", "did you mean 'r3gan'?"),
        ("import x", "the following arguments are required: --run-dir"),
        ("mix x --layers", "--layers: saw none, wanted coarse, middle, fine"),
        ("compare x", "the following arguments are required: FAKE"),
        ("train runs/digits", "runs/digits is a run, wanted an experiment"),
        ("train --steps 3 points", "options of the experiment stand behind its name"),
        ("train", "the following arguments are required: EXPERIMENT"),
        ("forecast points --json --step 3", "did you mean '--steps'?"),
        ("train pionts", "did you mean 'points'?"),
        ("train points --variant rng", "did you mean 'ring'?"),
        ("train points --step 3", "--steps"),
        ("sample nowhere", "nowhere does not exist"),
        ("fingerprint .", ". is not a run"),
        ("sample", "the following arguments are required: RUN"),
    ],
)
def test_mistakes(words, said, tmp_path, monkeypatch, capsys):
    (tmp_path / "experiments").mkdir()
    (tmp_path / "experiments" / "points.py").write_text(EXPERIMENT.read_text())
    (tmp_path / "runs" / "digits").mkdir(parents=True)
    (tmp_path / "runs" / "digits" / "config.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as status:
        cli.main(words.split())
    assert status.value.code == 2
    assert said in capsys.readouterr().err


def test_train_by_name_and_list(tmp_path, monkeypatch, capsys):
    (tmp_path / "experiments").mkdir()
    (tmp_path / "experiments" / "points.py").write_text(EXPERIMENT.read_text())
    monkeypatch.chdir(tmp_path)
    cli.main(["list"])
    assert "no runs" in capsys.readouterr().out
    cli.main(["train", "points", "--steps", "10"])
    cli.main(["train", "points", "--variant", "labelled", "--steps", "1"])
    capsys.readouterr()
    cli.main(["list"])
    out = capsys.readouterr().out
    width = max(len(name) for name in experiment_catalogue.experiments())
    assert f"\n  {'points':{width}}  Points on a ring, by two tiny networks.\n" in out
    line = experiment_file.first_line(experiment_catalogue.find("digits"))
    assert f"\n    {'digits':{width}}  {line}\n" in out
    assert "\n  runs/points           points (ring), step 10, " in out
    assert "points (ring), step 10, saved at 10, discriminator " in out
    assert "points (labelled), step 1" in out


def test_version(capsys):
    cli.main(["--version"])
    assert capsys.readouterr().out == f"jaxgan {jaxgan.__version__}\n"


def test_as_a_module():
    words = [sys.executable, "-m", "jaxgan", "sample"]
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, env=environment()
    )
    assert done.returncode == 2
    assert done.stderr.startswith("error: the following arguments are required: RUN\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_own_options_come_first(name, capsys):
    """Then those of each group, which tells what it is about."""
    with pytest.raises(SystemExit) as status:
        cli.main([name, "--help"])
    assert status.value.code == 0
    out = capsys.readouterr().out
    kind = COMMANDS[name]
    assert out.startswith(f"usage: jaxgan {name} [-h]")
    assert kind.__doc__.split("\n")[0] in out
    assert "None" not in out
    groups = [
        field.default_factory
        for field in dataclasses.fields(kind)
        if dataclasses.is_dataclass(field.default_factory)
    ]
    assert all(group.__doc__ in out for group in groups)
    fields = [f for part in (kind, *groups) for f in dataclasses.fields(part)]
    flags = [options.flag(field.name) for field in fields]
    shown = [flag for flag in command_line.flags(kind) if flag != "--help"]
    assert shown == [flag for flag in flags if flag in shown]


def test_the_pipe_of_head_is_no_error(tmp_path):
    """Whoever reads the output may stop: `jaxgan list | head -1`."""
    command = [sys.executable, "-m", "jaxgan", "list"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 1
