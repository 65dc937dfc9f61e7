"""Tables and charts of what was measured: one per protocol, the newest first."""

import json

import pytest

pytest.importorskip("plotly", reason="jaxgan[report] is not installed")

from jaxgan.run.files import evaluations_log
from jaxgan.run.report import evaluation_tables
from tests.run.report.page import numbers

EVALUATIONS = [
    {"step": 10, "metric": "fid", "value": 9.0, "card": {"samples": 5000}},
    {"step": 10, "metric": "fid", "value": 8.0, "card": {"samples": 5000}},
    {
        "step": 20,
        "metric": "fid",
        "value": 5.25,
        "spread": 0.5,
        "card": {"samples": 5000},
    },
    {"step": 20, "metric": "recall", "value": float("nan"), "card": {}},
    {
        "step": 20,
        "metric": "modes",
        "value": 2,
        "card": {"classifier": "logistic"},
        "classes": {"zero": 0.75, "one": 0.25, "two": 0.0},
    },
]


def test_evaluations(tmp_path):
    lines = [json.dumps(row) for row in EVALUATIONS]
    broken = ['{"step": 1}', '{"step": 20, "met', "[]", '"text"']
    (tmp_path / evaluations_log.FILE).write_text("\n".join(lines + broken))
    found = evaluations_log.read(tmp_path)
    assert [(one.step, one.metric) for one in found] == [
        (10, "fid"),
        (20, "fid"),
        (20, "recall"),
        (20, "modes"),
    ]
    assert found[0].value == 8.0  # the later row counts
    tables = evaluation_tables.tables(found)
    shown = {one.metric: one.shown for table in tables for one in table.evaluations}
    assert shown == {"fid": "5.25 ± 0.5", "recall": "nan", "modes": "2"}
    assert {table.title for table in tables} == {
        "samples: 5000",
        "",
        "classifier: logistic",
    }
    (curve,) = evaluation_tables.curves(found)
    assert numbers(json.loads(curve.data)["data"][0]["y"]).tolist() == [8.0, 5.25]
    classes = evaluation_tables.class_coverage(found)
    assert classes is not None
    assert "2 of 3 classes at step 20 (modes); without: two" in classes.about
    bars = json.loads(classes.data)["data"][0]
    assert numbers(bars["y"]).tolist() == [75, 25, 0]


def test_one_table_per_protocol(tmp_path):
    """Seeds of one population share a table; splits do not."""
    card = {"split": "train", "weights": "sha256:" + 64 * "0", "jaxgan": "0.1.0"}
    rows = [
        {
            **{"step": step, "metric": metric, "measure": "precision-recall"},
            **{"value": step / 100, "better": "higher", "seed": seed},
            "card": {**card, "split": split, "seed of the run": seed},
        }
        for split in ("train", "held_out")
        for step in (10, 20)
        for seed in (3, 4)
        for metric in ("precision (x)", "recall (x)")
    ]
    (tmp_path / evaluations_log.FILE).write_text("\n".join(map(json.dumps, rows)))
    found = evaluations_log.read(tmp_path)
    first, second = evaluation_tables.tables(found)
    assert (first.title, second.title) == ("split: train", "split: held_out")
    assert [(one.name, one.seed, one.step) for one in first.evaluations] == [
        ("precision (x) ↑", 3, 20),
        ("precision (x) ↑", 4, 20),
        ("recall (x) ↑", 3, 20),
        ("recall (x) ↑", 4, 20),
    ]
    assert dict(first.protocol) == card
    (curve,) = evaluation_tables.curves(found)  # of both metrics, splits and seeds
    assert curve.title == "precision and recall (x)"
    lines = [one["name"] for one in json.loads(curve.data)["data"]]
    assert len(set(lines)) == 8
    assert lines[0] == "precision · split: train · seed 3"
