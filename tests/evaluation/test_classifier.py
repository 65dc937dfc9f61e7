import dataclasses
import os

import jax
import numpy as np
import pytest

from jaxgan import data
from jaxgan.evaluation import classifier_cache
from jaxgan.evaluation.classifier import classifier
from jaxgan.evaluation.classifier_network import Training, network
from jaxgan.evaluation.extractor import Outputs

SHORT = Training(steps=3, batch_size=8, width=4, features=6)
DIGITS = data.digits()


def short(source=DIGITS, **options):
    return classifier(source, **{"training": SHORT, **options})


def same(one, other):
    return jax.tree.all(jax.tree.map(np.array_equal, one.weights, other.weights))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    training = Training(steps=600, width=16)
    return classifier(
        DIGITS, training=training, cache_dir=tmp_path_factory.mktemp("cache")
    )


def test_digits(trained):
    """More than 96 in 100 of those that it was not trained on, by its own count too."""
    order = np.random.default_rng(0).permutation(DIGITS.size)[: DIGITS.size // 10]
    value, given, _ = DIGITS.examples(order)
    features, probabilities = trained.outputs(value)
    accuracy = np.mean(np.argmax(probabilities, axis=1) == given)
    assert accuracy > 0.96
    assert f"right on {accuracy:.2%} of 179 others" in trained.description
    assert features.shape == (179, 128)
    assert (features >= 0).all()
    np.testing.assert_allclose(probabilities.sum(1), 1.0, rtol=1e-5)
    assert trained.title("FID") == "FID (classifier)"
    assert trained.classes == DIGITS.classes


def test_stacks(trained, monkeypatch):
    """Three channels are three images; a triple's probability is the product."""
    stacks = data.stacked(DIGITS, 500)
    monkeypatch.setattr(
        classifier_cache,
        "train",
        lambda *arguments: trained.weights,  # what is tested is how channels are seen
    )
    extractor = classifier(
        data.without_labels(data.subset(stacks, range(100))),
        training=Training(steps=1, width=16),
    )
    assert extractor.title("FID") == "FID (classifier, per channel)"
    assert extractor.fingerprint == trained.fingerprint
    assert (extractor.class_count, extractor.feature_count) == (1000, 384)
    assert extractor.classes == stacks.classes
    value, given, _ = stacks.examples(np.arange(200))
    features, probabilities = extractor.outputs(value)
    single = Outputs(
        *map(np.stack, zip(*(trained.outputs(value[..., [c]]) for c in range(3))))
    )
    np.testing.assert_allclose(
        features, np.concatenate(list(single.features), axis=1), rtol=1e-4, atol=1e-4
    )
    product = np.einsum("bi,bj,bk->bijk", *single.probabilities).reshape(200, 1000)
    np.testing.assert_allclose(probabilities, product, rtol=1e-3, atol=1e-6)
    assert np.mean(np.argmax(probabilities, axis=1) == given) > 0.88


def test_same_seed_same_bits(tmp_path):
    one, again, other = (
        short(seed=seed, cache_dir=tmp_path / str(number))
        for number, seed in enumerate((3, 3, 4))
    )
    assert same(one, again)
    assert one.fingerprint == again.fingerprint
    assert not same(one, other)
    assert one.fingerprint != other.fingerprint


def test_kept(own_cache):
    steps = []
    first = short(progress=lambda done, total: steps.append((done, total)))
    assert steps == [(1, 3), (2, 3), (3, 3)]
    (file,) = own_cache.iterdir()
    second = short(progress=lambda done, total: pytest.fail("trained again"))
    assert same(first, second)
    assert first.description == second.description
    file.write_bytes(file.read_bytes()[:-30])
    with pytest.warns(UserWarning, match="damaged, trained again"):
        third = short()
    assert same(first, third)
    assert os.listdir(own_cache) == [file.name]


def test_kept_by_everything_it_follows_from(own_cache, monkeypatch):
    values = DIGITS.values[:50].copy()
    labels = DIGITS.labels[:50].copy()
    few = data.arrays(values, labels)
    weights = short(few).weights  # training again would only take time
    monkeypatch.setattr(classifier_cache, "train", lambda *arguments: weights)
    for change in (
        {"seed": 1},
        {"training": dataclasses.replace(SHORT, steps=2)},
        {"held_out": data.subset(DIGITS, range(9))},
    ):
        short(few, **change)
    values[7, 3, 3] += 0.5
    short(data.arrays(values, labels))
    values[7, 3, 3] -= 0.5
    labels[7] = (labels[7] + 1) % 10
    short(data.arrays(values, labels))
    short(data.arrays(values, labels, list("abcdefghij")))
    assert len(os.listdir(own_cache)) == 7


def test_cannot_be_kept(tmp_path):
    (tmp_path / "file").touch()
    with pytest.warns(UserWarning, match="not kept"):
        short(cache_dir=tmp_path / "file" / "x")


def test_hidden_labels_are_found(tmp_path):
    part = data.subset(DIGITS, range(100))
    plain = short(part, cache_dir=tmp_path)
    for hidden in (
        data.without_labels(part),
        data.subset(data.without_labels(DIGITS), range(100)),
    ):
        told = short(
            hidden,
            cache_dir=tmp_path,
            progress=lambda done, total: pytest.fail("trained again"),
        )
        assert same(plain, told)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("sides", [(1, 1), (8, 8), (28, 28), (64, 64), (64, 5)])
def test_shapes(sides, channels):
    """Of any size up to 64, at most 49 places are left, and reached by at least one."""
    values = np.zeros((4, *sides, channels), np.uint8)
    model = network(data.arrays(values, [0, 1, 2, 1]), Training())
    variables = jax.eval_shape(
        model.init, jax.random.key(0), jax.ShapeDtypeStruct(values.shape, np.float32)
    )["params"]
    kernel = variables["Dense_0"]["kernel"].shape
    convolutions = sum(name.startswith("Conv") for name in variables)
    assert convolutions >= 1
    assert kernel[0] <= 49 * 32 * 2 ** (convolutions - 1)
    assert variables["Dense_1"]["kernel"].shape == (128, 3)


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        (data.ring(size=50), {}, r"saw values of shape \(2,\), wanted images"),
        (data.arrays(np.zeros((20, 65, 8, 1)), [0, 1] * 10), {}, "at most 64 by 64"),
        (data.arrays(np.zeros((20, 8, 8, 1))), {}, "saw 0 classes, wanted at least 2"),
        (data.arrays(np.zeros((20, 8, 8, 1)), [0] * 20), {}, "saw 1 classes"),
        (data.subset(DIGITS, range(9)), {}, "saw 9 examples, wanted 10"),
        (
            DIGITS,
            {"held_out": data.arrays(np.zeros((20, 9, 8, 1)), [9] * 20)},
            r"held_out: saw \(\(9, 8, 1\)",
        ),
    ],
)
def test_refuses(source, options, message):
    with pytest.raises(data.DataError, match=message):
        short(source, **options)


@pytest.mark.parametrize(
    "change", [{"steps": 0}, {"width": 0}, {"keep": 0.0}, {"reach": 1.0}]
)
def test_refuses_constants(change):
    with pytest.raises(ValueError, match=f"{next(iter(change))}.*: saw"):
        Training(**change)


@pytest.mark.slow
def test_mnist(shared_data, tmp_path):
    """The default is right 99 times in 100 on MNIST's test set."""
    folder = str(shared_data / "tfds")
    train, test = (
        data.image_dataset("mnist", split, data_dir=folder)
        for split in ("train", "test")
    )
    jax.config.update("jax_disable_most_optimizations", False)
    try:
        with jax.debug_nans(False), jax.numpy_dtype_promotion("standard"):
            extractor = classifier(train, held_out=test, cache_dir=tmp_path)
    finally:
        jax.config.update("jax_disable_most_optimizations", True)
    value, given, _ = test.examples(np.arange(test.size))
    right = np.argmax(extractor.probabilities(value), axis=1) == given
    assert right.mean() >= 0.99
