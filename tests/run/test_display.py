"""What a run shows, on a terminal, in a pipe and in a notebook."""

import base64
import io
import re
import sys
import threading
import time
import types

import numpy as np
import pytest
from PIL import Image

from jaxgan.diagnosis import names
from jaxgan.run import display, notebook, progress

ROW = {
    "step": 5,
    names.IMAGES_PER_SECOND: 1234.5,
    "discriminator/loss": 1.5,
    "generator/loss": 0.5,
}
PICTURE = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands until it is moved."""
    now = types.SimpleNamespace(seconds=time.monotonic())
    monkeypatch.setattr(display.time, "monotonic", lambda: now.seconds)
    return now


def show_all(shown, clock):
    """The life of a display."""
    shown.say("a line")
    shown.compiling()
    clock.seconds += 12
    shown.compiled()
    for step in range(1, 6):
        shown.advance(step)
    shown.show(ROW)
    shown.picture(PICTURE)
    shown.close()


def test_lines(clock, capsys):
    show_all(display.display(0, 10), clock)
    assert capsys.readouterr().out.splitlines() == [
        "a line",
        "compiling",
        "compiled in 12.0 s",
        "step 5/10  1234 images/s  discriminator 1.5 · generator 0.5",
    ]


def test_the_bar_ticks_while_nothing_else_moves(clock, monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("TERM", "xterm")
    before = threading.active_count()
    shown = display.display(0, 10)
    assert threading.active_count() > before
    shown.compiling()
    for seconds in (3, 17):
        clock.seconds += seconds
        time.sleep(0.6)  # two refreshes, by the clock that is not set
    shown.compiled()
    shown.close()
    assert threading.active_count() == before
    text = stream.getvalue()
    assert text.index("compiling, 3 s") < text.index("compiling, 20 s")
    assert text.rindex("compiling") < text.index("compiled in 20 s")


def test_the_bar_says_and_shows(clock, monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("TERM", "xterm")
    show_all(display.display(0, 10), clock)
    text = stream.getvalue()
    assert "a line" in text
    assert "step 5/10" in text
    assert "1234 images/s  D 1.5 · G 0.5" in text


def test_what_lasts_is_said(capsys, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 0.05)
    shown = display.display(0, 10)
    with shown.busy("saving"):
        time.sleep(0.3)
    first, last = capsys.readouterr().out.splitlines()
    assert first == "saving"
    assert re.fullmatch(r"saving: \d+\.\d s", last)


def test_what_is_quick_is_not_said(capsys):
    shown = display.display(0, 10)
    with shown.busy("saving"), progress.lasting("restoring"):
        pass
    assert capsys.readouterr() == ("", "")


def test_a_terminal_shows_what_lasts_and_forgets_it(monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "PATIENCE", 0.01)
    monkeypatch.setattr(progress, "REFRESH", 0.01)
    with progress.lasting("restoring"):
        time.sleep(0.3)
    text = stream.getvalue()
    assert text.startswith("\rrestoring, 0 s\r")
    assert text.endswith("\r\x1b[K")
    assert "\n" not in text


def test_the_bar_shows_what_lasts(clock, monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("TERM", "xterm")
    shown = display.display(0, 10)
    shown.show(ROW)
    for seconds in (1, 30):
        with shown.busy("saving"):
            clock.seconds += seconds
            time.sleep(0.6)  # two refreshes, by the clock that is not set
    time.sleep(0.6)
    shown.close()
    text = stream.getvalue()
    assert "saving, 30 s" in text
    assert "saving, 1 s" not in text
    assert text.rindex("saving") < text.rindex("D 1.5")


@pytest.fixture
def notebook_output(monkeypatch):
    """What a notebook is told to show, one entry per update."""
    outputs = []

    def show(bundle, raw, display_id):
        assert raw
        assert display_id
        outputs.append(bundle)
        update = lambda bundle, raw: outputs.append(bundle)  # noqa: E731
        return types.SimpleNamespace(update=update)

    ipython = types.ModuleType("IPython")
    ipython.get_ipython = lambda: types.SimpleNamespace(kernel=object())
    ipython.display = types.SimpleNamespace(display=show)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    return outputs


def test_the_panel_of_a_notebook(notebook_output, clock, capsys):
    show_all(display.display(0, 10), clock)
    assert capsys.readouterr().out == "a line\n"
    lines = [bundle["text/plain"] for bundle in notebook_output]
    assert lines[0] == "step 0/10  compiling"
    assert lines[1] == "step 0/10  compiled in 12 s"
    assert lines[-1] == "step 5/10  1234 images/s  D 1.5 · G 0.5"
    html = notebook_output[-1]["text/html"]
    assert '<progress value="5" max="10">' in html
    data = html.split("base64,")[1].split('"')[0]
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
    np.testing.assert_array_equal(shown, PICTURE)


def test_the_panel_is_updated_now_and_then(notebook_output, clock):
    shown = display.display(0, 10**6)
    for step in range(1000):
        clock.seconds += 0.01
        shown.advance(step)
    assert 1 < len(notebook_output) <= 1000 * 0.01 / notebook.SECONDS


def test_a_terminal_of_ipython_is_no_notebook(monkeypatch):
    ipython = types.ModuleType("IPython")
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    for shell in (None, types.SimpleNamespace(kernel=None)):
        ipython.get_ipython = lambda shell=shell: shell
        assert notebook.output() is None
