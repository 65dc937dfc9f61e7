"""The page is served while the run grows, to this machine, and nothing is written."""

import contextlib
import html
import http.client
import json
import signal
import socket
import struct
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


@pytest.mark.parametrize(
    "host",
    ["evil.test:80", "127.0.0.1", "127.0.0.1.evil.test:80", "localhost:x", "[::1]:80"],
)
def test_other_names_are_refused(run, host):
    """A page elsewhere whose name comes to mean this machine learns nothing."""
    with served(run) as port:
        for lines in ([f"Host: {host}"], [], [f"Host: localhost:{port}"] * 2):
            answer = said(port, "\r\n".join(["GET /body HTTP/1.0", *lines, "", ""]))
            assert b" 403 " in answer.split(b"\r\n")[0], lines
        for path in ("/../config.json", "//etc/passwd", "/body/../config.json", "/%2e"):
            assert get(port, path)[0] == 404


def said(port, text, linger=False):
    """Says something, and hears all that is answered."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(text if isinstance(text, bytes) else text.encode())
        if linger:
            gone = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, gone)
            return b""
        answer = b""
        with contextlib.suppress(ConnectionError):
            while part := connection.recv(2**16):
                answer += part
        return answer


@pytest.mark.parametrize(
    "text",
    [
        b"\x16\x03\x01\x02\x00" + bytes(200),
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 200 + b"\r\n",
        b"GET / HTTP/1.1\r\nx: " + b"y" * 70_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"\xff\xfe\n\n",
    ],
)
def test_nonsense_is_answered_or_dropped(run, text, capfd, monkeypatch):
    monkeypatch.setattr(live_server, "QUESTION", 0.3)
    with served(run) as port:
        first = said(port, text).split(b"\n")[0]
        assert b" 200 " not in first
        assert get(port, "/body")[0] == 200
    assert capfd.readouterr().err == ""


def test_who_leaves_is_not_missed(run, capfd):
    """Resets before, within and after a question; the server says nothing of them."""
    with served(run) as port:
        for text in (
            "",
            "GET / HT",
            f"GET / HTTP/1.0\r\nHost: localhost:{port}\r\n\r\n",
        ):
            for _ in range(5):
                said(port, text, linger=True)
        assert get(port, "/body")[0] == 200
    assert capfd.readouterr().err == ""


def test_idle_connections_are_dropped(run, monkeypatch):
    """Silent ones, those that ask a byte at a time, and more than there are places."""
    monkeypatch.setattr(live_server, "QUESTION", 0.3)
    monkeypatch.setattr(live_server, "CONNECTIONS", 3)
    with served(run) as port, contextlib.ExitStack() as stack:
        idle = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), 60))
            for _ in range(5)
        ]
        ended = threading.Event()

        def drip():
            with contextlib.suppress(OSError):
                while not ended.wait(0.05):
                    idle[0].sendall(b"x")

        thread = threading.Thread(target=drip)
        thread.start()
        for one in idle:
            with contextlib.suppress(ConnectionError):
                while one.recv(2**16):  # until it is dropped; else this times out
                    pass
        ended.set()
        thread.join()
        assert get(port, "/body")[0] == 200


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


def test_the_explorer_is_served_and_nothing_beside(run):
    folder = run / "explorer" / "models"
    folder.mkdir(parents=True)
    (run / "explorer" / "index.html").write_text("a page")
    (folder / "a.onnx").write_text("a model")
    (run / "explorer" / "secret.key").write_text("secret")
    (run / "explorer" / "link.html").symlink_to(run / "config.json")
    (run / "outside.html").write_text("outside")
    with served(run) as port:
        assert get(port, "/explorer/index.html")[:2] == (200, "a page")
        assert get(port, "/explorer/models/a.onnx?x")[:2] == (200, "a model")
        for path in (
            *("/explorer/secret.key", "/explorer/link.html", "/outside.html"),
            *(
                "/explorer/../outside.html",
                "/explorer",
                "/explorer/",
                "/other/index.html",
            ),
            *("/explorer//etc/hosts.html", "/explorer/none.html"),
        ):
            assert get(port, path)[0] == 404, path
        assert get(port, "/explorer/index.html", host="evil.test")[0] == 403
