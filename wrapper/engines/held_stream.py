"""A stream that the Docker daemon gave us to hold: the socket below an HTTP response."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator
from typing import Any


class HeldStream:
    """What a process that was exec'ed says, and is told. The engine's answer and the first words may come in one piece: Python's
    http.client has read them then, and docker-py, which reads the socket below it, would lose them."""

    def __init__(self, stream: Any) -> None:
        """``stream``: of docker-py's ``exec_start`` with ``socket=True``."""
        self._stream = stream
        self.socket = getattr(stream, "_sock", stream)
        self._read = _read_already(stream, self.socket)
        self.socket.settimeout(None)

    @property
    def is_ready(self) -> bool:
        """Whether something is here that no select on the socket tells of."""
        return bool(self._read)

    def recv(self, size: int) -> bytes:
        """At most so many bytes; none at the end."""
        if not self._read:
            return bytes(self.socket.recv(size))
        data, self._read = self._read[:size], self._read[size:]
        return data

    def frame(self) -> tuple[bool, bytes]:
        """Without a terminal: whether it is of standard error, and the data; none at the end.
        https://docs.docker.com/reference/api/engine/version/v1.43/#tag/Container/operation/ContainerAttach"""
        while len(head := self._exactly(8)) == 8:
            kind, size = struct.unpack(">BxxxL", head)
            if size:
                return kind == 2, self._exactly(size)
        return False, b""

    def frames(self) -> Iterator[tuple[bool, bytes]]:
        while (found := self.frame())[1]:
            yield found

    def close(self) -> None:
        close_stream(self._stream)

    def _exactly(self, size: int) -> bytes:
        found = b""
        while len(found) < size and (data := self.recv(size - len(found))):
            found += data
        return found


def _read_already(stream: Any, socket: Any) -> bytes:
    """What the response's own reader has; it is not read again."""
    # Over ssh there is no such reader; TLS says by an error that nothing is there yet.
    with contextlib.suppress(AttributeError, OSError):
        peek = stream._response.raw._fp.fp.peek
        socket.settimeout(0)
        return bytes(peek())
    return b""


def close_stream(stream: Any) -> None:
    """Close it by the response that it came in, where docker-py kept that. A response whose socket was closed below it fails
    when it is collected, and Python from 3.13 on prints that (docs.python.org/3/whatsnew/3.13.html#io)."""
    with contextlib.suppress(OSError):
        getattr(stream, "_response", stream).close()
