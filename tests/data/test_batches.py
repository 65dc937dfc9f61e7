import concurrent.futures

import hypothesis
import jax
import numpy as np
import pytest
from hypothesis import strategies as st

from jaxgan import data

sizes = st.integers(1, 40)
batch_sizes = st.integers(1, 50)
seeds = st.integers(0, 2**63 - 1)
modest = hypothesis.settings(deadline=None, max_examples=40)


def numbered(size):
    """A source whose value is the index."""
    return data.arrays(np.arange(size, dtype=np.float32)[:, None], np.arange(size))


# `pick` reads nothing but `flip`: two compiled functions serve all examples.
PICK = {
    flip: jax.jit(data.batches(data.arrays(np.zeros((1, 2, 2, 1))), 1, flip=flip).pick)
    for flip in (False, True)
}


def order(batch_at, steps):
    return np.concatenate([batch_at(step).given for step in steps])


@modest
@hypothesis.given(sizes, batch_sizes, seeds)
def test_every_epoch_shows_every_example_once(size, batch_size, seed):
    batch_at = data.batches(numbered(size), batch_size, seed)
    seen = order(batch_at, range(-(-3 * size // batch_size)))[: 3 * size]
    for epoch in seen.reshape(3, size):
        assert sorted(epoch) == list(range(size))


@modest
@hypothesis.given(sizes, st.integers(1, 6), st.sampled_from([1, 2, 3, 4, 8]), seeds)
def test_hosts_share_the_global_batch(size, local, count, seed):
    images = np.arange(size * 4, dtype=np.float32).reshape(size, 1, 4, 1)
    source = data.arrays(images, np.arange(size), images=False)
    whole = data.batches(source, local * count, seed, flip=True)(5)
    parts = [
        data.batches(
            source,
            local * count,
            seed,
            flip=True,
            process_index=index,
            process_count=count,
        )(5)
        for index in range(count)
    ]
    assert all(len(part.value) == local for part in parts)
    for field in range(2):
        together = np.concatenate([part[field] for part in parts])
        np.testing.assert_array_equal(together, whole[field])


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@hypothesis.settings(deadline=None, max_examples=15)
@hypothesis.given(st.sampled_from([1, 7, 20]), st.integers(0, 9), st.booleans(), seeds)
def test_a_device_picks_the_same_bits(dtype, flip, size, step, labelled, seed):
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (size, 3, 4, 2)).astype(dtype)
    source = data.arrays(images, np.arange(size) if labelled else None)
    process = {"process_index": step % 2, "process_count": 2}
    batch_at = data.batches(source, 12, seed, flip=flip, **process)
    examples = batch_at.examples()
    assert batch_at.nbytes == sum(leaf.nbytes for leaf in jax.tree.leaves(examples))
    picked = PICK[flip](jax.device_put(examples), batch_at.rows(step))
    wanted = batch_at(step)
    assert jax.tree.structure(picked) == jax.tree.structure(wanted)
    for seen, leaf in zip(jax.tree.leaves(picked), jax.tree.leaves(wanted)):
        np.testing.assert_array_equal(seen, leaf, strict=True)


@modest
@hypothesis.given(sizes, batch_sizes, seeds, st.permutations(range(6)))
def test_any_order_of_asking(size, batch_size, seed, steps):
    straight = [data.batches(numbered(size), batch_size, seed)(n) for n in range(6)]
    batch_at = data.batches(numbered(size), batch_size, seed)
    for step in steps:
        np.random.seed(step)  # noqa: NPY002  # the global state does not matter
        sample = batch_at(np.int32(step))
        np.testing.assert_array_equal(sample.value, straight[step].value)
        np.testing.assert_array_equal(sample.given, straight[step].given)


@modest
@hypothesis.given(st.integers(8, 40), seeds, st.integers(1, 9), st.integers(1, 9))
def test_the_series_does_not_depend_on_the_batch_size(size, seed, one, other):
    source = data.arrays(np.random.default_rng(0).random((size, 2, 3, 1)))
    series = [
        np.concatenate(
            [data.batches(source, n, seed, flip=True)(s).value for s in range(60 // n)]
        )
        for n in (one, other)
    ]
    length = min(map(len, series))
    np.testing.assert_array_equal(series[0][:length], series[1][:length])


def test_seeds_and_epochs_differ():
    orders = [order(data.batches(numbered(50), 50, seed), (0, 1)) for seed in range(3)]
    epochs = np.concatenate(orders).reshape(6, 50)
    assert len(np.unique(epochs, axis=0)) == 6


def test_order_is_pinned():
    """A change here changes every run ever made."""
    np.testing.assert_array_equal(
        order(data.batches(numbered(8), 8, 3), (0, 1)),
        [4, 1, 6, 7, 0, 5, 2, 3, 0, 7, 6, 1, 5, 3, 2, 4],
    )


def test_far_steps_do_not_overflow():
    sample = data.batches(numbered(7), 1000)(np.int32(2**31 - 1))
    assert sample.value.shape == (1000, 1)


def test_threads_see_the_same():
    batch_at = data.batches(numbered(30), 7)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        threaded = np.concatenate([s.given for s in pool.map(batch_at, range(60))])
    np.testing.assert_array_equal(threaded, order(batch_at, range(60)))


def test_flip_mirrors_half():
    image = np.array([[[0, 255], [255, 0]]], np.uint8).reshape(1, 2, 2, 1)
    image[0, 1] = 0  # [[black, white], [black, black]]
    value = data.batches(data.arrays(image), 2000, 1, flip=True)(0).value
    straight = value[:, 0, 1, 0] == 1
    mirrored = value[:, 0, 0, 0] == 1
    assert (straight != mirrored).all()
    assert (value[:, 1] == -1).all()
    assert 900 < mirrored.sum() < 1100
    again = data.batches(data.arrays(image), 2000, 2, flip=True)(0).value
    assert (again != value).any()


def test_exposes_what_it_was_made_of():
    source = numbered(3)
    batch_at = data.batches(source, 2, 5)
    assert batch_at.source is source
    assert (batch_at.batch_size, batch_at.seed) == (2, 5)
    assert batch_at == data.batches(source, 2, 5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch_size": 0}, "batch_size: saw 0, wanted an integer, at least 1"),
        ({"batch_size": 2.0}, "batch_size: saw 2.0"),
        ({"batch_size": 3, "process_count": 2}, "batch_size: saw 3, .* 2 processes"),
        ({"process_count": 0}, "process_count: saw 0"),
        ({"process_index": 1}, "process_index: saw 1, wanted less than"),
        ({"seed": -1}, "seed: saw -1"),
        ({"seed": 2**64}, "seed: saw 18446744073709551616"),
        ({"seed": True}, "seed: saw True"),
        ({"flip": True}, r"flip: saw values of shape \(1,\), wanted images"),
    ],
)
def test_refuses(options, message):
    with pytest.raises(data.DataError, match=message):
        data.batches(numbered(4), **{"batch_size": 4, **options})


def test_refuses_steps():
    with pytest.raises(data.DataError, match="step: saw -1, wanted at least 0"):
        data.batches(numbered(4), 4)(-1)
    with pytest.raises(TypeError):
        data.batches(numbered(4), 4)(0.5)
