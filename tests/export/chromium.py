"""A browser without a screen, by the DevTools protocol over a pair of pipes.

Protocol: https://chromedevtools.github.io/devtools-protocol/; with ``--remote-debugging-pipe``
Chromium reads messages from descriptor 3 and writes them to 4, each ended by a NUL.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_OPTIONS = (
    "--headless",
    "--remote-debugging-pipe",
    # It runs as whoever runs the tests, in a container as root.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
)
_CODES = {" ": 32, "Tab": 9, "Enter": 13, "Escape": 27, "ArrowLeft": 37, "ArrowRight": 39}
_SHIFT = 8


def chromium() -> str | None:
    """The path of a browser; None where none is installed."""
    return next((found for each in _NAMES if (found := shutil.which(each))), None)


class Browser:
    """A browser with one page, in a profile of its own. To be closed.

    Attributes:
        events: what it has told since the last :meth:`open`: exceptions, entries of its log,
            requests.
        address: the address that was opened last, up to a #.
    """

    def __init__(self) -> None:
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        its_input, self._to = os.pipe()
        self._from, its_output = os.pipe()
        # The shell gives the pipes the numbers that the browser reads and writes.
        command = f'exec "$0" "$@" 3<&{its_input} 4>&{its_output}'
        browser = [str(chromium()), *_OPTIONS, f"--user-data-dir={self._profile.name}"]
        self._process = subprocess.Popen(
            ["bash", "-c", command, *browser],
            pass_fds=(its_input, its_output),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(its_input)
        os.close(its_output)
        self._number = 0
        self._rest = b""
        self.address = ""
        self._session: dict[str, str] = {}
        self.events: list[dict] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = {"sessionId": attached["sessionId"]}
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def close(self) -> None:
        """End the browser."""
        os.close(self._to)
        self._process.terminate()
        self._process.wait()
        os.close(self._from)
        self._profile.cleanup()

    def open(
        self,
        path: Path,
        width: int = 1400,
        height: int = 900,
        *,
        dark: bool = True,
        behind: str = "",
    ) -> None:
        """Show a file in a window of so many pixels, and wait until it is loaded. ``behind`` is
        the end of its address, from a # on."""
        offline = {"latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
        self.call("Network.emulateNetworkConditions", offline=True, **offline)
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 500,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.events.clear()
        # A file is loaded anew only under an address that differs before its #.
        self.address = f"{path.absolute().as_uri()}?{self._number}"
        self.call("Page.navigate", url=self.address + behind)
        while not any(each["method"] == "Page.loadEventFired" for each in self.events):
            self._take(self._read())

    def call(self, method: str, **parameters) -> dict:
        """The result of a method of the protocol."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters, **self._session}
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]
            self._take(answer)

    def value(self, expression: str):
        """The value of a JavaScript expression, by way of JSON."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, (expression, found["exceptionDetails"])
        return found["result"].get("value")

    def text(self, selector: str) -> str:
        """The text of the first element that a selector of CSS finds."""
        return self.value(f"document.querySelector({json.dumps(selector)}).textContent")

    def press(self, *keys: str) -> None:
        """Press keys, by what the browser calls them, such as ``n`` or ``shift+ArrowRight``."""
        for key in keys:
            *shift, name = key.split("+") if len(key) > 1 else [key]
            event = {
                "key": name,
                "modifiers": _SHIFT if shift else 0,
                "windowsVirtualKeyCode": _CODES.get(name, ord(name[0])),
            }
            if len(name) == 1:
                event["text"] = name
            self.call("Input.dispatchKeyEvent", type="keyDown", **event)
            self.call("Input.dispatchKeyEvent", type="keyUp", **event)

    def wait_for(self, expression: str) -> None:
        """Wait until a JavaScript expression is true; pytest ends a test in which it never is."""
        waits = f"new Promise((done) => {{ const look = () => {expression} ? done(1) : "
        waits += "requestAnimationFrame(look); look(); })"
        self.call("Runtime.evaluate", expression=waits, awaitPromise=True)

    def picture(self, path: Path, whole: bool = False) -> None:
        """Save what the window shows, or the whole page, as PNG."""
        found = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(found["data"]))

    @property
    def problems(self) -> list[dict]:
        """What went wrong on the page since it was opened: exceptions and complaints."""
        wrong = ("Runtime.exceptionThrown", "Log.entryAdded")
        return [each["params"] for each in self.events if each["method"] in wrong]

    @property
    def requests(self) -> list[str]:
        """The addresses that the page has asked for since it was opened, itself among them."""
        asked = [each for each in self.events if each["method"] == "Network.requestWillBeSent"]
        return [each["params"]["request"]["url"] for each in asked]

    def _take(self, message: dict) -> None:
        if "method" in message:
            self.events.append(message)

    def _read(self) -> dict:
        while b"\0" not in self._rest:
            piece = os.read(self._from, 1 << 20)
            assert piece, "the browser has ended"
            self._rest += piece
        message, _, self._rest = self._rest.partition(b"\0")
        return json.loads(message)
