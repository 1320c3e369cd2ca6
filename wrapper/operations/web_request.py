"""One request to a server outside: no redirection is followed, since it would take a token or a message elsewhere, and
no word about a failure has the address, which may be a secret."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

SECONDS = 15.0  # for the connection, each pause of the server, and all of its answer
_READ = 4 * 1024 * 1024


@dataclass(frozen=True)
class WebRequest:
    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    data: bytes | None = None


@dataclass(frozen=True)
class WebAnswer:
    """An HTTP status, or 0 and in ``problem`` why there is none."""

    status: int
    body: bytes = b""
    problem: str = ""

    @property
    def well(self) -> bool:
        return 200 <= self.status < 300

    @property
    def words(self) -> str:
        """What it says, for a message; never the address."""
        if self.problem:
            return self.problem
        if 300 <= self.status < 400:
            return f"it answered {self.status}, a redirection, which is not followed"
        return f"it answered {self.status}"


Send = Callable[[WebRequest], WebAnswer]


def is_address(url: str) -> bool:
    """Whether this is an http or https URL that can be asked."""
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and url.isascii()
            and url.isprintable()
            and " " not in url
        )
    except ValueError:
        return False


def send(request: WebRequest, seconds: float = SECONDS) -> WebAnswer:
    """Send it, once. Raises nothing."""
    import urllib.error
    import urllib.request

    class NoRedirection(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    headers = {"User-Agent": "orchestrate", **request.headers}
    end = time.monotonic() + seconds
    try:
        made = urllib.request.Request(request.url, request.data, headers, method=request.method)  # noqa: S310
        with urllib.request.build_opener(NoRedirection).open(made, timeout=seconds) as found:
            return WebAnswer(found.status, _read(found, end))
    except urllib.error.HTTPError as error:
        error.close()
        return WebAnswer(error.code)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return WebAnswer(0, problem=_problem(error, seconds))


def _read(found: Any, end: float) -> bytes:
    """Until ``end``, however slowly it comes."""
    data = b""
    while part := found.read1(65536):
        data += part
        if len(data) > _READ or time.monotonic() > end:
            raise TimeoutError
    return data


def _problem(error: Exception, seconds: float) -> str:
    cause = getattr(error, "reason", error)
    if isinstance(cause, TimeoutError):
        return f"no answer within {seconds:g} seconds"
    if isinstance(cause, socket.gaierror):
        return "its host name is not known"
    if isinstance(cause, ssl.SSLError):
        return f"TLS: {cause.reason}"
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return type(error).__name__
