"""What is refused, before anything is compiled or changed, and how it is said."""

import dataclasses
import errno
import json
import pathlib
import shutil
import subprocess

import pytest

from jaxgan.run import launch
from jaxgan.run.errors import RunError
from jaxgan.run.files import checkpoints, claim, config_json, run_directory
from jaxgan.run.files.metrics_log import Records
from jaxgan.run.training import program
from tests.run.conftest import EXPERIMENT, finish, spawn


def refuse(train, match, *arguments, **options):
    with pytest.raises(RunError, match=match) as error:
        train(*arguments, **options)
    return str(error.value)


def contents(folder):
    return {p: p.stat().st_mtime_ns for p in folder.rglob("*")}


def test_another_config(train, tmp_path):
    train("--steps", 1, "--learning-rate", 0.01)
    before = contents(tmp_path)
    said = refuse(train, "another config", "--steps", 2, "--seed", 3)
    assert "seed: run has 0, you asked 3" in said
    assert "learning_rate: run has 0.01, you asked 0.001" in said
    assert "batch_size" not in said
    assert "nothing was changed" in said
    assert contents(tmp_path) == before


def test_another_variant_is_another_config(train):
    train("--steps", 1)
    said = refuse(train, "another config", "--variant", "labelled")
    assert "labelled: run has False, you asked True" in said


def test_other_microbatches(train, tmp_path):
    train("--steps", 1, "--microbatches", 2)
    before = contents(tmp_path)
    said = refuse(train, "another config", "--steps", 2)
    assert "microbatches: run has 2, you asked 1" in said
    assert "batch_size" not in said
    assert contents(tmp_path) == before
    train("--steps", 2, "--microbatches", 2)


def test_a_run_of_before_there_were_microbatches(train, tmp_path):
    train("--steps", 1)
    path = tmp_path / "run" / run_directory.CONFIG
    stored = json.loads(path.read_text())
    assert stored.pop("microbatches") == 1
    path.write_text(json.dumps(stored))
    train("--steps", 2)
    refuse(train, "another config", "--steps", 3, "--microbatches", 2)


def test_another_experiment(train, tmp_path):
    train("--steps", 1)
    other = shutil.copy(EXPERIMENT, tmp_path / "other.py")
    said = "holds a run of 'points', you asked 'other'"
    refuse(train, said, experiment=pathlib.Path(other))


def test_a_folder_that_is_no_run(train, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.tex").write_text("precious")
    refuse(train, "not empty and not a run")
    assert [p.name for p in (tmp_path / "run").iterdir()] == ["thesis.tex"]
    (tmp_path / "file").write_text("precious")
    refuse(train, "is a file", run="file")


def test_fields_that_came_or_went():
    stored = {"lr": 0.1, "deep": {"width": 1}}
    asked = {"learning_rate": 0.1, "deep": {"width": 2}}
    assert config_json.differences(stored, asked) == [
        "lr: run has 0.1, the experiment no such field",
        "deep.width: run has 1, you asked 2",
        "learning_rate: run has no such field, you asked 0.1",
    ]


@dataclasses.dataclass(frozen=True)
class Inner:
    numbers: tuple[int, ...] = (1, 2)


@dataclasses.dataclass(frozen=True)
class Outer:
    inner: Inner = dataclasses.field(default_factory=Inner)
    folder: pathlib.Path | None = pathlib.Path("x")
    rate: float | None = None


@pytest.mark.parametrize("config", [Outer(), Outer(Inner((3,)), None, 0.5)])
def test_configs_survive_json(config):
    assert config_json.from_json(Outer, config_json.to_json(config)) == config


def test_a_config_of_other_fields_is_named():
    with pytest.raises(RunError, match="rates: run has 1, the experiment no such"):
        config_json.from_json(Outer, {**config_json.to_json(Outer()), "rates": 1})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--steps", 0], "--steps: saw 0, wanted at least 1"),
        (["--log-every", 0], "--log-every: saw 0"),
        (["--minutes", -1], "--minutes: saw -1"),
        (["--devices", 3], "3 devices do not divide the batch of 16 examples"),
        (["--microbatches", 0], "--microbatches: saw 0, wanted at least 1"),
        (["--microbatches", 3], "saw 3, wanted a divisor of the 16 examples of the"),
        (["--microbatches", 8, "--devices", 4], "saw 8, wanted a divisor of the 4 ex"),
        (["--devices", 99], "--devices: saw 99, wanted 1 to 8"),
        (["--batch-size", 1], "batch_size: saw 1, wanted at least 2"),
        (["--variant", "rang"], "did you mean 'ring'"),
    ],
)
def test_bad_values(train, tmp_path, arguments, said):
    with pytest.raises(RunError) as error:
        train(*arguments)
    assert said in str(error.value)
    assert error.value.code == 2
    assert not list(tmp_path.iterdir())


