"""Figures do not follow from how files, or samples, are ordered."""

import json
import math

import jax
import numpy as np
import pytest
from PIL import Image

from jaxgan import data
from jaxgan.core import Sample
from jaxgan.evaluation.extractor import Extractor, Outputs
from jaxgan.run.commands import cli
from jaxgan.run.errors import RunError
from jaxgan.run.evaluation.judge import Judge
from jaxgan.run.evaluation.real_data import RealData
from jaxgan.run.few_examples import FEW
from jaxgan.run.kinds import images, points
from jaxgan.run.kinds.evaluation_protocol import EvaluationProtocol

CLASSES = 4


def colours(train, protocol):
    """Sees a few directions of images, and is sure of a class each."""
    del protocol
    size = math.prod(train.shape)
    weights = np.random.default_rng(0).standard_normal((size, 6)).astype(np.float32)

    def compute(weights, images):
        features = images.reshape(len(images), -1) @ weights
        return Outputs(features, jax.nn.softmax(20.0 * features[:, :CLASSES]))

    return Extractor(
        name="colours",
        published=False,
        description="random directions",
        fingerprint="sha256:0",
        feature_count=6,
        class_count=CLASSES,
        classes=tuple("abcd"),
        shape=train.shape,
        weights=weights,
        compute=compute,
        batch_size=16,
    )


def examples(kind, count, seed):
    shape = (2,) if kind is points else (2, 2, 1)
    rng = np.random.default_rng(seed)
    values = np.tanh(rng.standard_normal((count, *shape))).astype(np.float32)
    values[: count // 8] = values[0]  # some are equal
    return values


def scores(kind, real, held_out, fake):
    train, other = data.arrays(real), data.arrays(held_out)
    judged = RealData(kind, train, train, other, "train")
    protocol = EvaluationProtocol(list(kind.measures), 1000, seed=3)
    found = Judge(judged, protocol)(Sample(fake))
    return {name + score.metric: score for name, score in found.scores}, found.near


@pytest.mark.parametrize("kind", [images, points], ids=["images", "points"])
@pytest.mark.parametrize("seed", [0, 1])
def test_all_measures_in_any_order(kind, seed, monkeypatch):
    """Real examples, held-out ones and samples: sorted by value, or shuffled."""
    from jaxgan.run.kinds.measures import image_measures

    monkeypatch.setattr(image_measures, "extractor_of", colours)
    sets = [examples(kind, count, place) for place, count in enumerate((80, 40, 64))]
    rng = np.random.default_rng(seed)
    ordered = [x[np.argsort(x.reshape(len(x), -1).sum(axis=1))] for x in sets]
    first, near = scores(kind, *ordered)
    again, other = scores(kind, *map(rng.permutation, sets))
    assert first.keys() == again.keys()
    assert len(first) >= len(kind.measures) - 1
    for name, score in first.items():
        same = again[name]
        np.testing.assert_allclose(score.value, same.value, rtol=1e-5, err_msg=name)
        assert (score.spread is None) == (same.spread is None)
        if score.spread is not None:
            np.testing.assert_allclose(score.spread, same.spread, rtol=1e-4, atol=1e-9)
        assert score.classes == same.classes
    if near is not None:
        np.testing.assert_array_equal(np.sort(near.distances), np.sort(other.distances))
        np.testing.assert_array_equal(np.sort(near.fresh), np.sort(other.fresh))


def test_names_of_files_mean_nothing(tmp_path, monkeypatch, capsys):
    """Also where fewer images are drawn than there are, and as classes or not."""
    from jaxgan.run.kinds.measures import image_measures

    monkeypatch.setattr(image_measures, "extractor_of", colours)
    monkeypatch.setenv("JAXGAN_CACHE", str(tmp_path / "cache"))
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (2, 60, 2, 2, 3)).astype(np.uint8)
    found = []
    for name in ("one", "other"):
        for kind, images_of in zip(("real", "fake"), pictures):
            folder = tmp_path / name / kind
            folder.mkdir(parents=True)
            for number, place in enumerate(rng.permutation(60)):
                Image.fromarray(images_of[place]).save(folder / f"{number:02d}.png")
        folders = [str(tmp_path / name / kind) for kind in ("real", "fake")]
        cli.main(["compare", *folders, "--size", "2", "--num", "20", "--json"])
        rows = map(json.loads, capsys.readouterr().out.splitlines())
        found.append({row["metric"]: row["value"] for row in rows})
    assert found[0] == found[1]
    assert len(found[0]) > 8


def test_few_examples_are_told_of_once(capsys):
    protocol = EvaluationProtocol(["frechet"], FEW)
    source = data.arrays(examples(points, 2 * FEW, 0))
    judge = Judge(RealData(points, source, source, None, "train"), protocol)
    judge(Sample(examples(points, FEW, 1)))
    assert not capsys.readouterr().err
    judge = Judge(RealData(points, source, source, None, "train"), protocol)
    for _ in range(2):
        judge(Sample(examples(points, FEW - 1, 1)))
    said = capsys.readouterr().err
    assert said.count("warning: ") == 1
    assert f"{FEW - 1} generated points are few to measure by" in said


def test_folders_are_read_as_samples_are(tmp_path):
    for shape in ((8, 8, 4), (8, 16, 3), (8, 8, 6), (2,)):
        with pytest.raises(RunError, match="folders are read as square images"):
            images.folder(tmp_path, shape)
