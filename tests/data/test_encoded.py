"""Latents of pictures: encoded once, whatever interrupts it, and known by contents."""

import numpy as np
import pytest

from jaxgan import data
from jaxgan.data.facts import facts_of
from jaxgan.data.lazy_source import LazySource

SIZE, SIDE = 7, 4


class Coder:
    """Means over squares of 2×2 pixels, and ranges within them."""

    scale, at_once = 0.5, 3

    def __init__(self, fingerprint="sha256:a", fails_at=None):
        self.fingerprint, self.fails_at, self.seen = fingerprint, fails_at, []

    def latent_shape(self, picture):
        height, width, channels = picture
        if height % 2:
            raise ValueError(f"pictures: saw {list(picture)}, wanted even sides")
        return height // 2, width // 2, channels

    def encode(self, pictures):
        assert len(pictures) == self.at_once
        if len(self.seen) == self.fails_at:
            raise KeyboardInterrupt
        self.seen.append(pictures)
        return means(pictures), ranges(pictures)


def squares(pictures):
    n, height, width, channels = pictures.shape
    x = pictures.reshape(n, height // 2, 2, width // 2, 2, channels)
    return x.transpose(0, 1, 3, 5, 2, 4).reshape(
        n, height // 2, width // 2, channels, 4
    )


def means(pictures):
    return squares(pictures).mean(-1)


def ranges(pictures):
    return np.ptp(squares(pictures), axis=-1)


def pictures(seed=0):
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 256, (SIZE, SIDE, SIDE, 2), np.uint8)
    return data.arrays(values[..., :1], np.arange(SIZE) % 2, ("even", "odd"))


def every(source):
    return source.examples(np.arange(source.size))


HALF = {"rtol": 2**-10, "atol": 1e-6}


def test_means_times_the_scale():
    source = pictures()
    made = data.encoded(source, Coder())
    assert (made.size, made.shape, made.classes) == (7, (2, 2, 1), ("even", "odd"))
    sample = every(made)
    assert sample.value.dtype == np.float32
    np.testing.assert_allclose(sample.value, 0.5 * means(every(source).value), **HALF)
    np.testing.assert_array_equal(sample.given, every(source).given)
    some = made.examples(np.array([5, 0, 5]))
    np.testing.assert_array_equal(some.value, sample.value[[5, 0, 5]])


def test_mirrored_ones_come_after_the_others():
    """A mirrored picture is encoded itself; its label is the same."""
    source = pictures()
    made = data.encoded(source, Coder(), mirrored=True)
    assert made.size == 14
    values, labels = every(source)[:2]
    both = np.concatenate([values, values[:, :, ::-1]])
    np.testing.assert_allclose(every(made).value, 0.5 * means(both), **HALF)
    np.testing.assert_array_equal(every(made).given, np.tile(labels, 2))
    shuffled = data.batches(made, 14)(0)
    assert sorted(shuffled.given.tolist()) == sorted(np.tile(labels, 2).tolist())


def test_posteriors_are_means_and_deviations():
    source = pictures()
    made = data.encoded(source, Coder(), posterior=True)
    assert made.shape == (2, 2, 2)
    values = every(source).value
    wanted = 0.5 * np.concatenate([means(values), ranges(values)], axis=-1)
    np.testing.assert_allclose(every(made).value, wanted, **HALF)


def test_encoded_once():
    """Found again by what pictures and encoder are; the mirrored ones alone are new."""
    first = every(data.encoded(pictures(), Coder()))
    again = Coder()
    np.testing.assert_array_equal(
        every(data.encoded(pictures(), again)).value, first.value
    )
    assert not again.seen
    every(data.encoded(pictures(), again, mirrored=True))
    assert len(again.seen) == 3  # 3, 3 and 1 of 7, at a time
    for source, coder in (
        (pictures(1), Coder()),
        (pictures(), Coder("sha256:b")),
    ):
        every(data.encoded(source, coder))
        assert len(coder.seen) == 3
    every(data.encoded(pictures(), again, posterior=True))
    assert len(again.seen) == 3  # what is drawn of lies there, too


def test_nothing_is_encoded_before_an_example_is_wanted():
    coder = Coder()
    made = data.encoded(pictures(), coder)
    assert data.batches(made, 2).shapes.value.shape == (2, 2, 2, 1)
    assert not coder.seen


@pytest.mark.parametrize("fails_at", [0, 1, 2])
def test_goes_on_after_an_interruption(own_cache, fails_at):
    """No half file is taken for whole, and what was done is not done again."""
    whole = every(data.encoded(pictures(), Coder("sha256:whole"))).value
    with pytest.raises(KeyboardInterrupt):
        every(data.encoded(pictures(), Coder(fails_at=fails_at)))
    coder = Coder()
    np.testing.assert_array_equal(every(data.encoded(pictures(), coder)).value, whole)
    assert len(coder.seen) == 3 - fails_at
    assert not list(own_cache.glob(".*"))


def test_without_room_on_the_disk(own_cache):
    own_cache.write_text("a file where the folder should be")
    with pytest.warns(UserWarning, match="cannot be written, not cached"):
        seen = every(data.encoded(pictures(), Coder()))
    wanted = 0.5 * means(every(pictures()).value)
    np.testing.assert_allclose(seen.value, wanted, **HALF)


def test_some_classes():
    """Labels of chosen classes, which no array holds, are read with their pictures."""
    chosen = data.of_classes(pictures(), ["odd"])
    made = data.encoded(chosen, Coder())
    np.testing.assert_array_equal(every(made).given, np.zeros(3))
    part = data.encoded(data.subset(pictures(), [1, 2]), Coder())
    np.testing.assert_array_equal(every(part).given, [1, 0])
    np.testing.assert_allclose(
        every(part).value, 0.5 * means(every(pictures()).value)[1:3], **HALF
    )


def test_remembered_pictures_are_found_by_what_they_are():
    """A run that goes on has facts of its pictures, and opens them for labels alone."""
    source = pictures()
    every(data.encoded(source, Coder()))
    again = Coder()
    known = LazySource(facts_of(source), lambda: source)
    assert every(data.encoded(known, again)).value.shape == (SIZE, 2, 2, 1)
    assert not again.seen


def test_blank_in_place_of_files():
    with data.blank():
        made = data.encoded(data.folder("nowhere", 4, 3), Coder(), posterior=True)
    assert made.shape == (2, 2, 6)
    sample = made.examples(np.arange(3))
    assert (sample.value.shape, sample.given) == ((3, 2, 2, 6), ())


def test_pictures_behind_latents():
    source = pictures()
    assert data.pictures_of(data.encoded(source, Coder())) is source
    assert data.pictures_of(source) is source


def test_what_cannot_be_encoded():
    odd = data.arrays(np.zeros((3, 5, 4, 1), np.uint8))
    with pytest.raises(data.DataError, match=r"saw \[5, 4, 1\], wanted even sides"):
        data.encoded(odd, Coder())
    coder = Coder()
    coder.encode = lambda pictures: (np.inf * means(pictures), means(pictures))
    with pytest.raises(
        data.DataError, match="latents: saw numbers that are not finite"
    ):
        every(data.encoded(pictures(), coder))
