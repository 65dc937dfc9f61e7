"""A folder is a run's alone, and holds nothing that a dead process has left."""

import pytest

from jaxgan.run.files import claim
from jaxgan.run.files.run_directory import CONFIG, Identity
from tests.run.conftest import EXPERIMENT

IDENTITY = Identity("points", "ring", {"seed": 0})
LEAVINGS = (
    *(".command.txt.tmp", ".metrics.jsonl.tmp", "samples/.step_00000010.png.tmp"),
    *("samples/seed_1/.step_00000010.png.tmp",),
    *("checkpoints/20.orbax-checkpoint-tmp/state/d/a", "checkpoints/20/state/d/a"),
    *("samples/step_00000010.png", "notes.tmp", ".notes"),
)


def files(folder):
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


def test_leavings_of_the_dead_are_removed_and_nothing_else(tmp_path):
    with claim.claimed(tmp_path, IDENTITY, EXPERIMENT):
        written = files(tmp_path)
        for name in LEAVINGS:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("half")
        # A living process holds the folder: nobody else comes near its files.
        other = claim.claimed(tmp_path, IDENTITY, EXPERIMENT)
        with pytest.raises(claim.RunError, match="another process is training"):
            other.__enter__()
        assert files(tmp_path) == written | set(LEAVINGS)
    with claim.claimed(tmp_path, IDENTITY, EXPERIMENT):
        assert files(tmp_path) == written | set(LEAVINGS[-4:])


def fail(run, *names):
    """Begins a run that ends when so much is in its folder."""
    with claim.claimed(run, IDENTITY, EXPERIMENT):
        for name in names:
            (run / name).parent.mkdir(exist_ok=True, parents=True)
            (run / name).write_text("work" if name[0] != "m" else "")
        raise KeyboardInterrupt


@pytest.mark.parametrize("there", [False, True])
def test_a_run_that_never_began_leaves_no_folder(tmp_path, there):
    run = tmp_path / "run"
    if there:
        run.mkdir()
    with pytest.raises(KeyboardInterrupt):
        fail(run, "samples/real.png", "metrics.jsonl", "tensorboard/events")
    assert run.exists() == there
    assert files(tmp_path) == set()


@pytest.mark.parametrize("name", ["checkpoints/5/x", "thesis.tex", "not_finite.json"])
def test_what_somebody_may_want_stays(tmp_path, name):
    run = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        fail(run, name)
    assert {name, CONFIG} < files(run)
    with pytest.raises(KeyboardInterrupt):
        fail(run)
    assert {name, CONFIG} < files(run)  # it is no new one now
