"""An HTTP server of files in memory, which can be told to misbehave."""

import http.server
import threading


class LocalServer(http.server.ThreadingHTTPServer):
    """Serves `files`, by path; notes all (path, range) that it is asked for.

    Attributes:
      files: contents by path, without the first slash.
      asked: what clients wanted, in order.
      cut: after so many bytes of a body the connection is closed; None: never.
      ranges: whether parts of files are sent when they are asked for.
      lengths: whether sizes are told.
      gate: answers wait until it is set.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files, self.asked, self.cut = {}, [], None
        self.ranges = self.lengths = True
        self.gate = threading.Event()
        self.gate.set()
        self.url = f"http://127.0.0.1:{self.server_address[1]}/"

    def __enter__(self):
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *error):
        self.gate.set()
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    server: LocalServer

    def do_GET(self):
        name, wanted = self.path[1:], self.headers.get("Range")
        self.server.asked.append((name, wanted))
        self.server.gate.wait(10)
        if name not in self.server.files:
            self.send_error(404)
            return
        body = self.server.files[name]
        start = 0
        if wanted and self.server.ranges:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(body):
                self.send_error(416)
                return
        self.send_response(206 if wanted and self.server.ranges else 200)
        if self.server.lengths:
            self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        end = len(body) if self.server.cut is None else start + self.server.cut
        self.wfile.write(body[start:end])
        self.close_connection = True

    def log_message(self, *words):
        pass
