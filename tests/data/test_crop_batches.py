"""What is cut out and how it is turned follows from the seed and the number alone."""

import concurrent.futures

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from jaxgan import data
from jaxgan.data.crop_batches import Draws
from jaxgan.data.pairs import Pairs
from jaxgan.data.picture_store import Pictures
from tests.data.drawn import as_bytes, picture

seeds = st.integers(0, 2**63 - 1)
modest = hypothesis.settings(deadline=None, max_examples=25)


def stored(pixels):
    """Pictures in memory."""
    table, start = [], 0
    for one in pixels:
        table.append((start, *one.shape[:2], *one.shape[:2], 0))
        start += one.size
    values = np.concatenate([one.ravel() for one in pixels])
    return Pictures(values, np.array(table), pixels[0].shape[2])


def places(height, width):
    """Pictures whose pixels say where they are."""
    rows, columns = np.mgrid[:height, :width].astype(np.uint8)
    return np.stack([rows, columns, rows], axis=-1)


SHAPES = ((12, 9), (8, 20), (16, 16))
SOURCE = Pairs(stored([places(*x) for x in SHAPES]), lambda x: x[..., :1] + 1, 8)


def crops(**options):
    return data.crop_batches(SOURCE, 6, **{"flip": True, "turn": True} | options)


@modest
@hypothesis.given(st.integers(0, 50), st.sampled_from([1, 2, 3, 6]), seeds)
def test_hosts_share_the_global_batch(step, count, seed):
    whole = crops(seed=seed)(step)
    parts = [
        crops(seed=seed, process_index=index, process_count=count)(step)
        for index in range(count)
    ]
    for field in range(2):
        together = np.concatenate([part[field] for part in parts])
        np.testing.assert_array_equal(together, whole[field])


@modest
@hypothesis.given(st.integers(0, 10**6), st.sampled_from([1, 2, 3, 12]), seeds)
def test_batches_of_any_size_show_the_same(start, size, seed):
    """An example's view follows from its number, not from its batch."""
    draws = Draws(seed, True, True, True)
    whole = draws.views(start * 12, 12).words
    parts = [draws.views(start * 12 + at, size).words for at in range(0, 12, size)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    other = Draws(seed, True, True, True).views(start * 12, 12, series=1).words
    assert not np.array_equal(other, whole)


def test_both_sides_are_looked_at_alike():
    for step in range(20):
        batch = crops()(step)
        given, value = as_bytes(batch.given), as_bytes(batch.value)
        np.testing.assert_array_equal(given[..., 0], value[..., 0] + 1)
        # A square of a picture, mirrored or turned, has neighbours of neighbours.
        steps = np.abs(np.diff(value[..., :2].astype(int), axis=1)).sum(axis=-1)
        assert (steps == 1).all()


def test_every_place_and_every_way_to_lie_is_drawn():
    """Of 9 places and 8 ways, in 3,600 draws: all, about as often."""
    one = Pairs(stored([places(10, 10)]), lambda x: x, 8)
    batch = data.crop_batches(one, 3600, flip=True, turn=True)(0)
    value = as_bytes(batch.value)
    corner = value[..., :2].min(axis=(1, 2))
    seen, counts = np.unique(corner, axis=0, return_counts=True)
    assert len(seen) == 9
    first = value[:, 0, 0, :2].astype(int)
    right = value[:, 0, 1, :2] - first
    ways = np.concatenate([first - corner, right], axis=1)
    assert len(np.unique(ways, axis=0)) == 8
    # Chi-squared of 8 degrees of freedom: beyond 30 once in 5,000.
    assert np.square(counts - 400).sum() / 400 < 30


def test_only_what_is_asked_for():
    plain = crops(crop=False, flip=False, turn=False)
    batch = as_bytes(plain(0).value)
    middle = SOURCE.examples(np.arange(3)).value
    assert all((one == as_bytes(middle)).all((1, 2, 3)).any() for one in batch)
    cropped = as_bytes(crops(flip=False, turn=False)(0).value)
    assert (np.diff(cropped[..., 1].astype(int), axis=2) == 1).all()
    assert (np.diff(cropped[..., 0].astype(int), axis=1) == 1).all()


@modest
@hypothesis.given(st.integers(1, 9), seeds)
def test_every_epoch_shows_every_pair_once(count, seed):
    source = Pairs(
        stored([np.full((8, 8, 1), x, np.uint8) for x in range(count)]), lambda x: x, 8
    )
    batch_at = data.crop_batches(source, 4, seed, flip=True)
    seen = [as_bytes(batch_at(i).value)[:, 0, 0, 0] for i in range(count)]
    for epoch in np.concatenate(seen).reshape(4, count):
        assert sorted(epoch) == list(range(count))


def test_threads_and_the_order_of_steps_play_no_part():
    batch_at = crops()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(batch_at, reversed(range(12))))[::-1]
    for step, one in enumerate(seen):
        np.testing.assert_array_equal(one.value, crops()(step).value)


def test_shapes_are_those_of_batches():
    import jax

    batch_at = crops(process_index=1, process_count=2)
    assert jax.tree.map(lambda x: (x.shape, x.dtype), batch_at(0)) == jax.tree.map(
        lambda x: (x.shape, x.dtype), batch_at.shapes
    )


@pytest.mark.parametrize(
    ("options", "pattern"),
    [
        ({"source": data.digits}, "wanted one of data.pairs, data.unpaired or"),
        ({"batch_size": 0}, "batch_size: saw 0"),
        ({"seed": -1}, "seed"),
        ({"process_count": 4}, "wanted a multiple of the 4 processes"),
    ],
)
def test_what_is_refused(options, pattern):
    with pytest.raises(data.DataError, match=pattern):
        data.crop_batches(**{"source": SOURCE, "batch_size": 6} | options)
    with pytest.raises(data.DataError, match="step: saw -1"):
        crops()(-1)


def test_a_picture_of_gray_is_one_of_three_equal_channels():
    pixels = picture(3, 8, 8, 1)
    source = Pairs(stored([pixels]), data.gray, 8)
    np.testing.assert_array_equal(
        as_bytes(source.examples(np.arange(1)).given)[0], pixels
    )
