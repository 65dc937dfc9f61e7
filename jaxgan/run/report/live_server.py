"""The page served while a run trains. Nothing is written."""

import contextlib
import hashlib
import http.server
import pathlib
import re
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from jaxgan.run.errors import RunError, warn
from jaxgan.run.files import checkpoints, evaluations_log, metrics_log
from jaxgan.run.report import document

HOST = "127.0.0.1"
NAMES = r"(127\.0\.0\.1|localhost):\d{1,5}"
"""By which this machine is asked; the port may be another one, through a tunnel."""
CONNECTIONS = 32
"""At once; more are dropped."""
QUESTION = 10.0
"""Seconds in which a question must be asked,"""
ANSWER = 60.0
"""and its answer taken."""
EXPLORER = "explorer"
"""The folder of a run that `jaxgan explore` writes, which is served too."""
KINDS = {
    **{".html": "text/html; charset=utf-8", ".css": "text/css", ".png": "image/png"},
    **{".js": "text/javascript", ".mjs": "text/javascript"},
    **{".wasm": "application/wasm", ".onnx": "application/octet-stream"},
}
"""Of its files."""
SECONDS = 5.0
"""Between two questions of the page, and at least between two answers made anew."""


class Newest:
    """The page's body, made again when the run has changed, but not too often."""

    def __init__(self, run: pathlib.Path, seconds: float = SECONDS):
        self.run, self._seconds = run, seconds
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
                self._contents = document.contents(self.run)
                self._seen, self._time = seen, time.monotonic()
            return self._contents

    def _state(self) -> Any:
        """Finds what changes whenever the page does."""
        files = [
            self.run / name for name in (metrics_log.METRICS, evaluations_log.FILE)
        ]
        sizes = [path.stat().st_size if path.is_file() else 0 for path in files]
        drawn = sum(1 for _ in self.run.glob("samples/**/step_*.png"))
        return sizes, drawn, checkpoints.steps(self.run)


class _Server(http.server.ThreadingHTTPServer):
    """Answers few at a time, and waits for nobody for long."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, *arguments: Any):
        self._lock_of_asking = threading.Lock()
        self._asking: dict[socket.socket, float] = {}
        self._places = threading.BoundedSemaphore(CONNECTIONS)
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Starts a thread for a connection, if there are not too many."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        with self._lock_of_asking:
            self._asking[request] = time.monotonic()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answers in a thread."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.asked(request)
            self._places.release()

    def asked(self, request: socket.socket) -> None:
        """Notes that a question was read to its end."""
        with self._lock_of_asking:
            self._asking.pop(request, None)

    def service_actions(self) -> None:
        """Drops, twice a second, whoever has not asked in time, byte by byte or not."""
        late = time.monotonic() - QUESTION
        with self._lock_of_asking:
            slow = [one for one, start in self._asking.items() if start < late]
        for request in slow:
            with contextlib.suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stays silent about those who leave; tells of anything else in one line."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            warn(f"--live: {type(error).__name__}: {error}")


def server(newest: Newest, port: int) -> http.server.ThreadingHTTPServer:
    """Makes a server of the page at '/', of its body alone at '/body', of the explorer.

    Raises:
      RunError: if the port is taken.
    """

    class Handler(_Handler):
        explorer = newest.run / EXPLORER
        pages = {  # noqa: RUF012  nothing changes it
            "/": lambda: document.page(newest.contents(), SECONDS),
            "/body": lambda: document.body(newest.contents()),
        }

    try:
        return _Server((HOST, port), Handler)
    except (OSError, OverflowError) as error:
        raise RunError(f"--port: {port} cannot be used: {error}") from None


class _Handler(http.server.BaseHTTPRequestHandler):
    pages: dict[str, Callable[[], str]]
    explorer: pathlib.Path
    timeout = QUESTION
    server: _Server

    def do_GET(self) -> None:
        """Answers; 304 if the asker has the newest already."""
        self.server.asked(self.connection)
        self.connection.settimeout(ANSWER)
        # Another site's page, under a name that resolves to this machine, may not read.
        hosts = self.headers.get_all("Host") or [""]
        if len(hosts) != 1 or not re.fullmatch(NAMES, hosts[0]):
            self.send_error(403)
            return
        name = self.path.partition("?")[0]
        file = self._file(name)
        make = file.read_bytes if file else self.pages.get(name)
        if make is None:
            self.send_error(404)
            return
        try:
            made = make()
            content = made.encode(errors="replace") if isinstance(made, str) else made
        except Exception as error:  # the run may be half written: the next time, then
            self.send_error(503, explain=f"{type(error).__name__}: {error}")
            return
        tag = f'"{hashlib.sha256(content).hexdigest()}"'
        same = self.headers.get("If-None-Match") == tag
        self.send_response(304 if same else 200)
        self.send_header("ETag", tag)
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        if not same:
            self.send_header("Content-Type", KINDS[file.suffix if file else ".html"])
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if not same:
            self.wfile.write(content)

    def _file(self, name: str) -> pathlib.Path | None:
        """Finds a file of the explorer, which lies in its folder and nowhere else."""
        folder, _, rest = name.removeprefix("/").partition("/")
        path = (self.explorer / rest).resolve()
        inside = path.is_relative_to(self.explorer.resolve()) and path.is_file()
        known = folder == EXPLORER and path.suffix in KINDS
        return path if known and inside else None

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
