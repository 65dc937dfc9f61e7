"""The schedule of growth: the official code's, and its laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.core.growth import Growing, by_level, level_of

SCHEDULES = st.builds(
    lambda first, more, batch, stable, fading: Growing(
        first + more, batch, first, stable, fading
    ),
    st.integers(0, 2),
    st.integers(0, 4),
    st.integers(1, 40),
    st.integers(1, 300),
    st.integers(1, 300),
)
STEPS = np.arange(2500)
"""More than any of these takes."""
law = settings(deadline=None, max_examples=30, derandomize=True)


def official(growing):
    """`training_schedule` of tkarras/progressive_growing_of_gans, whose units are kimg.

    lod is 0 at the largest size; that of the network is 2^(-floor(lod)) of it.
    """
    images = STEPS * growing.batch
    duration = growing.stable + growing.fading
    phase = np.floor(images / duration)
    within = images - phase * duration
    lod = growing.last - growing.first - phase
    lod -= np.maximum(within - growing.stable, 0.0) / growing.fading
    lod = np.maximum(lod, 0.0)
    return growing.last - np.floor(lod), lod


def lods(growing):
    """(stages of all steps, their levels of detail)."""
    level, share = map(np.asarray, growing(STEPS))
    return level, share, growing.last - level + 1.0 - share.astype(np.float64)


@law
@given(SCHEDULES)
def test_as_the_official_code(growing):
    level, share, lod = lods(growing)
    wanted_level, wanted_lod = official(growing)
    np.testing.assert_array_equal(level, wanted_level)
    np.testing.assert_allclose(lod, wanted_lod, atol=1e-5)
    assert np.all((share > 0.0) & (share <= 1.0))


@law
@given(SCHEDULES)
def test_it_grows_steadily_and_never_shrinks(growing):
    level, share, lod = lods(growing)
    assert (level[0], share[0]) == (growing.first, 1.0)
    assert np.all(np.diff(level) >= 0)
    falls = -np.diff(lod)
    assert np.all((falls >= -1e-5) & (falls <= growing.batch / growing.fading + 1e-5))
    ended = (level == growing.last) & (share == 1.0)
    np.testing.assert_array_equal(ended, growing.steps <= STEPS)


@law
@given(SCHEDULES)
def test_phases_change_where_fades_begin_and_end(growing):
    """Where the floor or the ceiling of lod changes, as the official code asks."""
    lod = lods(growing)[2].round(5)
    changed = (np.diff(np.floor(lod)) != 0) | (np.diff(np.ceil(lod)) != 0)
    np.testing.assert_array_equal(np.diff(growing.phase(STEPS)) > 0, changed)


def test_published_lengths():
    """ProGAN at 1024×1024: 600 kimg of 4×4, and 1200 more for each of 8 levels."""
    growing = Growing(level_of(1024), 16)
    assert growing.last == 8
    assert growing.steps * 16 == 9_600_000
    sides = [4 << int(growing(n * 600_000 // 16).level) for n in range(17)]
    assert sides == [
        4,
        4,
        8,
        8,
        16,
        16,
        32,
        32,
        64,
        64,
        *np.repeat([128, 256, 512], 2),
        1024,
    ]


def test_at_once_without_a_fade():
    growing = Growing(2, 5, 0, 20, 0)
    levels = [int(growing(step).level) for step in range(14)]
    assert levels == [0] * 4 + [1] * 4 + [2] * 6
    assert all(float(growing(step).share) == 1.0 for step in range(14))
    assert [int(growing.phase(step)) for step in (0, 3, 4, 8, 20)] == [0, 0, 2, 4, 4]


def test_numbers_by_level():
    growing = Growing(3, 1, 0, 10, 10)
    rate = by_level(growing, (1.0, 2.0, 5.0))
    seen = [float(rate(step)) for step in (0, 10, 11, 30, 31, 51, 99)]
    assert seen == [1.0, 1.0, 2.0, 2.0, 5.0, 5.0, 5.0]
    with pytest.raises(ValueError, match="values: saw none, wanted one for each"):
        by_level(growing, ())


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ("batch: saw 0, wanted a whole number, at least 1", {"batch": 0}),
        ("last: saw 1, wanted a whole number, at least 2", {"first": 2}),
        ("fading: saw -1", {"fading": -1}),
        ("stable: saw 1.5", {"stable": 1.5}),
        (r"stable \+ fading: saw 0", {"stable": 0, "fading": 0}),
    ],
)
def test_bad_numbers(said, options):
    with pytest.raises(ValueError, match=said):
        Growing(**{"last": 1, "batch": 4, **options})


def test_levels_of_sides():
    assert [level_of(side) for side in (4, 8, 1024)] == [0, 1, 8]
    for side in (2, 12, 0):
        with pytest.raises(ValueError, match=f"side: saw {side}, wanted a power of"):
            level_of(side)
