"""`--passes`: one generator samples in more or fewer steps, and files remember."""

import numpy as np
import pytest

import jaxgan
from jaxgan.games.chain import ChainGame
from jaxgan.models import toy
from jaxgan.run import launch
from jaxgan.run.commands import cli
from jaxgan.run.errors import RunError
from jaxgan.run.files import provenance
from jaxgan.run.sampling import sampling_options
from tests.run.conftest import ROOT

DIGITS = ROOT / "experiments" / "transformers" / "afm_digits.py"
TINY = ("--width", 8, "--depth", 1, "--heads", 1, "--batch-size", 8, "--steps", 2)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Trained for any number, on labelled digits."""
    folder = tmp_path_factory.mktemp("any") / "run"
    words = [*map(str, TINY), "--variant", "any", "--run-dir", str(folder)]
    assert launch.train(DIGITS, words) == 0
    return folder


@pytest.fixture
def refused(capsys):
    """f(*words) -> what a command says that fails."""

    def call(*words):
        with pytest.raises(SystemExit):
            cli.main([*map(str, words)])
        return capsys.readouterr().err

    return call


def test_samples_in_one_two_and_four_passes(run, tmp_path, capsys):
    sample, made = jaxgan.load(run).sample, {}
    for passes in (1, 2, 4):
        path = tmp_path / f"{passes}.npz"
        words = ["sample", run, "--num", 3, "--passes", passes, "--out", path]
        cli.main([*map(str, words)])
        with np.load(path) as arrays:
            made[passes] = arrays["value"]
        seen = sample(3, passes=passes)
        np.testing.assert_array_equal(seen, made[passes])
        assert provenance.read(path).options["sampling"]["passes"] == passes
        capsys.readouterr()
        cli.main(["trace", str(path), "--run", str(run)])
        assert "the same, bit for bit" in capsys.readouterr().out
    assert np.any(made[1] != made[2])
    assert np.any(made[2] != made[4])
    # The variant says 2, where nobody asks.
    np.testing.assert_array_equal(sample(3), made[2])


def test_pictures_are_named_by_it(run, capsys):
    for command, words in (
        ("sample", ("--num", "2")),
        ("interpolate", ("--points", "2", "--frames", "2")),
    ):
        name = "samples" if command == "sample" else "interpolation"
        capsys.readouterr()
        cli.main([command, str(run), *words, "--passes", "4"])
        path = run / "generated" / f"{name}_step_2_seed_0_passes_4.png"
        assert capsys.readouterr().out == f"{path}\n"
        assert path.is_file()


def test_who_has_none(run, trained, refused):
    """A generator of one step, and one that is trained for two and no other number."""
    said = "--passes: LatentGame makes its samples in one pass; leave it out"
    other = trained("--steps", 2)
    for command in ("sample", "interpolate", "evaluate"):
        assert said in refused(command, other, "--passes", 2)
    with pytest.raises(RunError, match=said):
        jaxgan.load(other).sample(1, passes=1)
    of_two = ChainGame(toy.Generator(2), toy.Discriminator(), 2, steps=2)
    assert sampling_options.in_passes(of_two, 2).passes == 2
    said = "--passes: saw 4, wanted 2: the generator is trained for so many steps"
    with pytest.raises(RunError, match=said):
        sampling_options.in_passes(of_two, 4)
    assert "--passes: saw 0, wanted at least 1" in refused("sample", run, "--passes", 0)
    with pytest.raises(RunError, match="--passes: saw 0, wanted a whole number"):
        jaxgan.load(run).sample(1, passes=0)
