"""The WSGI server in front of moto: one request at a time, our own routes, an honest answer to unknown actions, and
fault injection.

Knows WSGI and the wire formats of an AWS error; does not know what any AWS service does.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import re
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from .faults import Fault, Faults
from .iam_actions import action_of
from .response_replay import RecordedResponse, Replay

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Route = Callable[[bytes], dict[str, Any]]

ROUTES = "/_orchestrate/"
SCOPE = re.compile(r"Credential=[^/]*/[^/]*/(?P<region>[^/]*)/(?P<service>[^/]*)/")
_STATUSES = {status.value for status in HTTPStatus}
log = logging.getLogger("sandbox")


class Gateway:
    """moto's back ends share plain dictionaries between threads, so that two conditional writes could both win.

    One lock around the whole of moto makes every request atomic, as S3 promises for ``If-None-Match``.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
    """

    def __init__(
        self,
        aws: Application,
        routes: dict[str, Route],
        faults: Faults | None = None,
        pages: dict[str, Callable[[], str]] | None = None,
    ) -> None:
        self._aws = aws
        self._routes = routes
        self._pages = pages or {}
        self._faults = faults or Faults()
        self._replay = Replay()
        self.actions: set[str] = set()  # of IAM, of every request so far: not their requests, which would be millions
        self.lock = threading.Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        body = read_body(environ)
        with self.lock:
            if environ["PATH_INFO"].startswith(ROUTES):
                return self._control(environ, start_response, body)
            return self._simulate(environ, start_response, body)

    def _control(self, environ: Environ, start_response: StartResponse, body: bytes) -> Iterable[bytes]:
        name = environ["PATH_INFO"].removeprefix(ROUTES)
        route = self._routes.get(name)
        if name in self._pages:
            return answer(start_response, "200 OK", "text/html; charset=utf-8", self._pages[name]().encode())
        if route is None:
            return answer(start_response, "404 Not Found", "application/json", b"{}")
        try:
            reply = route(body)
        except (ValueError, TypeError, KeyError) as error:
            return answer(start_response, "400 Bad Request", "application/json", error_json("BadRequest", str(error)))
        return answer(start_response, "200 OK", "application/json", json.dumps(reply).encode())

    def tell_actions(self, _body: bytes) -> dict[str, Any]:
        """A route: the actions since it was asked last."""
        seen, self.actions = sorted(self.actions), set()
        return {"actions": seen}

    def _simulate(self, environ: Environ, start_response: StartResponse, body: bytes) -> Iterable[bytes]:
        name = name_of(environ, body)
        self.actions.add(action_of(name))
        fault = self._faults.of(name)
        if fault:
            if fault.lost:
                self._carried_out_unheard(environ)
            if not fault.code:
                raise ConnectionResetError  # no answer at all: the server closes the connection
            return refused(environ, start_response, fault)
        again = self._replay.of(environ)
        if again:
            log.warning("answered again, as before: %s", name)
            start_response(again.status, list(again.headers))
            return [again.body]
        try:
            return self._carried_out(environ, start_response, body)
        except NotImplementedError:
            return not_simulated(environ, start_response, body)
        except Exception:
            log.exception("500 %s: the simulation broke", name)
            return broken(environ, start_response, body)

    def _carried_out(self, environ: Environ, start_response: StartResponse, body: bytes) -> Iterable[bytes]:
        head: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            head[:] = [status, tuple(headers)]
            return noting(start_response, environ, body)(status, headers, exc_info)

        said = list(self._aws(environ, start))
        self._replay.keep(environ, RecordedResponse(head[0], head[1], b"".join(said)))
        return said

    def _carried_out_unheard(self, environ: Environ) -> None:
        """And not remembered: S3, unlike most of AWS, knows no request again."""
        with contextlib.suppress(NotImplementedError):
            list(self._aws(environ, lambda *_: None))


def read_body(environ: Environ) -> bytes:
    """Reads it before the lock is taken, so that a slow client keeps no other one waiting."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if not length:
        return b""
    body: bytes = environ["wsgi.input"].read(length)
    if len(body) < length:
        raise ConnectionResetError  # the client is gone
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def noting(start_response: StartResponse, environ: Environ, body: bytes) -> StartResponse:
    """Logs what went wrong on the server's side, and nothing else: a fleet makes millions of good requests."""

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        if status[0] == "5":
            log.error("%s %s", status, name_of(environ, body))
        return start_response(status, headers, exc_info)

    return start


def not_simulated(environ: Environ, start_response: StartResponse, body: bytes) -> Iterable[bytes]:
    """501, which AWS SDKs do not retry; a 500 would be retried for minutes."""
    name = name_of(environ, body)
    log.error("501 %s is not simulated", name)
    return failure(
        environ, start_response, "501 Not Implemented", "NotImplemented", f"the sandbox does not simulate {name}"
    )


def broken(environ: Environ, start_response: StartResponse, body: bytes) -> Iterable[bytes]:
    message = f"the sandbox broke at {name_of(environ, body)}; its log says why"
    return failure(environ, start_response, "501 Not Implemented", "SandboxBroken", message)


def refused(environ: Environ, start_response: StartResponse, fault: Fault) -> Iterable[bytes]:
    status = f"{fault.status} {HTTPStatus(fault.status).phrase if fault.status in _STATUSES else 'Refused'}"
    return failure(environ, start_response, status, fault.code, fault.message)


def failure(environ: Environ, start_response: StartResponse, status: str, code: str, message: str) -> Iterable[bytes]:
    if "json" in environ.get("CONTENT_TYPE", ""):
        return answer(start_response, status, "application/x-amz-json-1.1", error_json(code, message))
    xml = _XML.get(service_of(environ), error_xml)
    return answer(start_response, status, "text/xml", xml(code, message))


def error_json(code: str, message: str) -> bytes:
    return json.dumps({"__type": code, "message": message}).encode()


def error_xml(code: str, message: str) -> bytes:
    error = f"<Error><Type>Receiver</Type><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    return f"<ErrorResponse>{error}<RequestId>sandbox</RequestId></ErrorResponse>".encode()


def error_xml_bare(code: str, message: str) -> bytes:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"""
    return f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>".encode()


def error_xml_listed(code: str, message: str) -> bytes:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"""
    errors = f"<Errors>{error_xml_bare(code, message).decode()}</Errors>"
    return f"<Response>{errors}<RequestID>sandbox</RequestID></Response>".encode()


_XML: dict[str, Callable[[str, str], bytes]] = {"s3": error_xml_bare, "ec2": error_xml_listed}


def answer(start_response: StartResponse, status: str, content_type: str, body: bytes) -> Iterable[bytes]:
    start_response(status, [("Content-Type", content_type), ("Content-Length", str(len(body)))])
    return [body]


def name_of(environ: Environ, body: bytes) -> str:
    """``service:Action`` of a request, from its signature scope and its target header, form or path."""
    target = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    return f"{service_of(environ)}:{target or form_action(environ, body) or method_and_path(environ)}"


def service_of(environ: Environ) -> str:
    scope = SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    return scope["service"] if scope else "unsigned"


def form_action(environ: Environ, body: bytes) -> str:
    if "x-www-form-urlencoded" not in environ.get("CONTENT_TYPE", ""):
        return ""
    return parse_qs(body.decode("utf-8", "replace")).get("Action", [""])[0]


def method_and_path(environ: Environ) -> str:
    query = environ.get("QUERY_STRING", "").partition("=")[0]
    return f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}" + (f"?{query}" if query else "")
