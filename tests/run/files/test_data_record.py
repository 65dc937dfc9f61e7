"""The record of a run's data: written, read, compared, kept."""

import pytest

from jaxgan.data.facts import Facts
from jaxgan.data.opening import Opening
from jaxgan.run.files import config_json, data_record
from jaxgan.run.files.data_record import DataRecord, RunData

FACTS = Facts(4, (2, 2, 1), ("a", "b"), (3, 1), "train", "sha256:" + "0" * 64)
OPENING = Opening("folder", FACTS, "pictures", "/somewhere/pictures")
DATA = RunData((OPENING,), Facts(4, (2, 2, 1), ("a", "b")), {"value": "float32[8]"})
RECORD = DataRecord((DATA,))


def changed(**facts):
    opening = OPENING._replace(facts=FACTS._replace(**facts))
    return DataRecord((DATA._replace(openings=(opening,)),))


def moved(path="/other/pictures"):
    return DataRecord((DATA._replace(openings=(OPENING._replace(path=path),)),))


def test_what_is_written_is_read(tmp_path):
    assert data_record.read(tmp_path) is None
    both = DataRecord((DATA, DATA._replace(openings=())))
    for record in (RECORD, both):
        data_record.write(tmp_path, record)
        assert data_record.read(tmp_path) == record
    assert both.of_run(1).openings == ()
    assert RECORD.of_run(1) == DATA


def test_others_are_kept_and_moves_are_not(tmp_path):
    data_record.write(tmp_path, RECORD)
    data_record.write(tmp_path, moved())
    assert [path.name for path in tmp_path.iterdir()] == ["data.json"]
    data_record.write(tmp_path, changed(size=5))
    data_record.write(tmp_path, changed(size=6))
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["data-1.json", "data-2.json", "data.json"]
    assert data_record.read(tmp_path) == changed(size=6)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"runs": 3}', '{"runs": [{}]}', "\0"])
def test_a_damaged_one_is_set_aside(tmp_path, capsys, text):
    (tmp_path / "data.json").write_text(text)
    assert data_record.read(tmp_path) is None
    assert "is damaged" in capsys.readouterr().err
    assert (tmp_path / "damaged-data.json").read_text() == text
    assert data_record.read(tmp_path) is None
    assert not capsys.readouterr().err


@pytest.mark.parametrize(
    "facts",
    [
        {"size": 5},
        {"classes": ("a", "c")},
        {"counts": (2, 2)},
        {"fingerprint": "sha256:" + "1" * 64},
    ],
)
def test_differences(facts):
    seen = changed(**facts)
    (line,) = data_record.differences(RECORD, seen)
    for record in (RECORD, seen):
        assert str(record.runs[0].openings[0].facts) in line
    assert line.startswith("pictures: run has data.folder")


def test_other_differences():
    assert not data_record.differences(RECORD, RECORD)
    assert not data_record.differences(RECORD, moved())
    less = DataRecord((DATA._replace(openings=()),))
    (line,) = data_record.differences(RECORD, less)
    assert "you have no such data" in line
    (line,) = data_record.differences(RECORD, DataRecord((DATA, DATA)))
    assert "data by seed" in line
    other = DataRecord((DATA._replace(facts=Facts(9, (2,))),))
    (line,) = data_record.differences(RECORD, other)
    assert "you have 9 of [2]" in line


def test_fields_that_say_where_data_lie():
    stored = {"path": "a", "name": "a", "rate": 1.0, "inner": {"path": "a"}}
    asked = {"path": "b", "name": "c", "rate": 2.0, "inner": {"path": "b"}}
    back = config_json.moved(asked, stored, {"a"}, {"b"})
    assert back == {"path": "a", "name": "c", "rate": 2.0, "inner": {"path": "a"}}
    assert config_json.moved(asked, stored, {"a"})["name"] == "a"
    assert config_json.moved(asked, stored, set(), {"b"}) == asked
    around = {"root": "a", "empty": ""}, {"root": "/b", "empty": "c"}
    back = config_json.moved(around[1], around[0], {"a/x.npz"}, {"/b/x.npz", "c"})
    assert back == {"root": "a", "empty": "c"}
    assert config_json.moved(around[1], around[0], {"ab/x"}, {"/b/x"}) == around[1]
