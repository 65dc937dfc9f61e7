"""How long exported models take in a browser: ONNX Runtime Web, in WebAssembly.

A page times them and sends what it found back to the server that it came from, which
answers this machine alone. Chromium runs without a window.
"""

import functools
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from jaxgan.run.web import engine, local_server

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = (
    *("--headless=new", "--no-first-run", "--no-sandbox", "--disable-gpu"),
    *("--disable-dev-shm-usage", "--disable-background-networking"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
PATIENCE = 300.0
"""Seconds until the page is given up."""
PAGE = """<!doctype html><meta charset="utf-8"><title>Latency</title>
<script src="engine/ort.wasm.min.js"></script><script>
const arrays = {float32: Float32Array, int32: Int32Array, int64: BigInt64Array};
async function timed(task) {
  const feeds = [];
  for (const one of task.models) {
    const session = await ort.InferenceSession.create(
      one.file, {executionProviders: ["wasm"]});
    const fed = {};
    for (const [name, {file, dims, type}] of Object.entries(one.inputs)) {
      const data = await (await fetch(file)).arrayBuffer();
      fed[name] = new ort.Tensor(type, new arrays[type](data), dims);
    }
    feeds.push([session, fed]);
  }
  const found = [];
  for (let round = 0; round <= task.rounds; round++) {
    const began = performance.now();
    for (let again = 0; again < task.repeats; again++)
      for (const [session, fed] of feeds) await session.run(fed);
    if (round) found.push((performance.now() - began) / task.repeats);
  }
  return found;
}
async function main() {
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = new URL("engine/", document.baseURI).href;
  const found = [];
  for (const task of await (await fetch("tasks.json")).json())
    found.push(await timed(task));
  return {found};
}
main().catch(error => ({error: String(error)})).then(
  answer => fetch("found", {method: "POST", body: JSON.stringify(answer)}));
</script>"""

Model = tuple[pathlib.Path, Mapping[str, np.ndarray]]
"""A file, and what it is given."""


def chromium() -> str | None:
    """The path of a Chromium, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def milliseconds(
    tasks: Sequence[Sequence[Model]], rounds: int, repeats: int = 5
) -> list[list[float]]:
    """Of each task, whose models run one after the other, in every round.

    Raises:
      SystemExit: if the page fails, or does not answer.
    """
    browser = chromium()
    assert browser is not None
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        engine.unpack(engine.archive(None), folder / engine.FOLDER)
        (folder / "index.html").write_text(PAGE)
        listed = [
            {
                "models": [
                    _placed(folder, f"{t}-{m}", *one) for m, one in enumerate(x)
                ],
                "rounds": rounds,
                "repeats": repeats,
            }
            for t, x in enumerate(tasks)
        ]
        (folder / "tasks.json").write_text(json.dumps(listed))
        answer = answered(browser, folder)
    if "found" not in answer:
        raise SystemExit(f"the browser says: {answer.get('error', 'nothing')}")
    return answer["found"]


def _placed(folder, name, model, inputs):
    """Copies a model and its inputs; what the page is told of them."""
    shutil.copy(model, folder / f"{name}.onnx")
    told = {}
    for key, array in inputs.items():
        file = f"{name}-{key}.bin"
        (folder / file).write_bytes(np.ascontiguousarray(array).tobytes())
        told[key] = {"file": file, "dims": array.shape, "type": array.dtype.name}
    return {"file": f"{name}.onnx", "inputs": told}


def answered(browser: str, folder: pathlib.Path) -> dict:
    """What the page of a folder sends back: JSON, posted to `found`."""
    told: dict = {}
    heard = threading.Event()

    def do_POST(handler):
        size = int(handler.headers["Content-Length"])
        told.update(json.loads(handler.rfile.read(size)))
        handler.send_response(204)
        handler.end_headers()
        heard.set()

    made = local_server.made(folder)
    quiet: Any = made.RequestHandlerClass
    handler: Any = type("Heard", (quiet.func,), {"do_POST": do_POST})
    made.RequestHandlerClass = functools.partial(handler, **quiet.keywords)
    with made, tempfile.TemporaryDirectory() as profile:
        _serving(made)
        address = f"http://{local_server.HOST}:{made.server_port}/index.html"
        command = [browser, *OPTIONS, f"--user-data-dir={profile}", address]
        process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            heard.wait(PATIENCE)
        finally:
            os.killpg(process.pid, 9)
            process.wait()
            made.shutdown()
    return told


def _serving(made: http.server.ThreadingHTTPServer) -> None:
    threading.Thread(target=made.serve_forever, daemon=True).start()