def test_mistyped_options_get_a_suggestion(capsys):
    with pytest.raises(SystemExit) as status:
        launch.main(str(EXPERIMENT), ["--lerning-rate", "1"])
    assert status.value.code == 2
    assert "--learning-rate" in capsys.readouterr().err


def test_errors_are_plain_lines():
    code, out, err = finish(spawn("--batch-size", 1))
    assert (code, out) == (2, "")
    assert err == "error: batch_size: saw 1, wanted at least 2\n"


def test_two_processes_cannot_train_one_run(train, tmp_path):
    (tmp_path / "run").mkdir()
    with claim.locked(tmp_path / "run"):
        refuse(train, "another process is training")


def test_a_mistake_in_the_config_claims_no_folder(train, tmp_path, monkeypatch):
    def clash(*arguments):
        raise ValueError("turns[0].every: saw 0, wanted an integer >= 1")

    with monkeypatch.context() as patch:
        patch.setattr(program, "compile_program", clash)
        refuse(train, "the parts of this experiment do not fit: turns")
    assert not list(tmp_path.iterdir())
    train("--steps", 1, "--seed", 1)


def test_what_the_kind_cannot_draw_claims_no_folder(train, tmp_path):
    text = EXPERIMENT.with_name("images.py").read_text()
    for old, new in (
        (
            "digits = data.digits()",
            "digits = data.arrays(np.zeros((1500, 8, 8, 6)))",
        ),
        ("dcgan.Generator((8, 8, 1)", "dcgan.Generator((8, 8, 6)"),
    ):
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "six.py"
    path.write_text(text)
    said = refuse(train, r"images: saw shape \[1, 8, 8, 6\], wanted", experiment=path)
    assert "give the Experiment the `kind` of other samples" in said
    assert not (tmp_path / "run").exists()


def test_a_finished_run_says_so(train, tmp_path, capsys):
    first = train("--steps", 2)
    for steps, said in ((2, "all steps are done"), (1, "--steps 1 are long done")):
        words = ["--steps", str(steps), "--run-dir", str(tmp_path / "run")]
        assert launch.train(EXPERIMENT, words) == 0
        told = capsys.readouterr().out
        assert f"run is at step 2: {said}, nothing was trained; --steps 4, say" in told
        assert first in told
        assert "resuming" not in told
        assert "compil" not in told


def test_changed_code_is_kept_and_told(train, tmp_path, capsys):
    mine = pathlib.Path(shutil.copy(EXPERIMENT, tmp_path / "points.py"))
    train("--steps", 1, experiment=mine)
    mine.write_text(mine.read_text() + "\n# changed\n")
    train("--steps", 2, experiment=mine)
    assert (tmp_path / "run" / "experiment.py").read_text().endswith("# changed\n")
    assert (tmp_path / "run" / "experiment-1.py").read_text() == EXPERIMENT.read_text()


def test_not_finite(tmp_path):
    """In another process: `debug_nans` would be first here."""
    run = tmp_path / "run"
    code, _, err = finish(spawn("--poison-at", 24, "--run-dir", run))
    assert code == 1
    (told,) = [line for line in err.splitlines() if "step 25: not finite:" in line]
    assert "discriminator/adversarial" in told
    assert "first such leaf of the state: variables/" in err
    assert "last good checkpoint: step 20" in err
    assert "Traceback" not in err
    assert checkpoints.steps(run) == [10, 20]


def test_a_full_disk_is_one_line(train, monkeypatch, tmp_path):
    def full(self, step, metrics):
        if step > 10:
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Records, "write", full)
        said = refuse(train, "no space left on the disk of .*run", "--steps", 40)
    assert "the run resumes from step 10 with" in said
    assert train("--steps", 40) == train("--steps", 40, run="whole")


@pytest.mark.slow
def test_a_really_full_disk(train, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting needs root")
    try:
        arguments = ["--steps", 2000, "--save-every", 5, "--run-dir", disk / "run"]
        code, _, err = finish(spawn(*arguments))
        assert code == 1
        assert "Traceback" not in err
        assert f"error: no space left on the disk of {disk}/run" in err
        step = checkpoints.steps(disk / "run")[-1]
        assert f"resumes from step {step}" in err or "damaged" in err
        shutil.copytree(disk / "run", tmp_path / "run")
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    stop = step + 10
    assert train("--steps", stop) == train("--steps", stop, run="whole")
