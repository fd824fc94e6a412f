# SPDX-License-Identifier: Apache-2.0
"""An HTML file served on this machine only, which reloads itself in the browser when it was made anew.

The page asks for /state once a second, and reloads when the answer is another one; a page that the server was ended
behind stays as it is. The file itself is not changed: what reloads it is put in on the way.
"""

from __future__ import annotations

import hashlib
import html
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_LOCAL = ("127.0.0.1", "localhost")
_RELOAD = """<script>
(() => {
  const state = "STATE";
  setInterval(async () => {
    try {
      const answer = await fetch("/state", { cache: "no-store" });
      if (answer.ok && (await answer.text()) !== state) location.reload();
    } catch { /* the server has ended */ }
  }, 1000);
})();
</script>
"""
_BANNER = '<pre style="white-space:pre-wrap;border:2px solid currentColor;padding:.5em;margin:.5em 0">TEXT</pre>\n'
_EMPTY = "<!doctype html><html><head><meta charset='utf-8'><title>Ingot</title></head><body></body></html>\n"


class LivePage:
    """Serves one HTML file at `address` until `close`. port: 0 for any that is free. Raises OSError for one in use."""

    def __init__(self, page: Path, port: int = 0) -> None:
        self._page = page
        self.tell(["building"])
        live = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host = self.headers.get("Host", "").rpartition(":")[0]
                if host not in _LOCAL:  # a page of another site that a name server leads here
                    self.send_error(403)
                elif self.path == "/":
                    self._answer(live.text().encode(), "text/html")
                elif self.path == "/state":
                    self._answer(live.state().encode(), "text/plain")
                else:
                    self.send_error(404)

            def _answer(self, body: bytes, kind: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing: the console is the build's."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/"

    def tell(self, lines: Sequence[str]) -> None:
        """The file is done: it is shown as it is now, with these lines above it, until the next call."""
        self._lines = tuple(lines)
        try:
            self._content = self._page.read_text(encoding="utf-8")
        except OSError:
            self._content = _EMPTY

    def state(self) -> str:
        """Another text whenever the page has to be shown anew."""
        return hashlib.sha256("\n".join([*self._lines, self._content]).encode()).hexdigest()

    def text(self) -> str:
        """The file with what is told and what reloads it."""
        banner = _BANNER.replace("TEXT", html.escape("\n".join(self._lines))) if self._lines else ""
        head, body, rest = self._content.partition("<body>")
        return f"{head}{body}\n{banner}{rest}".replace("</body>", _RELOAD.replace("STATE", self.state()) + "</body>")

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
