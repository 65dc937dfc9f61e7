"""Thresholds of the findings of pictures that are made of pictures."""

import importlib
import re

import pytest

from jaxgan.diagnosis.diagnose import NO_HELD_OUT_PICTURES, RULES, diagnose
from tests.diagnosis.test_diagnose import NAMES, OF_LATENTS, healthy

OF_PICTURES = NAMES[len(OF_LATENTS) : NAMES.index("molecules repeated")]
LATENT = ("samples/effective", "samples/precision", "samples/coverage")
LATENT += ("data/", "latent/", "memory/")


def history(*directions, ranking=0.75, **changes):
    """Ten measurements of a healthy game of pictures, but for the changes."""
    row = {
        **{"change": 0.9, "error": 0.5, "enlargement": 1.0},
        **{"gap": 0.5, "gap_left": 0.1},
        **{"different": 15.9, "targets_different": 16.0},
        **{"way_back": 0.2, "way_back_shaken": 0.21},
        **{"pattern": 5.0, "targets_pattern": 1.0},
        **{"pattern_period": 2.0, "pattern_levels": 3.0},
    }
    assert changes.keys() <= row.keys()
    if directions:
        row.pop("error")
    else:
        row.pop("way_back"), row.pop("way_back_shaken")
    signals = {
        "/".join(("translation", *([direction] if direction else []), name)): value
        for direction in directions or ("",)
        for name, value in (row | changes).items()
    }
    rows = healthy(discriminator__ranking=ranking)
    kept = [
        {name: x for name, x in row.items() if not name.startswith(LATENT)}
        for row in rows
    ]
    return [{**row, **signals} for row in kept]


def found(rows):
    return [finding.name for finding in diagnose(rows).findings]


PAIRS, ONE_WAY, CYCLE = (), ("x_to_y",), ("x_to_y", "y_to_x")


@pytest.mark.parametrize(
    ("directions", "changes", "name"),
    [
        (PAIRS, {}, None),
        (ONE_WAY, {}, None),
        (CYCLE, {}, None),
        (PAIRS, {"change": 0.2, "error": 1.0}, "nothing translated"),
        (PAIRS, {"change": 0.26, "error": 0.966}, None),  # a gain of 0.3 dB
        (PAIRS, {"change": 1.0, "error": 1.1}, None),  # details, by chance
        (CYCLE, {"change": 0.1, "gap_left": 0.9}, "nothing translated"),
        (CYCLE, {"change": 0.1, "gap_left": 0.9, "gap": 0.03}, None),
        (CYCLE, {"change": 0.1, "gap_left": 0.2}, None),  # little was to be done
        (CYCLE, {"change": 0.04, "gap": 0.0}, None),  # nobody sees a difference
        (ONE_WAY, {"change": 0.3, "gap_left": 0.9}, None),  # unfinished
        (PAIRS, {"different": 3.0}, "source ignored"),
        (ONE_WAY, {"different": 3.0}, "source ignored"),
        (CYCLE, {"different": 3.0}, "direction collapsed"),
        (PAIRS, {"different": 3.0, "targets_different": 3.0}, None),
        (CYCLE, {"way_back_shaken": 0.6}, "steganographic cycle"),
        (CYCLE, {"way_back": 0.02, "way_back_shaken": 0.06}, None),  # only the noise
        (CYCLE, {"way_back": 0.6, "way_back_shaken": 1.3}, None),  # it never returned
        (PAIRS, {"pattern": 30.0}, "checkerboards"),
        (PAIRS, {"pattern": 30.0, "targets_pattern": 10.0}, None),
        (PAIRS, {"pattern": 30.0, "pattern_levels": 0.5}, None),  # nobody sees it
        (CYCLE, {"pattern": 30.0}, "checkerboards"),
    ],
)
def test_each_threshold(directions, changes, name):
    rows = history(*directions, **changes)
    assert found(rows) == ([] if name is None else [name])
    directed = len(directions) > 1
    for finding in diagnose(rows).findings:
        assert ("x to y: " in finding.evidence) == directed
        assert ("; y to x: " in finding.evidence) == directed


def test_a_critic_that_sees_through_unchanged_pictures():
    rows = history(*CYCLE, ranking=0.9, change=0.04, gap=0.0)
    assert found(rows) == ["nothing translated"]
    assert "ranks 90.0% of pairs rightly" in diagnose(rows).findings[0].evidence


def test_the_direction_is_told():
    rows = [{**row, "translation/y_to_x/different": 1.5} for row in history(*CYCLE)]
    (finding,) = diagnose(rows).findings
    assert finding.evidence == (
        "y to x: outputs of different sources count as 1.5 different ones, as many "
        "targets as 16.0"
    )


def test_restoration_is_compared_with_bicubic():
    rows = history(change=0.1, error=1.0, enlargement=4.0)
    (finding,) = diagnose(rows).findings
    assert "their sources enlarged 4 times (bicubic) by 0.1" in finding.evidence
    assert "`terms.pixel`" in finding.advice[0]


def test_what_is_looked_for():
    """What makes no sense where samples are made of examples is not."""
    of_all = [name for name in OF_LATENTS[:5] if name in NAMES]
    assert diagnose(history()).looked_for == (
        *of_all,
        "nothing translated",
        "source ignored",
        "checkerboards",
    )
    assert diagnose(history(*CYCLE)).looked_for == (
        *of_all,
        "nothing translated",
        "direction collapsed",
        "steganographic cycle",
        "checkerboards",
    )
    assert diagnose(history()).unseen == ()
    alone = [
        {name: x for name, x in row.items() if not name.startswith("overfitting")}
        for row in history()
    ]
    assert diagnose(alone).unseen == (NO_HELD_OUT_PICTURES,)
    assert "discriminator overfitting" not in diagnose(alone).looked_for


def test_every_advice_names_what_there_is():
    """Names in backquotes are of jaxgan, or arguments of something named there."""
    known = {"x", "y", "pool", "halvings", "width", "judges_source"}
    ill = {"change": 0.01, "error": 1.0, "gap_left": 1.0, "different": 1.0}
    ill |= {"way_back_shaken": 1.0, "pattern": 99.0}
    said = set()
    for directions in (PAIRS, ONE_WAY, CYCLE):
        each = dict(ill, enlargement=2.0) if directions == PAIRS else dict(ill)
        if directions:
            each.pop("error")
        for changes in (each, {**each, "enlargement": 1.0}):
            for finding in diagnose(history(*directions, **changes)).findings:
                said.add(finding.name)
                for name in re.findall(r"`([^`]*)`", " ".join(finding.advice)):
                    if name in known:
                        continue
                    module, attribute = name.split(".")
                    room = importlib.import_module(f"jaxgan.{module}")
                    if not hasattr(room, attribute):  # a file of its own
                        assert importlib.import_module(f"jaxgan.{name}")
    assert said == set(OF_PICTURES)
    assert len(RULES) == len(NAMES) == len(set(NAMES))
