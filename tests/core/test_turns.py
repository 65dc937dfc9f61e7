"""Names of turns, when they are due, and what is refused before any compute."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan import losses
from jaxgan.core import Turn
from jaxgan.core.turns import is_due, leads, main_turn, rhythm, turn_names
from jaxgan.terms import adversarial, drift, r1

play = adversarial(losses.hinge)


def test_names():
    turns = [
        Turn("discriminator", (play,)),
        Turn("discriminator", (r1(1.0),), every=16),
        Turn("generator", (play,), stop=10, name="warm_up"),
        Turn("generator", (play,)),
        Turn("discriminator", (r1(1.0), drift())),
    ]
    assert turn_names(turns) == [
        "discriminator",
        "discriminator_r1",
        "warm_up",
        "generator",
        "discriminator_r1_drift",
    ]
    assert main_turn(turns, "generator") == ("generator", turns[3])
    assert main_turn(turns[:3], "generator") == ("warm_up", turns[2])
    assert main_turn(turns[:2], "generator") is None
    # A name that was given is taken, also by a turn that comes later.
    named = [turns[0], turns[1]._replace(name="discriminator")]
    assert turn_names(named) == ["discriminator_adversarial", "discriminator"]


@st.composite
def timed(draw):
    """Turns of which each has a step."""
    every, start = draw(st.integers(1, 4)), draw(st.integers(0, 6))
    first = next(t for t in range(start, start + 4) if (t + 1) % every == 0)
    stop = draw(st.none() | st.integers(first + 1, first + 9))
    player = draw(st.sampled_from(["generator", "discriminator"]))
    return Turn(player, (play,), every, start, stop)


@given(turn=timed())
@settings(deadline=None, max_examples=60)
def test_a_turn_is_due_within_its_steps(turn):
    turn_names([turn])
    end = math.inf if turn.stop is None else turn.stop
    for step in range(24):
        wanted = turn.start <= step < end and (step + 1) % turn.every == 0
        assert bool(is_due(turn, np.int32(step))) == wanted
    always = turn.every == 1 and not turn.start and turn.stop is None
    assert (is_due(turn, np.int32(0)) is True) == always


@given(turns=st.lists(timed(), min_size=1, max_size=4))
@settings(deadline=None, max_examples=60)
def test_turns_repeat_themselves_after_the_last_start_or_stop(turns):
    start, period = rhythm(turns)
    steps = np.arange(start, start + 2 * period)
    for turn in turns:
        due = np.broadcast_to(is_due(turn, steps), steps.shape)
        np.testing.assert_array_equal(due[:period], due[period:])
        assert due.any() == (turn.stop is None)


@given(turns=st.lists(timed(), min_size=1, max_size=4))
@settings(deadline=None, max_examples=60)
def test_somebody_leads_whenever_a_player_has_turns_in_play(turns):
    for step in range(24):
        for player in ("generator", "discriminator"):
            in_play = [
                place
                for place, turn in enumerate(turns)
                if turn.player == player
                and turn.start <= step < (turn.stop or math.inf)
            ]
            assert not in_play or any(leads(turns, place) for place in in_play)


def test_who_leads():
    """A penalty of its own does not; a turn that takes over from another does."""
    critic = Turn("discriminator", (play,))
    lazy = Turn("discriminator", (r1(1.0),), every=16, start=3, stop=100)
    pixels = Turn("generator", (drift(),), stop=10, name="pixels")
    late = Turn("generator", (play,), start=10)
    turns = [critic, lazy, pixels, late]
    assert [leads(turns, place) for place in range(4)] == [True, False, True, True]


@pytest.mark.parametrize(
    ("turns", "message"),
    [
        ([], "saw none"),
        ([Turn("critic", (play,))], r"turns\[0\].player: saw 'critic'"),
        ([Turn("generator", ())], r"turns\[0\].terms: saw none"),
        ([Turn("generator", (play,), every=0)], r"turns\[0\].every: saw 0"),
        ([Turn("generator", (play,), every=1.5)], r"turns\[0\].every: saw 1.5"),
        ([Turn("generator", (play,), start=-1)], r"turns\[0\].start: saw -1, wanted"),
        ([Turn("generator", (play,), start=2.0)], r"turns\[0\].start: saw 2.0"),
        (
            [Turn("generator", (play,), start=5, stop=5)],
            r"turns\[0\].stop: saw 5, wanted None or an integer > start=5",
        ),
        (
            [Turn("generator", (play,), every=10, start=2, stop=9)],
            r"stop: saw 9, wanted more than 9, the first step from start=2 on that eve",
        ),
        ([Turn("generator", (play,), name="a/b")], r"turns\[0\].name: saw 'a/b', wan"),
        ([Turn("generator", (play,), name=" ")], r"turns\[0\].name: saw ' ', wanted"),
        (
            [Turn("generator", (play,), name="discriminator")],
            "name: saw 'discriminator' on the generator's turn",
        ),
        (
            [
                Turn("generator", (play,), name="a"),
                Turn("generator", (play,), name="a"),
            ],
            "two turns are alike, 'a'; merge them, or name one",
        ),
        ([Turn("generator", (play, play))], "2 are named 'adversarial'"),
        ([Turn("generator", (play,)), Turn("generator", (play,))] * 2, "alike"),
    ],
)
def test_refusals(turns, message):
    with pytest.raises(ValueError, match=message):
        turn_names(turns)
