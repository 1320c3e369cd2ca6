"""One request to a server on loopback: what it sends, what it makes of each answer, and that no word has the address."""

from __future__ import annotations

import socket
import threading

import pytest
from web_server import Answer, serving

from wrapper.operations.web_request import WebAnswer, WebRequest, is_address, send

SECRET = "/hooks/T0/secret-token"
server_needed = pytest.mark.sandbox  # a test without a marker reaches no network, loopback either


@server_needed
def test_it_sends_what_it_is_given() -> None:
    with serving(lambda _: Answer(201, b"made")) as server:
        answer = send(WebRequest("PATCH", server.url + SECRET, {"X-Token": "t"}, b'{"a": 1}'))
    assert answer == WebAnswer(201, b"made") and answer.well
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.body) == ("PATCH", SECRET, b'{"a": 1}')
    assert (asked.headers["X-Token"], asked.headers["User-Agent"]) == ("t", "orchestrate")


@server_needed
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirection_is_not_followed(status: int) -> None:
    with serving(lambda _: Answer(200)) as other:
        with serving(lambda _: Answer(status, headers={"Location": f"{other.url}/elsewhere"})) as server:
            answer = send(WebRequest("POST", server.url + SECRET, {"X-Token": "t"}, b"{}"))
        assert (answer.status, answer.well, other.asked) == (status, False, [])
    assert answer.words == f"it answered {status}, a redirection, which is not followed"


@server_needed
def test_a_refusal_is_an_answer() -> None:
    with serving(lambda _: Answer(500, SECRET.encode())) as server:
        answer = send(WebRequest("POST", server.url + SECRET, data=b"{}"))
    assert (answer.status, answer.well, answer.words) == (500, False, "it answered 500")


@server_needed
def test_a_server_that_says_nothing() -> None:
    held = threading.Event()
    with serving(lambda _: Answer(hold=held)) as server:
        answer = send(WebRequest("POST", server.url + SECRET, data=b"{}"), seconds=0.2)
        held.set()
    assert answer.words == "no answer within 0.2 seconds"


@server_needed
def test_a_server_that_never_ends() -> None:
    with serving(lambda _: Answer(drip=True)) as server:
        answer = send(WebRequest("GET", server.url + SECRET), seconds=0.5)
    assert answer.words == "no answer within 0.5 seconds"


@server_needed
def test_a_server_that_is_not_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and nobody listens
        answer = send(WebRequest("POST", f"http://127.0.0.1:{taken.getsockname()[1]}{SECRET}", data=b"{}"))
    assert answer.words == "Connection refused"


@pytest.mark.parametrize(
    "url", ["http://x y/secret", "gopher://x/secret", "secret", "http://[::secret/", "http:///secret"]
)
def test_no_word_has_the_address(url: str) -> None:
    answer = send(WebRequest("POST", url, data=b"{}"))
    assert answer.status == 0 and answer.problem and "secret" not in f"{answer}{WebRequest('POST', url)!r}"


def test_what_is_an_address() -> None:
    assert all(map(is_address, ("https://hooks.example.com/a/b?c=d", "http://127.0.0.1:80")))
    assert not any(
        map(
            is_address,
            ("", "hooks.example.com", "file:///etc/passwd", "https://", "http://[x", "http://a b", "https://ä"),
        )
    )
