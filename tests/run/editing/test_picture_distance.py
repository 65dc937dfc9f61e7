"""Distances between pictures: pixels, features of a network, and their sum."""

import numpy as np
import pytest

from jaxgan.evaluation.lpips import PerceptualDistance
from jaxgan.run.editing import picture_distance
from jaxgan.run.errors import RunError

RNG = np.random.default_rng(0)


def images(side=8):
    return RNG.uniform(-1, 1, (2, 3, side, side, 1)).astype(np.float32)


def test_pixels_are_compared_by_their_mean_square():
    first, second = images()
    found = picture_distance.pixels.compute((), first, second)
    wanted = np.mean(np.square(first - second), axis=(1, 2, 3))
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


def network(weights, first, second):
    return weights * abs(first - second).mean((1, 2, 3))


def test_networks_see_large_pictures_averaged_down_to_256():
    seen = PerceptualDistance("net", False, "made up", "", np.float32(2), network)
    distance = picture_distance.features_of(seen)
    first, second = images(512)
    found = distance.compute(distance.weights, first, second)
    small = [x.reshape(3, 256, 2, 256, 2, 1).mean((2, 4)) for x in (first, second)]
    np.testing.assert_allclose(found, network(2.0, *small), rtol=1e-4)
    assert distance.title == "LPIPS (net, made up)"
    first, second = images()
    found = distance.compute(distance.weights, first, second)
    np.testing.assert_allclose(found, network(2.0, first, second), rtol=1e-5)


def test_a_sum_is_the_sum():
    seen = PerceptualDistance("net", True, "", "", np.float32(3), network)
    parts = picture_distance.pixels, picture_distance.features_of(seen)
    both = picture_distance.together(*parts)
    first, second = images()
    wanted = sum(part.compute(part.weights, first, second) for part in parts)
    np.testing.assert_allclose(
        both.compute(both.weights, first, second), wanted, rtol=1e-5
    )
    assert both.title == "pixels + LPIPS (net)"


def test_what_there_is_to_see_with_decides(tmp_path):
    assert picture_distance.distance_of() is picture_distance.pixels
    path = tmp_path / "vgg.npz"
    np.savez(path, nothing=np.zeros(3))
    with pytest.raises(RunError, match="--weights: "):
        picture_distance.distance_of(path)
    with pytest.raises(RunError, match="--features: saw it with --weights"):
        picture_distance.distance_of(path, trained=True)
    with pytest.raises(RunError, match="--heads: saw it without --weights"):
        picture_distance.distance_of(heads=path)
    with pytest.raises(RunError, match="--heads: there is no file"):
        picture_distance.distance_of(path, tmp_path / "none")
