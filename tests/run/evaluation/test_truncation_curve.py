"""Several truncations are measured, and drawn in one picture."""

import json

import numpy as np
import pytest
from PIL import Image

import jaxgan
from jaxgan.run.commands import cli
from jaxgan.run.evaluation import truncation_curve
from jaxgan.run.evaluation.judge import Measurement
from jaxgan.run.kinds import Score
from tests.run import images


def measured(*values):
    """What was measured at some truncations: FID, recall, and something else."""
    return [
        (
            psi,
            [
                Measurement(
                    [("it", Score("FID (net)", fid)), ("x", Score("x", 1))], {}
                ),
                Measurement([("it", Score("recall (net)", 1 / fid))], {}),
            ],
        )
        for psi, fid in values
    ]


def test_curves_are_by_rising_truncation_each_of_its_measure(tmp_path):
    some = measured((1.0, 4.0), (0.5, 2.0), (0.7, 3.0))
    assert truncation_curve.curves_of(some) == {
        "FID (net)": [(0.5, 2.0), (0.7, 3.0), (1.0, 4.0)],
        "recall (net)": [(0.5, 1 / 2), (0.7, 1 / 3), (1.0, 1 / 4)],
    }
    path = tmp_path / "new" / "curve.png"
    truncation_curve.write(path, some)
    with Image.open(path) as picture:
        assert np.asarray(picture).std() > 1
    other = [(1.0, [Measurement([("x", Score("x", 1.0))], {})])]
    assert truncation_curve.curves_of(other) == {"x": [(1.0, 1.0)]}


@pytest.mark.slow  # trains the classifier of digits
def test_the_command_measures_each_and_draws_all(tmp_path, capsys):
    run = tmp_path / "run"
    jaxgan.train(images.__file__, steps=2, run_dir=str(run))
    capsys.readouterr()
    words = ["--metrics", "fid", "precision-recall", "--num", "64", "--json"]
    cli.main(["evaluate", str(run), *words, "--truncation", "0.5,1"])
    told = capsys.readouterr()
    rows = [json.loads(line) for line in told.out.splitlines()]
    psi = [row["card"]["truncation"] for row in rows]
    assert sorted(set(psi)) == [0.5, 1.0]
    path = run / "evaluations" / "truncation_00000002.png"
    assert str(path) in told.err
    assert path.is_file()
