# SPDX-License-Identifier: Apache-2.0
"""Chromium without a window, driven over the W3C WebDriver protocol that chromedriver speaks."""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
needs_chromium = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="chromium or chromedriver is not installed")

_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Browser:
    """One window."""

    def __init__(self, address: str, width: int, height: int) -> None:
        self._address = address
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        arguments += [f"--window-size={width},{height}", "--force-device-scale-factor=1"]
        options = {"binary": CHROMIUM, "args": arguments}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        made = self._call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self._session = f"/session/{made['sessionId']}"

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self._address + path, data, {"Content-Type": "application/json"}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=90) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from None

    def do(self, path: str, body: Any) -> Any:
        """A command of the session."""
        return self._call("POST", self._session + path, body)

    def open(self, page: Path) -> None:
        self.do("/url", {"url": page.resolve().as_uri()})

    def script(self, text: str) -> Any:
        """What a piece of JavaScript returns."""
        return self.do("/execute/sync", {"script": text, "args": []})

    def emulate(self, *, scheme: str = "light", media: str = "") -> None:
        """Light or dark; media "print" for what a printer gets."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        parameters = {"media": media, "features": features}
        self.do("/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia", "params": parameters})

    def hover(self, selector: str) -> None:
        """Moves the mouse to the middle of the first element that the selector finds."""
        element = self.do("/element", {"using": "css selector", "value": selector})
        self.script(f"document.querySelector({json.dumps(selector)}).scrollIntoView({{block: 'center'}})")
        move = {"type": "pointerMove", "duration": 0, "origin": {_ELEMENT: element[_ELEMENT]}, "x": 0, "y": 0}
        self.do("/actions", {"actions": [{"type": "pointer", "id": "mouse", "actions": [move]}]})

    def touch(self, selector: str) -> None:
        """Touches the middle of the first element that the selector finds, with one finger."""
        element = self.do("/element", {"using": "css selector", "value": selector})
        move = {"type": "pointerMove", "duration": 0, "origin": {_ELEMENT: element[_ELEMENT]}, "x": 0, "y": 0}
        actions = [move, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        finger = {"type": "pointer", "id": "finger", "parameters": {"pointerType": "touch"}, "actions": actions}
        self.do("/actions", {"actions": [finger]})

    def press(self, key: str) -> None:
        """Presses a key by its name in JavaScript, where the focus is."""
        code = {"Enter": 13, "Escape": 27, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}[key]
        facts: dict[str, Any] = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        text = {"text": "\r"} if key == "Enter" else {}
        for kind, more in (("keyDown", text), ("keyUp", {})):
            parameters = {"type": kind, **facts, **more}
            self.do("/goog/cdp/execute", {"cmd": "Input.dispatchKeyEvent", "params": parameters})

    def resize(self, width: int, height: int) -> None:
        """The size of what is seen of the page, in CSS pixels."""
        parameters = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.do("/goog/cdp/execute", {"cmd": "Emulation.setDeviceMetricsOverride", "params": parameters})

    def console(self) -> list[str]:
        """Messages on the console since the last call; failed requests are among them."""
        return [entry["message"] for entry in self.do("/se/log", {"type": "browser"})]

    def screenshot(self, file: Path) -> None:
        """The whole page, not only what the window shows."""
        parameters = {"captureBeyondViewport": True, "format": "png"}
        taken = self.do("/goog/cdp/execute", {"cmd": "Page.captureScreenshot", "params": parameters})
        file.write_bytes(base64.b64decode(taken["data"]))

    def print_pages(self) -> bytes:
        """The page as PDF."""
        return base64.b64decode(self.do("/print", {}))

    def close(self) -> None:
        self._call("DELETE", self._session)


@contextlib.contextmanager
def browser(width: int = 1280, height: int = 900) -> Iterator[Browser]:
    """A browser for the time of the block."""
    with subprocess.Popen([str(DRIVER), "--port=0"], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            for line in process.stdout:
                if "started successfully on port" in line:
                    port = line.rsplit(" ", 1)[1].rstrip(".\n")
                    break
            else:
                raise AssertionError("chromedriver does not start")
            window = Browser(f"http://127.0.0.1:{port}", width, height)
            try:
                yield window
            finally:
                window.close()
                time.sleep(0.1)
        finally:
            process.terminate()
