"""The schedule of growth: the official code's, and its laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.core.growth import Growing, by_level, level_of, levels_of
from jaxgan.core.pace import Span

SCHEDULES = st.builds(
    lambda first, more, batch, stable, fading: Growing(
        first + more, batch, first, stable, fading
    ),
    st.integers(0, 2),
    st.integers(0, 4),
    st.integers(1, 40)
    | st.lists(st.integers(1, 40), min_size=1, max_size=6).map(tuple),
    st.integers(1, 300),
    st.integers(1, 300),
)
STEPS = np.arange(2500)
"""More than any of these takes."""
law = settings(deadline=None, max_examples=30, derandomize=True)


def counted(growing):
    """Images before every step, as the official loop counts them: step by step."""
    if not isinstance(growing.batch, tuple):
        return STEPS * growing.batch
    images, duration = [0], growing.stable + growing.fading
    for _ in STEPS[1:]:
        phase, within = divmod(images[-1], duration)
        level = growing.first + phase + (within > growing.stable)
        level = min(level, growing.last, len(growing.batch) - 1)
        images.append(images[-1] + growing.batch[level])
    return np.array(images)


def official(growing):
    """`training_schedule` of tkarras/progressive_growing_of_gans, whose units are kimg.

    lod is 0 at the largest size; that of the network is 2^(-floor(lod)) of it.
    """
    images = counted(growing)
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
    most = np.max(growing.batch) / growing.fading
    assert np.all((falls >= -1e-5) & (falls <= most + 1e-5))
    ended = (level == growing.last) & (share == 1.0)
    np.testing.assert_array_equal(ended, growing.steps <= STEPS)


@law
@given(SCHEDULES)
def test_phases_change_where_fades_begin_and_end(growing):
    """Where the floor or the ceiling of lod changes, as the official code asks."""
    lod = lods(growing)[2].round(5)
    changed = (np.diff(np.floor(lod)) != 0) | (np.diff(np.ceil(lod)) != 0)
    np.testing.assert_array_equal(np.diff(growing.phase(STEPS)) > 0, changed)


@law
@given(SCHEDULES)
def test_images_since_a_phase_began(growing):
    """By the step, or less where the images at which it begins are within a step."""
    seen, phase = counted(growing), np.asarray(growing.phase(STEPS))
    began = seen[np.searchsorted(phase, phase)]
    since = np.asarray(growing.since_phase(STEPS, 7))
    over = since - (seen - began)
    assert np.all((over >= 0) & (over <= np.max(growing.batch)))
    grown = phase == phase[-1]
    np.testing.assert_array_equal(np.diff(since[grown]), np.diff(seen[grown]))


def test_long_after_growth_images_are_still_counted():
    growing = Growing(3, 512, stable=8, fading=8)
    assert float(growing.since_phase(2**30)) == pytest.approx(2.0**39, rel=1e-6)


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


@law
@given(SCHEDULES)
def test_one_span_for_each_level(growing):
    """And `levels_in` tells, of any span, the levels that its steps are at."""
    level = lods(growing)[0]
    images = [growing.pace.before(int(step)) for step in STEPS]
    np.testing.assert_array_equal(images, counted(growing))
    for span in growing.pace.spans:
        assert len(growing.levels_in(span)) == 1
    for start, stop in ((0, 30), (7, 8), (100, 400), (2, None)):
        seen = level[start:stop]
        assert growing.levels_in(Span(start, stop)) == range(seen[0], seen[-1] + 1)


def test_published_batches():
    """The official code's for eight GPUs, 12 million images, to 1024×1024."""
    growing = Growing(8, (512, 256, 128, 64, 32))
    assert growing.pace.sizes == (512, 256, 128, 64, *[32] * 5)
    steps = [growing.pace.steps(n * 1_200_000 - 599_999) for n in range(1, 9)]
    assert growing.pace.starts == (0, *steps)
    kimg = {512: 600, 256: 1200, 128: 1200, 64: 1200, 32: 7800}
    wanted = sum(1000 * thousands / size for size, thousands in kimg.items())
    assert growing.pace.steps(12_000_000) == pytest.approx(wanted, abs=4)


def test_long_after_it_has_grown():
    """Where int32 cannot count the images."""
    growing = Growing(8, (512, 256, 128, 64, 32))
    assert tuple(map(float, growing(2**30))) == (8.0, 1.0)
    assert int(growing.phase(2**31 - 1)) == 16


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
        ("batch: saw none, wanted one for each level", {"batch": ()}),
        ("batch: saw 0", {"batch": (4, 0)}),
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


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((4, 24), "^size: saw 24, wanted a power of two of at least 4"),
        ((4, 2), "^size: saw 2, wanted a power of two of at least 4"),
        ((6, 8), "^first_size: saw 6, wanted a power of two of at least 4"),
        ((16, 8), "^first_size: saw 16, wanted at most 8, which is size"),
    ],
)
def test_the_first_images_and_the_last(sizes, message):
    assert levels_of(4, 1024) == (0, 8)
    assert levels_of(8, 8) == (1, 1)
    with pytest.raises(ValueError, match=message):
        levels_of(*sizes)
