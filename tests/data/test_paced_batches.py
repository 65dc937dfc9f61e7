"""Batches of several sizes are one series: nothing is skipped, nothing seen twice."""

import dataclasses

import hypothesis
import jax
import numpy as np
import pytest
from hypothesis import strategies as st

from jaxgan import data
from jaxgan.core.pace import Pace
from jaxgan.run.experiment import examples
from tests.core.test_pace import PACES

STEPS = range(30)
modest = hypothesis.settings(deadline=None, max_examples=30, derandomize=True)


def source(size):
    images = np.arange(size * 4, dtype=np.float32).reshape(size, 1, 4, 1)
    return data.arrays(images, np.arange(size), images=False)


def joined(samples):
    return jax.tree.map(lambda *x: np.concatenate(x), *samples)


@modest
@hypothesis.given(PACES, st.integers(1, 20), st.integers(0, 2**63), st.booleans())
def test_the_series_is_that_of_single_examples(pace, size, seed, flip):
    batch_at = data.paced_batches(source(size), pace, seed, flip=flip)
    batches = [batch_at(step) for step in STEPS]
    assert [len(one.given) for one in batches] == [pace.size(step) for step in STEPS]
    single = data.batches(source(size), 1, seed, flip=flip)
    wanted = joined([single(n) for n in range(pace.before(len(STEPS)))])
    jax.tree.map(np.testing.assert_array_equal, joined(batches), wanted)
    indices = [0, pace.before(7), pace.before(20) + 1]
    found = examples(batch_at, np.array(indices))
    np.testing.assert_array_equal(found.value, wanted.value[indices])


@hypothesis.settings(modest, max_examples=5)
@hypothesis.given(PACES, st.integers(1, 20), st.sampled_from([2, 4]))
def test_hosts_share_every_batch(pace, size, count):
    pace = dataclasses.replace(pace, sizes=tuple(count * x for x in pace.sizes))
    whole = data.paced_batches(source(size), pace, flip=True)
    parts = [
        dataclasses.replace(whole, process_index=index, process_count=count)
        for index in range(count)
    ]
    for step in STEPS[::7]:
        together = joined([part(step) for part in parts])
        jax.tree.map(np.testing.assert_array_equal, together, whole(step))
        picked = whole.pick(jax.device_put(whole.examples()), whole.rows(step))
        jax.tree.map(np.testing.assert_array_equal, picked, whole(step))


def test_what_it_tells():
    made = data.paced_batches(source(5), Pace((8, 4), (0, 3)))
    assert made.batch_size == 4
    assert made.shapes.value.shape == made(0).value.shape == (8, 1, 4, 1)
    said = "pace: saw batches of 6, wanted multiples of the 4 processes"
    with pytest.raises(data.DataError, match=said):
        data.paced_batches(source(5), Pace((6, 4), (0, 3)), process_count=4)
