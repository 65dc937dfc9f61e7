"""The modes of stacked data, by hand."""

import math

import jax
import numpy as np

from jaxgan import data
from jaxgan.core import Sample
from jaxgan.evaluation.classifier import per_channel
from jaxgan.evaluation.extractor import Extractor, Outputs
from jaxgan.run.kinds.measures.image_measures import MEASURES
from jaxgan.run.kinds.measures.measure import Material


def single(count):
    """Sees every image's first pixel, from -1 on in steps of a quarter, as a class."""

    def compute(weights, images):
        numbers = np.float32(4.0) * (images[:, 0, 0, 0] + np.float32(1.0))
        shares = weights * jax.nn.one_hot(numbers.astype(np.int32), count)
        return Outputs(images.reshape(len(images), -1), shares)

    return Extractor(
        name="pixel",
        published=False,
        description="the first pixel",
        fingerprint="sha256:0",
        feature_count=4,
        class_count=count,
        classes=tuple("abc"[:count]),
        shape=(2, 2, 1),
        weights=np.float32(1.0),
        compute=compute,
    )


def material(extractor, images):
    outputs = extractor.outputs(images)
    sample = Sample(images)
    return Material(outputs, outputs, extractor, 0, sample, lambda: sample)


def test_modes_of_stacks():
    """Three samples of one triple and one of another, of 27."""
    extractor = per_channel(single(3), 2)
    images = np.full((4, 2, 2, 3), -1.0, np.float32)
    images[3] = [-0.5, -1.0, -0.75]  # classes 2, 0, 1
    modes, divergence = MEASURES["modes"].scores(material(extractor, images))
    assert (modes.metric, modes.value) == ("modes of 27 (pixel, per channel)", 2)
    assert divergence.metric.startswith("divergence of modes from uniform")
    assert (modes.better, divergence.better) == ("higher", "lower")
    wanted = 0.75 * math.log(0.75 * 27) + 0.25 * math.log(0.25 * 27)
    np.testing.assert_allclose(divergence.value, wanted, rtol=1e-6)


def test_no_modes_of_other_data():
    images = np.full((4, 2, 2, 1), -1.0, np.float32)
    assert MEASURES["modes"].scores(material(single(3), images)) == []


def test_classes_are_those_of_stacks():
    source = data.stacked(
        data.arrays(np.zeros((3, 2, 2, 1)), [0, 1, 2], ["a", "b", "c"]), 5
    )
    assert per_channel(single(3), 2).classes == source.classes
