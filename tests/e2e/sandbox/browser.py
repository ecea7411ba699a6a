"""A headless Chromium, spoken to over its debugging protocol: open a page, run a script in it, take a picture."""

import base64
import json
import shutil
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@dataclass
class Page:
    connection: ClientConnection
    complaints: list[str] = field(default_factory=list)  # what the page's own console and the CSP reported
    last_id: int = 0

    def tell(self, method: str, **parameters: Any) -> dict[str, Any]:
        self.last_id += 1
        self.connection.send(json.dumps({"id": self.last_id, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.connection.recv(timeout=20))
            if message.get("id") == self.last_id:
                assert "error" not in message, message
                return message["result"]
            self._listen(message)

    def _listen(self, message: dict[str, Any]) -> None:
        parameters = message.get("params", {})
        if message["method"] == "Runtime.exceptionThrown":
            self.complaints.append(str(parameters["exceptionDetails"]))
        elif message["method"] == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            self.complaints.append(f"{parameters['entry']['text']} {parameters['entry'].get('url', '')}")

    def run(self, script: str) -> Any:
        """Run a script, wait for its promise, return its value."""
        told = self.tell(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True
        )
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def wait(self, condition: str, *, seconds: float = 8) -> None:
        """Wait until a condition holds in the page."""
        script = (
            "new Promise((done) => { const end = Date.now() + %d; const look = () => { let met = false;"
            " try { met = Boolean(%s); } catch { met = false; }"
            " if (met || Date.now() > end) done(met); else setTimeout(look, 20); }; look(); })"
        )
        assert self.run(script % (seconds * 1000, condition)), f"did not come true in the page: {condition}"

    def press(self, words: str, *, within: str = "body") -> None:
        """Press the newest visible button with these words."""
        chosen = (
            f"[...document.querySelectorAll({json.dumps(within + ' button')})]"
            f".filter((one) => one.offsetParent && (one.textContent.trim().startsWith({json.dumps(words)})"
            f" || one.ariaLabel === {json.dumps(words)})).at(-1)"
        )
        self.wait(chosen)
        self.run(f"{chosen}.click()")

    def size(self, width: int, height: int, *, dark: bool = False, touch: bool = False) -> None:
        self.tell(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=touch,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.tell("Emulation.setEmulatedMedia", features=[scheme])

    def picture(self, file: Path) -> None:
        file.write_bytes(base64.b64decode(self.tell("Page.captureScreenshot")["data"]))


@contextmanager
def browser(url: str) -> Iterator[Page]:
    """Start Chromium on ``url``; end it with the block."""
    assert CHROMIUM is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--mute-audio",
        ]
        quiet = ["--disable-background-networking", "--disable-component-update", "--no-first-run"]
        command = [
            CHROMIUM,
            *options,
            *quiet,
            "--remote-debugging-port=0",
            f"--user-data-dir={profile}",
            "about:blank",
        ]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        try:
            with connect(_page_of(process), max_size=None) as connection:
                page = Page(connection)
                for domain in ("Page", "Runtime", "Log"):
                    page.tell(f"{domain}.enable")
                page.tell("Page.navigate", url=url)
                yield page
        finally:
            process.terminate()
            process.wait(10)
            if process.stderr:
                process.stderr.close()


def _page_of(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    for line in process.stderr:
        if "DevTools listening on ws://" in line:
            port = line.split("ws://")[1].split("/")[0].rsplit(":", 1)[1]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=10) as answer:
                pages = [one for one in json.load(answer) if one["type"] == "page"]
            return pages[0]["webSocketDebuggerUrl"]
    raise AssertionError("Chromium did not start")
