"""A held stream and the response above it are closed together."""

from __future__ import annotations

import http.client
import socket
from types import SimpleNamespace
from typing import Any

import pytest

from wrapper.engines.held_stream import HeldStream, close_stream


@pytest.fixture
def response() -> Any:
    """What the daemon answers to an attach, as docker-py reads it."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\n\r\n")
        made = http.client.HTTPResponse(ours)
        made.begin()
        yield made


def test_the_response_is_closed_with_its_stream(response: http.client.HTTPResponse) -> None:
    stream: Any = response.fp.raw
    stream._response = response
    close_stream(stream)
    assert stream.closed and response.closed, (
        "one that is not closed yet flushes, when it is collected, what is closed below"
    )


def test_a_stream_without_its_response_is_closed_too(response: http.client.HTTPResponse) -> None:
    stream: Any = response.fp.raw
    close_stream(stream)
    assert stream.closed
    response.fp = None  # type: ignore[assignment]


def test_one_that_cannot_be_closed_ends_nothing() -> None:
    class Gone:
        def close(self) -> None:
            raise BrokenPipeError

    close_stream(Gone())


HEAD = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\n\r\n"
OUT, ERR = b"\1\0\0\0\0\0\0\4fine", b"\2\0\0\0\0\0\0\5wrong"
NOTHING = b"\1\0\0\0\0\0\0\0"


@pytest.mark.parametrize(
    ("with_head", "later"),
    [(OUT + ERR, b""), (b"", OUT + ERR), (OUT[:3], OUT[3:] + ERR), (OUT + ERR[:10], ERR[10:]), (OUT + NOTHING, ERR)],
)
def test_what_comes_with_the_head_of_the_answer_is_heard(with_head: bytes, later: bytes) -> None:
    """docker-py reads the socket below http.client, which may have read more than the head."""
    ours, theirs = socket.socketpair()
    with ours:
        theirs.sendall(HEAD + with_head)
        answer = http.client.HTTPResponse(ours)
        answer.begin()
        assert answer.fp is not None
        below: Any = answer.fp.raw  # type: ignore[attr-defined]
        below._response = SimpleNamespace(raw=SimpleNamespace(_fp=answer), close=answer.close)
        stream = HeldStream(below)
        theirs.sendall(later)
        theirs.close()
        assert list(stream.frames()) == [(False, b"fine"), (True, b"wrong")]
        stream.close()


def test_a_terminal_has_no_frames() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.sendall(b"$ ")
        stream = HeldStream(ours)
        assert (stream.is_ready, stream.recv(10)) == (False, b"$ ")
        stream.close()
