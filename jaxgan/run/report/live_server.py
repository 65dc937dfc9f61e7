"""The page served while a run trains. Nothing is written."""

import hashlib
import http.server
import pathlib
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

from jaxgan.run.errors import RunError
from jaxgan.run.files import checkpoints, evaluations_log, metrics_log
from jaxgan.run.report import document

HOST = "127.0.0.1"
SECONDS = 5.0
"""Between two questions of the page, and at least between two answers made anew."""


class Newest:
    """The page's body, made again when the run has changed, but not too often."""

    def __init__(self, run: pathlib.Path, seconds: float = SECONDS):
        self._run, self._seconds = run, seconds
        self._lock = threading.Lock()
        self._time = -float("inf")
        self._seen: Any = None
        self._contents: document.Contents | None = None

    def contents(self) -> document.Contents:
        """Gathers what the page shows now."""
        with self._lock:
            seen = self._state()
            late = time.monotonic() - self._time >= self._seconds
            if self._contents is None or (late and seen != self._seen):
                self._contents = document.contents(self._run)
                self._seen, self._time = seen, time.monotonic()
            return self._contents

    def _state(self) -> Any:
        """Finds what changes whenever the page does."""
        files = [
            self._run / name for name in (metrics_log.METRICS, evaluations_log.FILE)
        ]
        sizes = [path.stat().st_size if path.is_file() else 0 for path in files]
        drawn = sum(1 for _ in self._run.glob("samples/**/step_*.png"))
        return sizes, drawn, checkpoints.steps(self._run)


def server(newest: Newest, port: int) -> http.server.ThreadingHTTPServer:
    """Makes a server of the page at '/', and of its body alone at '/body'.

    Raises:
      RunError: if the port is taken.
    """

    class Handler(_Handler):
        pages = {  # noqa: RUF012  nothing changes it
            "/": lambda: document.page(newest.contents(), SECONDS),
            "/body": lambda: document.body(newest.contents()),
        }

    try:
        return http.server.ThreadingHTTPServer((HOST, port), Handler)
    except (OSError, OverflowError) as error:
        raise RunError(f"--port: {port} cannot be used: {error}") from None


class _Handler(http.server.BaseHTTPRequestHandler):
    pages: dict[str, Callable[[], str]]

    def do_GET(self) -> None:
        """Answers; 304 if the asker has the newest already."""
        # Another site's page, under a name that resolves to this machine, may not read.
        if self.headers.get("Host", "").rpartition(":")[0] not in (HOST, "localhost"):
            self.send_error(403)
            return
        make = self.pages.get(self.path.partition("?")[0])
        if make is None:
            self.send_error(404)
            return
        try:
            content = make().encode()
        except Exception as error:  # the run may be half written: the next time, then
            self.send_error(503, explain=f"{type(error).__name__}: {error}")
            return
        tag = f'"{hashlib.sha256(content).hexdigest()}"'
        same = self.headers.get("If-None-Match") == tag
        self.send_response(304 if same else 200)
        self.send_header("ETag", tag)
        self.send_header("Cache-Control", "no-cache")
        if not same:
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if not same:
            self.wfile.write(content)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Stays silent."""


def serve(run: pathlib.Path, port: int) -> None:
    """Serves until Ctrl-C or SIGTERM.

    Models run on the CPU: accelerators are the training's.

    Raises:
      RunError: if the port is taken.
    """
    import jax

    from jaxgan.run.devices import xla

    jax.config.update("jax_platforms", "cpu")
    xla.set_up_xla()
    # Even where a shell has started it in the background, ignoring Ctrl-C.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        with server(Newest(run), port) as serving:
            address = f"http://{HOST}:{serving.server_address[1]}"
            print(f"{address} (Ctrl-C ends it)", flush=True)
            serving.serve_forever()
    except KeyboardInterrupt:
        print("\nended", flush=True)
