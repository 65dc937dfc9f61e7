"""Pages are served to this machine, and opened in its browser."""

import functools
import http.server
import threading
import urllib.request
import webbrowser

from jaxgan.run.commands import cli
from jaxgan.run.lesson import lesson_folder
from jaxgan.run.web import engine, local_server, page_files


def test_files_have_the_types_that_browsers_want(tmp_path):
    types = {
        "index.html": "text/html",
        "a.mjs": "text/javascript",
        "a.js": "text/javascript",
        "a.wasm": "application/wasm",
    }
    for name in types:
        (tmp_path / name).write_text(name)
    with local_server.made(tmp_path) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        home = f"http://{local_server.HOST}:{server.server_port}/"
        for name, kind in types.items():
            with urllib.request.urlopen(home + name) as answer:
                assert answer.read().decode() == name
                assert answer.headers["Content-Type"] == kind
        server.shutdown()
    assert local_server.HOST == "127.0.0.1"


def test_a_lesson_opens_a_browser(tmp_path, monkeypatch, capsys):
    seen = []

    def serve(server):
        seen.append(server.server_port)
        raise KeyboardInterrupt

    monkeypatch.setattr(webbrowser, "open", seen.append)
    monkeypatch.setattr(http.server.ThreadingHTTPServer, "serve_forever", serve)
    monkeypatch.setattr(engine, "found", lambda named: (None, "it is a test"))
    monkeypatch.setattr(lesson_folder, "moves", functools.cache(lesson_folder.moves))
    out = tmp_path / "lesson"
    cli.main(["lesson", "--out", str(out)])
    assert not seen
    cli.main(["lesson", "--out", str(tmp_path / "other"), "--open"])
    address, port = seen
    assert address == f"http://127.0.0.1:{port}/"
    said = capsys.readouterr()
    assert address in said.out
    assert "no live play: it is a test" in said.err


def test_the_pages_own_files_come_beside_the_shared_ones(tmp_path):

    page_files.copy(lesson_folder.PAGE, tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert {"page.css", "engine.js", "lesson.css", "index.html"} <= names
    assert not any(name.endswith(".json") for name in names)
