"""Signals of translators: all directions in the same plots."""

from jaxgan.diagnosis import names
from jaxgan.run.report import signal_curves

SEEN = ("change", "gap_left", "different", "targets_different", "pattern")
UNSEEN = ("gap", "enlargement", "pattern_period", "pattern_levels")


def titles(ways, labels):
    rows = [
        {"step": step, **{names.of_way(way, x): 0.5 for way in ways for x in labels}}
        for step in range(1, 6)
    ]
    return [chart.title for chart in signal_curves.signals(rows)]


def test_directions_are_drawn_together():
    wanted = ["What is changed", "Variety of outputs", "Patterns of 2 and 4 pixels"]
    assert titles(("x_to_y", "y_to_x"), SEEN + UNSEEN) == wanted
    assert titles(("",), SEEN) == wanted
    assert titles(("x_to_y",), ("way_back",)) == ["The way back"]


def test_what_is_not_known_has_its_own():
    assert len(titles(("x_to_y",), ("change", "new"))) == 2
