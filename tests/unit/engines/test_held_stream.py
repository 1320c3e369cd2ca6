"""A held stream and the response above it are closed together."""

from __future__ import annotations

import http.client
import socket
from typing import Any

import pytest

from wrapper.engines.held_stream import close_stream


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
