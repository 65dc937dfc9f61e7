"""Signals end what has nothing to save at once and in a line, and save the rest."""

import contextlib
import signal
import subprocess
import sys
import threading
import time

import pytest

from jaxgan.run.training import stop_signals
from jaxgan.run.training.stop_signals import Interrupted, Interrupts
from tests.run.conftest import ROOT, environment, finish

NAMED = ("SIGINT", "SIGTERM", "SIGHUP")


@pytest.fixture(autouse=True)
def nothing_is_left():
    handlers = [signal.getsignal(number) for number in stop_signals.SIGNALS]
    threads, hook = threading.active_count(), sys.unraisablehook  # others may end
    yield
    assert [signal.getsignal(number) for number in stop_signals.SIGNALS] == handlers
    assert threading.active_count() <= threads
    assert sys.unraisablehook == hook
    assert signal.set_wakeup_fd(-1) == -1


@pytest.mark.parametrize("command", [False, True])
@pytest.mark.parametrize("name", NAMED)
def test_the_first_is_remembered_where_there_is_work(name, command):
    number = signal.Signals[name]
    with Interrupts(command=command) as interrupts:
        interrupts.has_work = True
        assert interrupts.received is None
        signal.raise_signal(number)
        assert interrupts.received == number
        signal.raise_signal(number)  # at once: a launcher's echo
        assert interrupts.received == number


@pytest.mark.parametrize("command", [False, True])
@pytest.mark.parametrize("name", NAMED)
def test_without_work_it_ends_what_is_done(name, command):
    number = signal.Signals[name]
    with pytest.raises(Interrupted) as error, Interrupts(command=command):
        signal.raise_signal(number)
    assert (error.value.number, error.value.code) == (number, 128 + number)
    assert str(error.value) == f"interrupted ({name})"


def swallow(has_work):
    with Interrupts() as interrupts:
        interrupts.has_work = has_work
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        raise ImportError("an extension that was interrupted, or a fault")


def test_what_an_extension_makes_of_it_is_still_an_interrupt():
    for has_work, told in ((False, Interrupted), (True, ImportError)):
        with pytest.raises(told):
            swallow(has_work)


def test_the_second_one_interrupts_the_caller(monkeypatch):
    monkeypatch.setattr(stop_signals, "ECHO", 0.0)
    with Interrupts() as interrupts:
        interrupts.has_work = True
        signal.raise_signal(signal.SIGINT)
        time.sleep(0.001)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_an_ignored_hangup_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interrupts() as interrupts:
            signal.raise_signal(signal.SIGHUP)
            assert interrupts.received is None
    finally:
        signal.signal(signal.SIGHUP, before)


def test_processes_agree_upon_any_of_them():
    for number in stop_signals.SIGNALS:
        wanted = stop_signals.proposal(number, late=True)
        assert wanted > stop_signals.TIME_IS_UP > 0
        assert stop_signals.reason(wanted) == (number.name, 128 + number)
    assert stop_signals.reason(stop_signals.proposal(None, True)) == ("minutes", 0)
    assert stop_signals.reason(stop_signals.proposal(None, False)) == ("done", 0)


DEAF = """
import hashlib, sys
from jaxgan.run.training import stop_signals
stop_signals.GRACE = 0.1
with stop_signals.Interrupts(command=True) as interrupts:
    interrupts.forget = lambda: print("forgotten", flush=True)
    interrupts.has_work = len(sys.argv) > 1
    print("at work", flush=True)
    hashlib.pbkdf2_hmac("sha256", b"a", b"b", 10**9)
"""


def deaf(*arguments):
    """Starts what lets other threads run, as a compiler does, and hears no signal."""
    process = subprocess.Popen(
        [sys.executable, "-c", DEAF, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "at work\n"
    time.sleep(0.2)  # until it is
    return process


def test_c_code_that_hears_nothing_is_ended():
    process = deaf()
    process.send_signal(signal.SIGTERM)
    code, out, err = finish(process, timeout=30)
    assert (code, out) == (143, "forgotten\n")
    assert err == "interrupted (SIGTERM)\n"


def test_the_second_one_ends_what_has_work():
    process = deaf("has work")
    for name in (*["SIGHUP"] * 3, "SIGINT"):
        assert process.poll() is None
        process.send_signal(signal.Signals[name])
        time.sleep(2 * stop_signals.ECHO)
    code, _, err = finish(process, timeout=30)
    assert code == 130
    assert err == (
        "interrupted (SIGINT), twice: steps after the newest checkpoint are lost\n"
    )


def test_a_signal_amid_a_line_is_told_too(capfd, monkeypatch):
    """As when it comes while a warning is written."""
    inner = sys.stderr

    class Writing:
        def isatty(self):
            return False

        def write(self, text):
            raise RuntimeError("reentrant call inside <_io.BufferedWriter>")

    monkeypatch.setattr(sys, "stderr", Writing())
    stop_signals.tell(Interrupted(signal.SIGINT))
    monkeypatch.setattr(sys, "stderr", inner)
    assert capfd.readouterr().err == "\ninterrupted (SIGINT)\n"


@pytest.mark.parametrize(
    "stage",
    [
        "import jax",
        *(
            pytest.param(name, marks=pytest.mark.slow)
            for name in ("compiling", "first")
        ),
    ],
)
def test_at_start_nothing_stays(stage, tmp_path):
    """While libraries load, while it compiles; the first step may be done by then."""
    run = tmp_path / "new" / "run"
    words = ["train", str(ROOT / "tests/run/points.py"), "--run-dir", str(run)]
    process = subprocess.Popen(
        [sys.executable, "-m", "jaxgan", *words, "--save-every", "1000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=environment() | {"JAX_ENABLE_COMPILATION_CACHE": "false"},
    )
    if stage == "import jax":
        time.sleep(0.5)
    else:
        assert process.stdout is not None
        while stage not in process.stdout.readline():
            assert process.poll() is None
    process.send_signal(signal.SIGINT)
    code, _, err = finish(process, timeout=60)
    assert code == 130
    assert err.endswith("interrupted (SIGINT)\n"), err
    assert "Traceback" not in err
    assert not run.exists()
