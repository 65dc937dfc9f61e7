"""The benchmark of a rare class: what its arms see, what it keeps and what it says."""

import dataclasses
import importlib
import json
import pathlib
import sys

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from jaxgan import data

HERE = pathlib.Path(__file__).parents[2] / "experiments/benchmarks/rare_class"
RARE, COUNT = 2, 3


@pytest.fixture
def script(monkeypatch):
    """f(name) imports a script as Python does that runs it: from its own folder."""
    monkeypatch.syspath_prepend(HERE)
    yield importlib.import_module
    for path in HERE.glob("*.py"):
        sys.modules.pop(path.stem, None)


def pictures(counts, seed):
    """Grey squares of 8 pixels, as bright as their class is high."""
    labels = np.repeat(np.arange(len(counts)), counts)
    noise = np.random.default_rng(seed).integers(0, 60, (len(labels), 8, 8))
    return np.uint8(noise + 90 * labels[:, None, None]), labels


@pytest.fixture
def options(script, tmp_path):
    """Of the script, on a file like those of MedMNIST; it draws in no time."""
    file = tmp_path / "squares.npz"
    parts = {}
    for part, counts, seed in (("train", (40, 30, 20), 0), ("test", (8, 8, 8), 1)):
        images, labels = pictures(counts, seed)
        parts |= {f"{part}_images": images, f"{part}_labels": labels[:, None]}
    np.savez(file, **parts)
    return script("rare_class").Options(
        path=str(file),
        rare=str(RARE),
        rare_count=COUNT,
        synthetic=10,
        steps=60,
        gan_steps=2,
        seeds=2,
        out=tmp_path / "out",
    )


def opened(script, options):
    return script("rare_class_data").sets(
        options.path, options.test, options.dataset, options.size, options.channels
    )


def test_what_the_arms_see(script, options):
    """Classes are balanced alike, and only the places of the rare one differ."""
    rare_class, arms = script("rare_class"), script("rare_class_table").ARMS
    whole, _ = opened(script, options)
    few = script("rare_class_data").with_few(whole, RARE, COUNT, 0)
    drawn = np.full((10, 8, 8, 1), 255, np.uint8)  # no real one is
    for name, arm in arms.items():
        source = rare_class.training_set(name, whole, few, drawn, RARE)
        value, labels, _ = source.examples(np.arange(source.size))
        counts = np.bincount(labels)
        assert counts.tolist() == ([40, 40, 40] if arm.balanced else [40, 30, COUNT])
        made = (value == 1).all(axis=(1, 2, 3))
        assert made[labels == RARE].sum() == (20 if arm.synthetic else 0)
        assert not made[labels != RARE].any()
        real = np.unique(value[(labels == RARE) & ~made], axis=0)
        assert len(real) == (20 if arm.all_real else COUNT)
        others = np.unique(value[labels != RARE], axis=0)
        assert len(others) == 70


@pytest.mark.parametrize(
    "recipe", ["r3gan", pytest.param("hinge", marks=pytest.mark.slow)]
)
def test_the_gan_draws_all_classes_alike(script, tmp_path, recipe):
    """An epoch has every class as often, and every example of the largest once."""
    gan = script("rare_class_gan")
    values, labels = pictures((12, 4, 2), 0)
    path = str(tmp_path / "training.npz")
    np.savez(path, values=values[..., None], labels=labels, classes=np.array([*"abc"]))
    config = gan.Config(path=path, recipe=recipe, batch_size=36)
    experiment = gan.build(config)
    assert experiment.data.source.classes == ("a", "b", "c")
    batch = experiment.data(0)
    assert np.bincount(batch.given).tolist() == [12, 12, 12]
    for label, count in enumerate((12, 4, 2)):
        assert len(np.unique(batch.value[batch.given == label], axis=0)) == count
    spectral = experiment.game.discriminator.spectral
    assert spectral == (recipe == "hinge")


def test_few_are_drawn_by_the_seed(script, options):
    pictures_of = script("rare_class_data")
    whole, test = opened(script, options)
    few = [pictures_of.with_few(whole, RARE, COUNT, seed) for seed in (0, 0, 1)]
    members = [one.values[one.labels == RARE].tobytes() for one in few]
    assert members[0] == members[1] != members[2]
    for one in few:
        known = {image.tobytes() for image in one.values[one.labels == RARE]}
        assert len(known) == COUNT
        assert known <= {image.tobytes() for image in whole.values}
        assert not known & {image.tobytes() for image in test.values}


def test_a_quarter_of_a_folder_is_held_out(script, tmp_path):
    values, labels = pictures((9, 4), 0)
    for place, (value, label) in enumerate(zip(values, labels)):
        folder = tmp_path / "folder" / ("common", "rare")[label]
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(value).save(folder / f"{place}.png")
    path = str(tmp_path / "folder")
    found = [script("rare_class_data").sets(path, "", "", 8, 1) for _ in range(2)]
    training, test = found[0]
    assert np.bincount(training.labels).tolist() == [6, 3]
    assert np.bincount(test.labels).tolist() == [3, 1]
    assert training.classes == test.classes == ("common", "rare")
    parts = [{image.tobytes() for image in part.values} for part in found[0]]
    assert parts[0] | parts[1] == {value.tobytes() for value in values}
    assert not parts[0] & parts[1]
    np.testing.assert_array_equal(found[1].test.values, test.values)


