"""The page is served while the run grows, to this machine, and nothing is written."""

import contextlib
import html
import http.client
import json
import signal
import subprocess
import sys
import threading

import pytest

pytest.importorskip("plotly", reason="jaxgan[report] is not installed")
pytest.importorskip("jinja2", reason="jaxgan[report] is not installed")

from jaxgan.run.files import metrics_log
from jaxgan.run.report import live_server
from tests.run.conftest import environment

ROW = {"images": 8, "seconds": 1.0, "discriminator/loss": 1.0}


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    identity = {"experiment": "points", "variant": "ring", "config": {"seed": 0}}
    (folder / "config.json").write_text(json.dumps(identity))
    grow(folder, 1)
    return folder


def grow(run, step):
    with (run / metrics_log.METRICS).open("a") as file:
        file.write(json.dumps({"step": step, **ROW}) + "\n")


@contextlib.contextmanager
def served(run, seconds=0.0):
    with live_server.server(live_server.Newest(run, seconds), 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def get(port, path, host="127.0.0.1", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    with contextlib.closing(connection):
        connection.request("GET", path, headers={"Host": f"{host}:{port}", **headers})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.headers["ETag"]


def test_the_page_follows_the_run(run):
    files = set(run.iterdir())
    with served(run) as port:
        status, page, _ = get(port, "/")
        assert status == 200
        assert "connect-src 'self'" in html.unescape(page)
        assert f'data-refresh="{live_server.SECONDS}"' in page
        _, first, tag = get(port, "/body")
        assert first in page
        assert get(port, "/body", **{"If-None-Match": tag})[:2] == (304, "")
        grow(run, 1234)
        status, second, other = get(port, "/body", **{"If-None-Match": tag})
        assert status == 200
        assert "1,234" in second
        assert "1,234" not in first
        assert other != tag
        assert get(port, "/config.json")[0] == 404
        assert get(port, "/", host="evil.test")[0] == 403
        (run / "config.json").write_text("{")
        grow(run, 1235)
        assert get(port, "/body")[0] == 503  # and the server lives on
        assert get(port, "/nothing")[0] == 404
    assert set(run.iterdir()) == files


def test_it_is_not_made_anew_all_the_time(run):
    with served(run, seconds=1000.0) as port:
        first = get(port, "/body")
        grow(run, 2)
        assert get(port, "/body") == first


@pytest.fixture
def alone(run):
    """The command in a process of its own, that ignores Ctrl-C as it starts."""
    command = (
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); "
        "from jaxgan.run.commands import cli; cli.main()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", command, "report", str(run), "--live", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        yield process
        process.kill()


def test_interrupting_it_is_no_error(alone):
    address = alone.stdout.readline()
    assert address.startswith("http://127.0.0.1:")
    port = int(address.split()[0].rpartition(":")[2])
    assert get(port, "/")[0] == 200
    alone.send_signal(signal.SIGINT)
    out, err = alone.communicate(timeout=120)
    assert (alone.returncode, out.strip(), err) == (0, "ended", "")
