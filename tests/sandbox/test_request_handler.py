"""A request and its answer on the wire: what a client may send, and what keeps a connection open."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from moto.core.request import EnvironHeaders

from wrapper.sandbox.gateway import read_body
from wrapper.sandbox.request_handler import RequestHandler


def echo(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
    """Answers what it was asked, with a wrong length; or as the path says."""
    if environ["PATH_INFO"] == "/lost":
        raise ConnectionResetError
    if environ["PATH_INFO"] == "/broken":
        raise ZeroDivisionError
    if environ["PATH_INFO"] == "/none":
        start("204 No Content", [])
        return [b"never sent"]
    names = ("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "RAW_URI", "CONTENT_LENGTH", "HTTP_X_ONE")
    said = {name: environ.get(name) for name in names}
    said |= {"body": read_body(environ).decode(), "kept": dict(EnvironHeaders(environ))}
    start("200 OK", [("Content-Length", "7"), ("x-amz-request-id", "r")])
    return [json.dumps(said).encode()[:5], json.dumps(said).encode()[5:]]


class OnAPair(RequestHandler):
    """A pair of sockets is no TCP."""

    disable_nagle_algorithm = False


@pytest.fixture
def line() -> Iterator[socket.socket]:
    """A client's end of a connection."""
    mine, theirs = socket.socketpair()
    mine.settimeout(60)
    thread = threading.Thread(target=serve, args=(theirs,))
    thread.start()
    yield mine
    mine.close()
    thread.join()


def serve(line: socket.socket) -> None:
    address = ("127.0.0.1", 80)
    server: Any = SimpleNamespace(
        app=echo, server_address=address, ssl_context=None, multithread=True, multiprocess=False
    )
    with line:
        OnAPair(line, address, server)


@pytest.fixture
def client(line: socket.socket) -> http.client.HTTPConnection:
    made = http.client.HTTPConnection("127.0.0.1")
    made.sock = line
    return made


def ask(client: http.client.HTTPConnection, *request: Any, **more: Any) -> Any:
    client.request(*request, **more)
    response = client.getresponse()
    return response.status, response.read()


def test_one_connection_carries_many_requests(line: socket.socket, client: http.client.HTTPConnection) -> None:
    for number in range(3):
        status, body = ask(client, "PUT", f"/a%20b%C3%A4/{number}?x=%2F&y", f"body {number}", {"X-One": "1"})
        said = json.loads(body)
        assert (status, said["REQUEST_METHOD"], said["body"], said["HTTP_X_ONE"]) == (200, "PUT", f"body {number}", "1")
        assert said["PATH_INFO"].encode("latin-1").decode() == f"/a bä/{number}", "as WSGI has it"
        assert (said["QUERY_STRING"], said["RAW_URI"]) == ("x=%2F&y", f"/a%20b%C3%A4/{number}?x=%2F&y")
        assert ask(client, "GET", "/none") == (204, b"")
        client.request("HEAD", "/")
        head = client.getresponse()
        assert (head.headers["Content-Length"], head.read()) == ("7", b""), (
            "of what GET would answer, as the application says"
        )
    assert client.sock is line


def test_a_body_of_chunks_is_whole(client: http.client.HTTPConnection) -> None:
    said = json.loads(ask(client, "POST", "/", iter([b"one ", b"two"]), encode_chunked=True)[1])
    assert (said["body"], said["CONTENT_LENGTH"]) == ("one two", "7")


def test_names_of_metadata_stay_as_they_were_written(client: http.client.HTTPConnection) -> None:
    kept = json.loads(ask(client, "GET", "/", headers={"x-amz-meta-my_key": "1", "X_One": "2"})[1])["kept"]
    assert kept["x-amz-meta-my_key"] == "1" and "2" not in kept.values()


@pytest.mark.parametrize("last", ["GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n"])
def test_a_client_ends_the_connection(line: socket.socket, last: str) -> None:
    assert sent(line, last.encode()).startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_body_is_waited_for(line: socket.socket) -> None:
    line.sendall(b"PUT / HTTP/1.1\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
    assert line.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert b'"body": "late"' in sent(line, b"late")


@pytest.mark.parametrize(
    "cut", [b"", b"GET /lost HTTP/1.1\r\n\r\n", b"PUT / HTTP/1.1\r\nContent-Length: 9\r\n\r\nshort"]
)
def test_no_answer_is_given(line: socket.socket, cut: bytes) -> None:
    assert sent(line, cut) == b""


def test_a_break_inside_is_answered(client: http.client.HTTPConnection) -> None:
    assert ask(client, "GET", "/broken") == (500, b"")
    assert ask(client, "GET", "/none") == (204, b""), "and the connection goes on"


def sent(line: socket.socket, text: bytes) -> bytes:
    line.sendall(text)
    line.shutdown(socket.SHUT_WR)
    return b"".join(iter(lambda: line.recv(4096), b""))
