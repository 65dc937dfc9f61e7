"""Feeding, and the terminal's two faces."""

import sys
import threading

import numpy as np
import pytest

from jaxgan.run.files import metrics_log
from jaxgan.run.training.prefetch import feed


@pytest.mark.parametrize("threads", [None, 0, 1, 3])
def test_feed_keeps_the_order(threads):
    def batch_at(step):
        return np.full(2, step)

    seen = [int(batch[0]) for batch in feed(batch_at, range(5, 40), threads)]
    assert seen == list(range(5, 40))
    assert list(feed(batch_at, range(3, 3), threads)) == []


def test_feed_stops_its_threads_and_passes_errors():
    before = threading.active_count()
    batches = feed(lambda step: 1 / (step - 3), range(10**6), threads=2)
    with pytest.raises(ZeroDivisionError):
        for _ in batches:
            pass
    assert threading.active_count() == before
    batches = feed(lambda step: step, range(10**6), threads=2)
    next(batches)
    batches.close()
    assert threading.active_count() == before


@pytest.mark.parametrize("terminal", [True, False])
def test_records(tmp_path, terminal, monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal, raising=False)
    losses = {"discriminator/loss": 1.5, "generator/loss": 0.5}
    with metrics_log.Records(tmp_path, 0, 10, before=lambda step: 4 * step) as log:
        for step in (1, 2):
            log.advance(step)
            log.write(step, [losses])
        log.measured(2, [{"coverage/modes": 7}])
        log.measured(2, [{}])
        log.picture(2, np.zeros((4, 4, 3), np.uint8))
        log.say("a line")
    first, second, third = metrics_log.read_rows(tmp_path / "metrics.jsonl")
    assert (first["step"], first["images"]) == (1, 4)
    assert third["seconds"] >= second["seconds"] >= first["seconds"]
    assert second["generator/loss"] == 0.5
    assert (third["step"], third["coverage/modes"]) == (2, 7)
    told = capsys.readouterr().out
    assert "step 2: coverage/modes 7\n" in told
    assert "a line" in told
    assert list((tmp_path / "tensorboard").glob("events*"))
    with metrics_log.Records(
        tmp_path, 2, 10, before=lambda step: 4 * step
    ):  # ends with measures
        pass
    with metrics_log.Records(tmp_path, 1, 10, before=lambda step: 4 * step):
        pass
    assert metrics_log.read_rows(tmp_path / "metrics.jsonl") == [first]
