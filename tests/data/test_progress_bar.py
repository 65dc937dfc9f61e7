import sys

import pytest

from jaxgan.data import progress_bar as module
from jaxgan.data.progress_bar import progress_bar
from tests.data.test_download import Terminal


def test_goes_on_from_what_was_there(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress_bar("[a] file", 100, 40) as advance:
        advance(35)
    shown = sys.stderr.getvalue()
    assert "[a] file" in shown
    assert "75/100 bytes" in shown


def test_of_unknown_size(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress_bar("file", None) as advance:
        advance(35)
    assert "35/? bytes" in sys.stderr.getvalue()


@pytest.mark.parametrize(
    ("unit", "seconds"), [("images", -1.0), ("images", 99.0), ("bytes", -1.0)]
)
def test_those_who_see_no_bar_are_told(monkeypatch, capsys, unit, seconds):
    monkeypatch.setattr(module, "SECONDS", seconds)
    with progress_bar("decoding x", 1200, 0, unit) as advance:
        advance(8)
        advance(8)
    told = capsys.readouterr().err
    wanted = "decoding x: 1,200 images ...\ndecoding x: 1,200 images: done in 0 s\n"
    assert told == (wanted if (unit, seconds) == ("images", -1.0) else "")
