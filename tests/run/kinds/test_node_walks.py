"""Walks over graphs: drawn, written, and judged by the graph that they make."""

import numpy as np
import pytest

from jaxgan import data
from jaxgan.core import Sample
from jaxgan.run import kinds
from jaxgan.run.errors import RunError
from jaxgan.run.kinds.measures.measure import Material


@pytest.fixture(scope="module")
def source():
    return data.walks(None, 24, 8, 4_000)


def measured(kind, samples):
    material = Material(*((), (), None, 0, samples), lambda: samples, kind.unit)
    scores = kind.measures["graph"].scores(material)
    return {score.metric: score.value for score in scores}


def test_walks_of_the_data_make_the_graph(source):
    """All steps go along edges; what was hidden is never walked."""
    kind = kinds.Graphs(source)
    seen = measured(kind, source.examples(np.arange(2_000)))
    assert seen["steps along edges"] == 1.0
    left = len(source.split.train.edges) / len(source.whole.edges)
    assert seen["edge overlap"] == pytest.approx(left)
    assert seen["link prediction AUC"] == 0.5
    noise = np.random.default_rng(0).integers(24, size=(2_000, 8))
    chance = measured(kind, Sample(np.eye(24, dtype=np.float32)[noise]))
    assert chance["steps along edges"] < 0.2


def test_pictures_and_files(source, tmp_path):
    kind = kinds.Graphs(source)
    sample = source.examples(np.arange(50))
    picture = kind.picture(sample)
    assert picture.shape == (24, 24, 3)
    assert not (picture == (220, 90, 50)).all(-1).any()  # none beside an edge
    np.testing.assert_array_equal(picture, picture.swapaxes(0, 1))
    one = source.examples(np.arange(1))
    kind.write(tmp_path / "walk.csv", one)
    seen = np.loadtxt(tmp_path / "walk.csv", int, delimiter=",")
    np.testing.assert_array_equal(seen, source.nodes[0])
    with pytest.raises(RunError, match=r"walks: saw shape \[2, 8, 5\], wanted"):
        kind.picture(Sample(np.zeros((2, 8, 5))))
