"""The command line is quick, and knows what was meant."""

import resource
import subprocess
import sys

import pytest

from jaxgan.run.commands import cli
from tests.run.conftest import EXPERIMENT, environment

CODE = (
    "import sys; from jaxgan.run.commands import cli\n"
    "try: cli.main()\n"
    "except SystemExit: pass\n"
    "print('loaded', *sys.modules)"
)


@pytest.mark.parametrize("words", [[], *([name] for name in cli.COMMANDS)])
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
        ("sample x --sede 3", "did you mean '--seed'?"),
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
    assert "points                   Points on a ring, by two tiny networks." in out
    assert "runs/points " in out
    assert "points (ring), step 10, saved at 10, discriminator " in out
    assert "points (labelled), step 1" in out
