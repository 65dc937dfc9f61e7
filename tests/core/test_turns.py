"""Ill-formed descriptions are refused before any compute."""

import pytest

from jaxgan import losses
from jaxgan.core import Turn
from jaxgan.core.turns import turn_names
from jaxgan.terms import adversarial, drift, r1

play = adversarial(losses.hinge)


def test_names():
    turns = [
        Turn("discriminator", (play,)),
        Turn("discriminator", (r1(1.0),), every=16),
        Turn("generator", (play,)),
        Turn("discriminator", (r1(1.0), drift())),
    ]
    assert turn_names(turns) == [
        "discriminator",
        "discriminator_r1",
        "generator",
        "discriminator_r1_drift",
    ]


@pytest.mark.parametrize(
    ("turns", "message"),
    [
        ([], "saw none"),
        ([Turn("critic", (play,))], r"turns\[0\].player: saw 'critic'"),
        ([Turn("generator", ())], r"turns\[0\].terms: saw none"),
        ([Turn("generator", (play,), every=0)], r"turns\[0\].every: saw 0"),
        ([Turn("generator", (play,), every=1.5)], r"turns\[0\].every: saw 1.5"),
        ([Turn("generator", (play, play))], "2 are named 'adversarial'"),
        ([Turn("generator", (play,)), Turn("generator", (play,))] * 2, "alike"),
    ],
)
def test_refusals(turns, message):
    with pytest.raises(ValueError, match=message):
        turn_names(turns)