@pytest.mark.slow  # it trains thirteen classifiers
def test_it_measures_and_goes_on(script, options, monkeypatch):
    """Classes that differ in brightness are told apart; what is done stays done."""
    rare_class = script("rare_class")
    trained = []
    kind = rare_class.classifiers.Classifiers
    train = kind.train
    monkeypatch.setattr(
        kind,
        "train",
        lambda *given, **named: trained.append(named) or train(*given, **named),
    )
    real = pictures((0, 0, 10), 7)[0][..., None]
    monkeypatch.setattr(rare_class, "synthetic", lambda *given: real)
    table = rare_class.main(options)
    assert len(trained) == 12
    file = options.out / "results.json"
    kept = json.loads(file.read_text())
    scores = kept["results"]["1"]["all real, augmented: the bound"]
    assert scores == {"recall": 1.0, "others": 1.0, "balanced": 1.0, "judged": 1.0}
    del kept["results"]["1"]["few real, repeated"]
    file.write_text(json.dumps(kept))
    assert rare_class.main(options) == table
    assert len(trained) == 13
    assert len(table) == 11
    other = dataclasses.replace(options, rare_count=4)
    with pytest.raises(SystemExit, match="--rare-count: saw 4, wanted 3 as in "):
        rare_class.main(other)
    file.write_text("{")
    with pytest.raises(SystemExit, match="is damaged, wanted another folder"):
        rare_class.main(options)


def test_scores_of_a_confusion(script):
    test = data.arrays(np.zeros((6, 8, 8, 1), np.uint8), [0, 0, 0, 1, 1, 2])
    found = np.array([0, 0, 1, 1, 2, 2])
    assert script("rare_class").scores(found, test, 1) == pytest.approx(
        {"recall": 1 / 2, "others": 3 / 4, "balanced": (2 / 3 + 1 / 2 + 1) / 3}
    )


@pytest.mark.parametrize(
    ("gains", "word"),
    [
        ((0.1, 0.11, 0.09), "+0.100 ± 0.025 over repetition alone: they help"),
        ((-0.1, -0.11, -0.09), "-0.100 ± 0.025 over repetition alone: they harm"),
        ((0.1, -0.1, 0.03), "alone: no difference beyond the spread"),
    ],
)
def test_the_verdict_is_that_of_students_t(script, gains, word):
    """0.01 · 4.303 / √3 = 0.025."""
    table = script("rare_class_table")
    seeds = [{arm: {"balanced": 0.5} for arm in table.ARMS} for _ in gains]
    for one, gain in zip(seeds, gains):
        one[table.SYNTHETIC] = {"balanced": 0.5 + gain}
    told = table.verdict(seeds)
    assert word in told
    assert "+0.000 ± 0.000 over classical augmentation: no difference" in told


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_augmentation_moves_within_its_reach(seed):
    """Strength 0 gives the bits; means of 2 × 2 pixels stay among the old values."""
    sys.path.insert(0, str(HERE))
    try:
        moved = jax.jit(importlib.import_module("rare_class_classifier").moved)
    finally:
        sys.path.remove(str(HERE))
    images = np.random.default_rng(seed).uniform(-1, 1, (3, 14, 14, 1))
    images = images.astype(np.float32)
    key = jax.random.key(seed)
    np.testing.assert_array_equal(moved(images, key, np.float32(0)), images)
    found = np.asarray(moved(images, key, np.float32(1)))
    assert (abs(found - images).reshape(3, -1).max(axis=1) > 0.05).all()
    assert found.min() >= images.min() - 1e-6
    assert found.max() <= images.max() + 1e-6
    # A dot in the middle moves by 1 pixel and a half at most, along either axis.
    dot = np.zeros((3, 14, 14, 1), np.float32)
    dot[:, 6:8, 6:8] = 1
    mass = np.asarray(moved(dot, key, np.float32(1)))[..., 0]
    middle = np.einsum("bij,i->b", mass, np.arange(14)) / mass.sum(axis=(1, 2))
    assert (abs(middle - 6.5) < 1.6).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rare": "9"}, "rare: saw '9', wanted one of 0, 1, 2"),
        ({"rare_count": 20}, "rare_count: saw 20, wanted fewer than all, 1 to 19"),
        ({"path": "none.npz"}, "path: saw none.npz, wanted a file with train_images"),
        ({"path": "no_folder"}, "no_folder"),
        ({"seeds": 1}, "--seeds: saw 1, wanted at least 2"),
        ({"rare_count": 0}, "--rare-count: saw 0, wanted at least 1"),
    ],
)
def test_bad_input_gets_a_line(script, options, change, message):
    with pytest.raises(SystemExit) as caught:
        script("rare_class").main(dataclasses.replace(options, **change))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_the_whole_script(script, options):
    """With its GAN, which here has two steps."""
    table = script("rare_class").main(options)
    assert table[0].startswith("| training set | recall of 2 |")
    assert "nan" not in " ".join(table)
    names = {"gan-0", "gan-1", "synthetic-0.png", "synthetic-1.png", "results.json"}
    assert names <= {path.name for path in options.out.iterdir()}
