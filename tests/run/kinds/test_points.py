"""How points are drawn, written and measured."""

import numpy as np
import pytest

from jaxgan import data
from jaxgan.core import Sample
from jaxgan.run.errors import RunError
from jaxgan.run.evaluation.judge import Judge
from jaxgan.run.evaluation.real_data import RealData
from jaxgan.run.kinds import Points, points
from jaxgan.run.kinds.evaluation_protocol import EvaluationProtocol

ORANGE = (255, 127, 14)


def has(picture, colour):
    return (picture == np.uint8(colour)).all(axis=-1)


def test_the_data_set_the_frame():
    """A sample in the middle of the data is in the middle of the picture."""
    real = np.float32([[-1, -1], [1, 1]])
    kind = Points(real=real, pixels=101)
    picture = kind.picture(Sample(np.float32([[0, 0]])))
    assert picture.shape == (101, 101, 3)
    rows, columns = np.nonzero(has(picture, ORANGE))
    assert abs(rows.mean() - 50) <= 1
    assert abs(columns.mean() - 50) <= 1
    # One far away does not move it, and is not seen.
    far = kind.picture(Sample(np.float32([[0, 0], [9, 9]])))
    np.testing.assert_array_equal(far, picture)
    with pytest.raises(RunError, match=r"saw shape \[1, 3\], wanted \[N, 2\]"):
        kind.picture(Sample(np.zeros((1, 3))))


def test_a_file_is_the_coordinates_of_one(tmp_path):
    point = np.float32([[0.1, -2.5]])
    points.write(tmp_path / "new" / "0.csv", Sample(point))
    text = (tmp_path / "new" / "0.csv").read_text()
    assert text.startswith("x,y\n")
    written = np.loadtxt(text.splitlines(), delimiter=",", skiprows=1)
    np.testing.assert_array_equal(np.float32(written), point[0])


def judged(real, fake, **options):
    protocol = EvaluationProtocol(list(points.measures), 500, **options)
    source = data.arrays(real)
    found = Judge(RealData(points, source, source, None, "train"), protocol)(
        Sample(fake)
    )
    return {score.metric: score.value for _, score in found.scores}


def test_measures_of_a_shift():
    """The Fréchet distance of clouds that are one shifted is its length squared."""
    cloud = np.random.default_rng(0).normal(size=(500, 2)).astype(np.float32)
    same, moved = judged(cloud, cloud), judged(cloud, cloud + np.float32([9, 12]))
    assert list(same) == [
        f"{name} (values)"
        for name in (
            *("Fréchet distance", "sliced Wasserstein distance"),
            *("precision", "recall", "density", "coverage"),
        )
    ]
    assert same["Fréchet distance (values)"] == pytest.approx(0, abs=1e-5)
    assert moved["Fréchet distance (values)"] == pytest.approx(225, rel=1e-4)
    assert moved["sliced Wasserstein distance (values)"] == pytest.approx(
        15 * 2 / np.pi, rel=0.1
    )
    assert same["precision (values)"] == same["recall (values)"] == 1
    assert moved["precision (values)"] == moved["coverage (values)"] == 0


@pytest.mark.parametrize("option", ["extractor", "weights"])
def test_there_is_no_network_to_choose(option):
    cloud = np.zeros((20, 2), np.float32)
    with pytest.raises(RunError, match=f"--{option}: saw x, but points are measured"):
        judged(cloud, cloud, **{option: "x"})
