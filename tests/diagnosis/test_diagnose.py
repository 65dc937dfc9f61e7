"""Recorded runs, of which it is known what is wrong, and histories made by hand.

`histories.jsonl` was written by `failures.py --histories` of the benchmarks.
"""

import importlib
import json
import pathlib
import re
import sys
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxgan import data
from jaxgan.diagnosis.diagnose import NO_HELD_OUT, RULES, TOO_EARLY, diagnose
from jaxgan.diagnosis.history import History, of_seed

HERE = pathlib.Path(__file__)
BENCHMARKS = HERE.parents[2] / "experiments" / "benchmarks" / "diagnosis"
sys.path.insert(0, str(BENCHMARKS))
failures = importlib.import_module("failures")
LINES = HERE.with_name("histories.jsonl").read_text().splitlines()
RUNS = [json.loads(line) for line in LINES]
ROWS = {(run["case"], run["seed"]): failures.rows_of(run["columns"]) for run in RUNS}


NAMES = tuple(rule.name for rule in RULES)
OF_LATENTS = NAMES[: NAMES.index("nothing translated")]
"""What there can be where samples are made of latents."""


def names(rows):
    return [finding.name for finding in diagnose(rows).findings]


def test_enough_was_recorded():
    """Two seeds of each kind of failure at least, and six healthy runs."""
    cases = failures.CASES
    recorded = Counter(cases[case].expected for case, _ in ROWS if case in cases)
    assert recorded.pop(failures.HEALTHY) >= 6
    assert len(recorded) == 8
    assert min(recorded.values()) >= 2
    for name in (*cases, *failures.CURES):
        assert {(name, 0), (name, 1)} <= ROWS.keys()


@pytest.mark.parametrize(("case", "seed"), ROWS)
def test_no_failure_is_missed_and_no_healthy_run_accused(case, seed):
    rows = ROWS[case, seed]
    if case in failures.CASES:
        assert failures.is_right(failures.CASES[case].expected, rows)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_advice_is_true(seed):
    """What was advised was done: the finding is gone, and its figure better."""
    for name, cure in failures.CURES.items():
        ill, cured = ROWS[cure.ill, seed], ROWS[name, seed]
        assert cure.finding in names(ill)
        assert cure.finding not in names(cured)
        before, after = (History(rows).late(cure.figure) for rows in (ill, cured))
        assert after > before if cure.larger else after < before


def test_every_advice_names_what_there_is():
    """Names in backquotes are of jaxgan, or arguments of something named there."""
    known = {"jaxgan sample RUN --step", "Turn", "b1", "clip", "every"}
    known |= {"width", "widths", "latent_size", "flip=True"}
    for rows in ROWS.values():
        for finding in diagnose(rows).findings:
            assert finding.advice
            for name in re.findall(r"`([^`]*)`", " ".join(finding.advice)):
                if name in known:
                    continue
                module, attribute = name.split(".")
                room = importlib.import_module(f"jaxgan.{module}")
                if not hasattr(room, attribute):  # a file of its own
                    assert importlib.import_module(f"jaxgan.{name}")
    assert data.batches(data.digits(), 4, flip=True)


def healthy(**changes):
    """A run of ten measurements without any finding, but for the changes."""
    row = {
        **{"discriminator/ranking": 0.75, "discriminator/real_logits": 1.0},
        **{"discriminator/fake_logits": -1.0, "generator/gradient_norm": 1.0},
        **{"signal/loss_slope": 0.5, "signal/reach": 2.0, "generator/loss": 1.0},
        **{"samples/told_apart": 0.7, "samples/distance": 0.05},
        **{"samples/position_0": 0.1, "samples/position_1": 0.1},
        **{"samples/effective_number": 200.0, "data/effective_number": 250.0},
        **{"samples/precision": 0.8, "data/precision": 0.95},
        **{"samples/coverage": 0.8, "data/coverage": 0.97},
        **{"latent/size": 64.0, "latent/unused": 0.0},
        **{"latent/rank": 64.0, "latent/directions": 64.0},
        **{"overfitting/r_v": 0.1, "overfitting/r_t": 0.5},
        **{"overfitting/train_above_held_out": 0.52},
        **{"overfitting/held_out_above_fake": 0.8},
        **{"memory/nearer_train": 0.5, "memory/distance_ratio": 1.0},
    }
    for name in changes:
        assert name.replace("__", "/") in row
    changed = {name.replace("__", "/"): value for name, value in changes.items()}
    return [{"step": 100 * n, **row, **changed} for n in range(1, 11)]


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, None),
        ({"signal__loss_slope": 0.01}, None),  # even players of a bounded loss
        (
            {"signal__loss_slope": 0.01, "discriminator__ranking": 0.99},
            "vanishing generator gradient",
        ),
        (
            {"signal__reach": 0.01, "discriminator__ranking": 0.99},
            "vanishing generator gradient",
        ),
        # `terms.unrolled`: no slope by the logits, and yet a gradient.
        ({"signal__loss_slope": 0.0, "discriminator__ranking": 0.99}, None),
        (
            {
                "signal__loss_slope": 0.0,
                "discriminator__ranking": 0.99,
                "generator__gradient_norm": 0.0,
            },
            "vanishing generator gradient",
        ),
        ({"discriminator__ranking": 0.5}, None),  # the end of every good game
        (
            {
                "discriminator__ranking": 0.5,
                "samples__told_apart": 0.99,
                "samples__distance": 0.5,
            },
            "discriminator too weak",
        ),
        ({"overfitting__r_v": 0.9}, None),  # of a margin that is noise
        (
            {
                "overfitting__r_v": 0.9,
                "overfitting__train_above_held_out": 0.8,
                "discriminator__ranking": 0.6,
            },
            None,
        ),
        (
            {"overfitting__r_v": 0.9, "overfitting__train_above_held_out": 0.8},
            "discriminator overfitting",
        ),
        ({"latent__unused": 7.0}, "dead latent dimensions"),
        ({"latent__rank": 32.0}, "dead latent dimensions"),
        ({"samples__effective_number": 100.0}, "mode collapse"),
        ({"samples__coverage": 0.5}, None),  # unfinished
        ({"samples__coverage": 0.5, "samples__precision": 0.9}, "mode collapse"),
        ({"samples__coverage": 0.5, "samples__distance": 0.3}, "mode collapse"),
        ({"samples__coverage": 0.1, "samples__precision": 0.1}, None),  # no data yet
        ({"memory__nearer_train": 0.9}, None),
        (
            {"memory__nearer_train": 0.9, "memory__distance_ratio": 0.2},
            "memorisation",
        ),
    ],
)
def test_each_threshold(changes, name):
    assert names(healthy(**changes)) == ([] if name is None else [name])


