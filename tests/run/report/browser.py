"""Headless Chromium, driven over its own pipe: no driver, no web socket, no port."""

import base64
import json
import os
import pathlib
import select
import shutil
import subprocess
import time

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = (
    *("--headless=new", "--remote-debugging-pipe", "--no-first-run", "--no-sandbox"),
    *("--disable-dev-shm-usage", "--disable-background-networking"),
    *("--use-angle=swiftshader", "--enable-unsafe-swiftshader"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def find():
    """The path of a Chromium, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """One page. Use as a context manager.

    Attributes:
      problems: what the console complained about, and exceptions.
      requests: the addresses that were asked for.
    """

    def __init__(self, profile, timeout=150.0):
        there, self._write = os.pipe()
        self._read, back = os.pipe()
        command = [find(), *OPTIONS, f"--user-data-dir={profile}", "about:blank"]
        # It speaks on the file descriptors 3 and 4.
        script = f'exec "$@" 3<&{there} 4>&{back}'
        self._process = subprocess.Popen(
            ["bash", "-c", script, "browser", *command],
            pass_fds=(there, back),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(there)
        os.close(back)
        self._timeout, self._number, self._rest = timeout, 0, b""
        self.problems, self.requests = [], []
        self._session = None

    def __enter__(self):
        targets = self._call("Target.getTargets")["targetInfos"]
        target = next(one for one in targets if one["type"] == "page")
        self._session = self._call(
            "Target.attachToTarget", targetId=target["targetId"], flatten=True
        )["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable")
        return self

    def __exit__(self, *error):
        self._process.kill()
        self._process.wait()
        os.close(self._write)
        os.close(self._read)

    def size(self, width, height, phone=False):
        """Sets the window's size, in pixels of the style sheet."""
        self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=phone,
        )
        self._call("Emulation.setTouchEmulationEnabled", enabled=phone)

    def dark(self, dark):
        """Prefers dark pages, or light ones."""
        feature = {
            "name": "prefers-color-scheme",
            "value": "dark" if dark else "light",
        }
        self._call("Emulation.setEmulatedMedia", features=[feature])
        # Pages hear of it when they are painted, and unseen ones are not.
        self._call("Page.captureScreenshot", format="png")

    def open(self, address):
        """Opens a page, and waits until it is loaded."""
        self._call("Page.navigate", url=address)
        self.until("document.readyState === 'complete'")

    def evaluate(self, expression):
        """The value of a JavaScript expression; promises are waited for."""
        answer = self._call(
            "Runtime.evaluate",
            expression=expression,
            returnByValue=True,
            awaitPromise=True,
            userGesture=True,
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def until(self, expression):
        """Waits until an expression is true."""
        deadline = time.monotonic() + self._timeout
        while not self.evaluate(expression):
            assert time.monotonic() < deadline, f"never: {expression}"
            time.sleep(0.05)

    def picture(self, path, whole=False):
        """Saves a screenshot as PNG."""
        answer = self._call(
            "Page.captureScreenshot", format="png", captureBeyondViewport=whole
        )
        pathlib.Path(path).write_bytes(base64.b64decode(answer["data"]))

    def press(self, x, y, touch=False):
        """Presses a place of the window, by the mouse or a finger."""
        if touch:
            where = [{"x": x, "y": y}]
            self._call("Input.dispatchTouchEvent", type="touchStart", touchPoints=where)
            self._call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
            return
        button = {"x": x, "y": y, "button": "left", "clickCount": 1}
        for event in ("mousePressed", "mouseReleased"):
            self._call("Input.dispatchMouseEvent", type=event, **button)

    def key(self, name):
        """Presses a key, by its name in JavaScript."""
        codes = {"ArrowRight": 39, "ArrowLeft": 37, "Enter": 13}
        about = {"key": name, "code": name, "windowsVirtualKeyCode": codes[name]}
        for event in ("rawKeyDown", "keyUp"):
            self._call("Input.dispatchKeyEvent", type=event, **about)

    def _call(self, method, **parameters):
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._number:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]
            self._note(answer.get("method"), answer.get("params", {}))

    def _receive(self):
        deadline = time.monotonic() + self._timeout
        while b"\0" not in self._rest:
            left = deadline - time.monotonic()
            ready, _, _ = select.select([self._read], [], [], max(left, 0.0))
            assert ready, "the browser does not answer"
            part = os.read(self._read, 1 << 20)
            assert part, "the browser has ended"
            self._rest += part
        message, self._rest = self._rest.split(b"\0", 1)
        return json.loads(message)

    def _note(self, event, about):
        if event == "Runtime.exceptionThrown":
            self.problems.append(about["exceptionDetails"])
        elif event == "Runtime.consoleAPICalled" and about["type"] in (
            "error",
            "warning",
        ):
            self.problems.append(about["args"])
        elif event == "Log.entryAdded" and about["entry"]["level"] == "error":
            self.problems.append(about["entry"])
        elif event == "Network.requestWillBeSent":
            self.requests.append(about["request"]["url"])
