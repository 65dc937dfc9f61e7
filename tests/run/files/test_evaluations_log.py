"""evaluations.jsonl is written, and read, whole or in part."""

import json
import string

from hypothesis import given, settings
from hypothesis import strategies as st

from jaxgan.run.files import evaluations_log
from jaxgan.run.kinds import Score

words = st.text(string.ascii_letters, min_size=1, max_size=5)
numbers = st.floats(allow_nan=False, allow_infinity=False)
scores = st.builds(
    Score,
    words,
    numbers,
    st.none() | numbers,
    st.none() | st.dictionaries(words, numbers, min_size=1, max_size=3),
    st.sampled_from([None, "lower", "higher"]),
    st.none() | words,
)
CARD = {"samples": 5000, "split": "train"}


@given(st.lists(st.tuples(words, scores), max_size=4), st.none() | st.integers(0, 9))
@settings(max_examples=25, deadline=None)
def test_what_is_written_is_read(tmp_path_factory, found, seed):
    folder = tmp_path_factory.mktemp("run")
    found = list({score.metric: (name, score) for name, score in found}.values())
    lines = evaluations_log.rows(found, 7, CARD, seed)
    assert all(None not in line.values() for line in lines)
    for line in lines:
        evaluations_log.append(folder, [line])
    read = evaluations_log.read(folder)
    assert read == [evaluations_log.evaluation(line) for line in lines]
    for one, (name, score) in zip(read, found, strict=True):
        assert (one.step, one.seed, one.measure) == (7, seed, name)
        assert one.card == CARD
        assert Score(*(getattr(one, field) for field in Score._fields)) == score
        assert one.shown == score.shown


def test_lines_that_were_cut_off_stay_alone(tmp_path):
    path = tmp_path / evaluations_log.FILE
    path.write_text('{"step": 1}\n[]\n"text"\n{"step": 20, "met')
    line = {"step": 2, "metric": "fid", "value": 1.0, "card": {}}
    evaluations_log.append(tmp_path, [line])
    assert json.loads(path.read_text().splitlines()[-1]) == line
    assert [one.metric for one in evaluations_log.read(tmp_path)] == ["fid"]


def test_lines_that_cannot_be_kept(tmp_path, capsys):
    assert evaluations_log.keep(tmp_path, [{"step": 1}])
    assert not capsys.readouterr().err
    assert not evaluations_log.keep(tmp_path / "nowhere", [{"step": 1}])
    assert "No such file or directory; the figures are not k" in capsys.readouterr().err
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / evaluations_log.FILE).mkdir()
    assert evaluations_log.read(tmp_path / "odd") == []


def test_any_bytes_stay_before_what_is_added(tmp_path):
    path = tmp_path / evaluations_log.FILE
    path.write_bytes(b"\xff\xfe")
    evaluations_log.append(tmp_path, [{"step": 1}])
    evaluations_log.append(tmp_path, [{"step": 2}])
    assert path.read_bytes() == b'\xff\xfe\n{"step": 1}\n{"step": 2}\n'


def test_the_last_of_the_same_counts(tmp_path):
    rows = [
        {"step": step, "metric": "fid", "value": value, "card": card}
        for step, value, card in (
            *((20, 5.0, CARD), (10, 9.0, CARD), (10, 8.0, CARD)),
            (10, 7.0, {"samples": 10}),
        )
    ]
    evaluations_log.append(tmp_path, rows)
    found = evaluations_log.read(tmp_path)
    assert [one.value for one in found] == [8.0, 7.0, 5.0]


def test_the_newest_picture(tmp_path):
    assert evaluations_log.newest_picture(tmp_path) is None
    for step in (20, 100):
        path = evaluations_log.picture_path(tmp_path, step, None)
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert evaluations_log.newest_picture(tmp_path) == path
    assert evaluations_log.picture_path(tmp_path, 3, 1).stem.endswith("_seed_1")