def test_swings_and_drifts():
    """A circle is an oscillation; a way to the data is none, however long."""
    angles = np.linspace(0, 20, 10)

    def placed(x, y):
        return [
            {**row, "samples/position_0": float(a), "samples/position_1": float(b)}
            for row, a, b in zip(healthy(), x, y)
        ]

    circle = placed(2 * np.cos(angles), 2 * np.sin(angles))
    assert names(circle) == ["oscillation without progress"]
    assert names(placed(np.linspace(-9, 0, 10), np.zeros(10))) == []
    assert names(placed(0.1 * np.cos(angles), 0.1 * np.sin(angles))) == []
    nearer = [{**row, "samples/distance": 1 / row["step"]} for row in circle]
    assert (
        names(
            [{**row, "samples/distance": 0.5 ** (row["step"] / 100)} for row in nearer]
        )
        == []
    )


def test_a_margin_without_bound():
    rows = [
        {**row, "discriminator/real_logits": 10.0 * 2 ** (row["step"] / 100)}
        for row in healthy()
    ]
    assert names(rows) == ["divergence"]


def test_not_finite_is_told_first():
    rows = [*healthy(latent__rank=1.0)[:1]]
    rows.append({"step": 150, "not_finite": ["generator/loss"], "leaf": "variables/x"})
    found = diagnose(rows)
    assert found.findings[0].evidence == (
        "at step 150 not finite: generator/loss; first tensor: variables/x"
    )
    assert found.verdict.startswith("divergence")


def test_all_names_are_told():
    found = {f.name for rows in ROWS.values() for f in diagnose(rows).findings}
    assert found == set(OF_LATENTS)


def test_what_cannot_be_seen_is_said():
    assert diagnose(healthy()).unseen == ()
    assert diagnose(healthy()).verdict == "healthy"
    assert diagnose(healthy()[:2]).unseen == (TOO_EARLY,)
    assert diagnose([]).verdict == "too early to tell"
    assert diagnose([]).looked_for == ("divergence",)
    assert diagnose(healthy()).looked_for == OF_LATENTS
    blind = [
        {
            k: v
            for k, v in row.items()
            if k.split("/")[0] not in ("memory", "overfitting")
        }
        for row in healthy()
    ]
    assert diagnose(blind).unseen == (NO_HELD_OUT,)
    assert diagnose(blind).verdict == "healthy"
    assert set(OF_LATENTS) - set(diagnose(blind).looked_for) == {
        "discriminator overfitting",
        "memorisation",
    }


def test_only_the_last_third_counts():
    ill = healthy(samples__effective_number=1.0)
    assert names(ill[:6] + healthy()[6:]) == []
    assert names(healthy()[:6] + ill[6:]) == ["mode collapse"]


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(sorted(healthy()[0].keys() - {"step"})),
            st.floats(allow_nan=True, allow_infinity=True),
        ),
        max_size=12,
    )
)
def test_any_numbers_are_diagnosed(rows):
    """Whatever was logged, or was not, there is a verdict."""
    with np.errstate(all="ignore"):
        found = diagnose([{"step": n + 1, **row} for n, row in enumerate(rows)])
    assert isinstance(found.verdict, str)


def test_seeds_side_by_side():
    rows = [
        {"step": row["step"], "mean": 0.0, "seeds": {"3": row, "4": {**row, "x": 1}}}
        for row in healthy()
    ]
    assert of_seed(rows, "3") == healthy()
    assert of_seed([{"step": 1, "not_finite": []}], "3") == [
        {"step": 1, "not_finite": []}
    ]
