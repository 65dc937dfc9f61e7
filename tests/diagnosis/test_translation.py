"""Signals of pictures made of pictures, against closed forms."""

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.diagnosis import names, translation

read = jax.jit(translation.read)


def pictures(seed, count=16, size=16, channels=3):
    rng = np.random.default_rng(seed)
    return rng.uniform(-1, 1, (count, size, size, channels)).astype(np.float32)


def signals(source, output, target, back=(), partners=True):
    passage = jax.device_get(read(source, output, target, list(back)))
    times = target.shape[1] / source.shape[1]
    return translation.signals(passage, times, partners)


def enlarged(source, target):
    return np.asarray(translation.alike(source, target))


@pytest.mark.parametrize(("size", "channels"), [(16, 3), (8, 3), (16, 1), (8, 4)])
def test_identity_and_perfection(size, channels):
    """Whatever the sizes and colours: 0 and 1 for the one, 1 and 0 for the other."""
    source, target = pictures(0, size=size, channels=channels), pictures(1)
    same = signals(source, enlarged(source, target), target)
    assert same[names.CHANGE] == pytest.approx(0, abs=1e-5)
    assert same[names.ERROR] == pytest.approx(1, rel=1e-5)
    assert same[names.GAP_LEFT] == pytest.approx(1, rel=1e-4)
    perfect = signals(source, target, target)
    assert perfect[names.CHANGE] == pytest.approx(1, rel=1e-5)
    assert perfect[names.ERROR] == 0
    assert perfect[names.GAP_LEFT] < 0.2
    assert perfect[names.DIFFERENT] == perfect[names.TARGETS_DIFFERENT]
    assert perfect[names.PATTERN] == perfect[names.TARGETS_PATTERN]
    assert perfect[names.ENLARGEMENT] == 16 / size


@given(share=st.floats(0, 1))
@settings(max_examples=20, deadline=None)
def test_a_share_of_the_way(share):
    source, target = pictures(0), pictures(1)
    found = signals(source, source + np.float32(share) * (target - source), target)
    assert found[names.CHANGE] == pytest.approx(share, abs=1e-4)
    assert found[names.ERROR] == pytest.approx(1 - share, abs=1e-4)


@given(modes=st.sampled_from([1, 2, 4, 8, 16]), seed=st.integers(0, 9))
@settings(max_examples=15, deadline=None)
def test_outputs_count_as_many_as_they_are(modes, seed):
    output = pictures(seed, count=modes).repeat(16 // modes, axis=0)
    found = signals(pictures(seed + 10), output, pictures(seed + 20))
    assert found[names.DIFFERENT] == pytest.approx(modes, rel=0.01)
    assert found[names.TARGETS_DIFFERENT] == pytest.approx(16, rel=0.01)


def test_ways_back():
    """Distances are in the source's deviations."""
    source = pictures(0)
    deviation = source.std(axis=(0, 1, 2))
    back = [source + 0.1 * deviation, source - 0.5 * deviation]
    found = signals(source, source, pictures(1), back)
    assert found[names.WAY_BACK] == pytest.approx(0.1, rel=1e-2)
    assert found[names.WAY_BACK_SHAKEN] == pytest.approx(0.5, rel=1e-2)
    assert names.WAY_BACK not in signals(source, source, pictures(1))


def test_noise_is_of_two_levels():
    flat = np.zeros((16, 16, 16, 3), np.float32)
    noisy = np.asarray(translation.shaken(flat, jax.random.key(0)))
    assert noisy.std() * 127.5 == pytest.approx(2, rel=0.05)


def test_looks_of_one_domain_do_not_differ():
    """Neither as a whole do halves, nor with targets that nobody knows."""
    found = signals(pictures(0), pictures(1), pictures(2), partners=False)
    assert abs(found[names.GAP]) < 0.1
    assert names.ERROR not in found
    dark = 0.5 * pictures(0) - 0.5
    assert signals(dark, dark, pictures(2))[names.GAP] > 1


def test_small_pictures_have_no_spectrum():
    small = [pictures(seed, size=8) for seed in range(3)]
    found = signals(*small)
    assert names.PATTERN not in found
    assert names.GAP not in found
    assert found[names.CHANGE] > 0


def test_gray_is_luma():
    source, target = pictures(0), pictures(1, channels=1)
    gray = source @ np.float32([[0.299], [0.587], [0.114]])
    np.testing.assert_allclose(enlarged(source, target), gray, atol=1e-6)
    coloured = enlarged(target, source)
    np.testing.assert_array_equal(coloured, target.repeat(3, axis=-1))


def test_what_are_pictures():
    assert translation.are_pictures(pictures(0), pictures(1))
    assert not translation.are_pictures(pictures(0), np.zeros((16, 2)))
    assert not translation.are_pictures({"x": pictures(0)}, pictures(1))


def test_names_go_both_ways():
    for direction in ("", "x_to_y", "to/and/fro"):
        name = names.of_way(direction, names.CHANGE)
        assert name.startswith(names.GROUPS)
        assert names.way_of(name) == (direction, names.CHANGE)
