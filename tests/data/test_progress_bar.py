import sys

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
