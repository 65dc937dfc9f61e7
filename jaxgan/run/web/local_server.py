"""A page's folder, served to this machine alone."""

import contextlib
import functools
import http.server
import pathlib
import webbrowser
from typing import ClassVar

HOST = "127.0.0.1"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """Files of a folder, without a line for each."""

    extensions_map: ClassVar[dict[str, str]] = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".mjs": "text/javascript",
        ".js": "text/javascript",
        ".wasm": "application/wasm",
    }

    def log_message(self, format, *args):
        """Says nothing."""


def made(folder: pathlib.Path, port: int = 0) -> http.server.ThreadingHTTPServer:
    """Makes the server; 0 is any port that is free."""
    handler = functools.partial(_Quiet, directory=str(folder))
    return http.server.ThreadingHTTPServer((HOST, port), handler)


def serve(folder: pathlib.Path) -> None:
    """Serves, and opens a browser, until it is interrupted."""
    with made(folder) as server:
        address = f"http://{HOST}:{server.server_port}/"
        print(f"{address}  (interrupt to end)", flush=True)
        webbrowser.open(address)
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()
