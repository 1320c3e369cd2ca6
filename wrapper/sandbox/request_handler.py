"""What carries a request over a connection that stays open, as AWS's do.

http.server, werkzeug and moto read the request. werkzeug closes a connection after each, since an application may leave a body
unread; the gateway reads all of it.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler

log = logging.getLogger("sandbox")
BARE = (204, 304)  # answers that have no body


class RequestHandler(MotoRequestHandler):
    """Of one connection. A ConnectionError of the application ends it without an answer."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # the end of an answer waits for nothing
    wbufsize = -1  # head and body of an answer are sent as one

    def handle_expect_100(self) -> bool:
        asked_for = super().handle_expect_100()
        self.wfile.flush()
        return asked_for

    def run_wsgi(self) -> None:
        head: list[Any] = []
        body: list[bytes] = []

        def start(*given: Any) -> Callable[[bytes], object]:
            head[:] = given
            return body.append

        try:
            body.extend(self.server.app(self._environ(), start))
        except ConnectionError:
            raise
        except Exception:
            log.exception("500 %s %s: the sandbox broke", self.command, self.path)
            head[:], body[:] = ["500 Internal Server Error", []], []
        self._answer(head[0], head[1], b"".join(body))

    def _environ(self) -> dict[str, Any]:
        environ = self.make_environ()
        if "wsgi.input_terminated" in environ:  # it came in chunks
            body = environ["wsgi.input"].read()
            environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        return environ

    def _answer(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        """One to HEAD tells the length of what it leaves out."""
        code, _, words = status.partition(" ")
        is_head = self.command == "HEAD"
        has_body = not is_head and int(code) not in BARE
        self.send_response(int(code), words)
        for name, value in headers:
            if is_head or name.lower() != "content-length":
                self.send_header(name, value)
        if has_body:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if has_body:
            self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """One line per request would be megabytes for a fleet; the gateway logs what went wrong."""
