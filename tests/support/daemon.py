"""The Docker daemon behind a socket of ours, for what befalls a connection to it."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from pathlib import Path


class Daemon:
    """Stands before the Docker daemon. When it dies it takes every connection along, and no new one is answered. ``late``: seconds
    that the answer to an exec waits for what comes after it, and then they come in one piece, as to a busy client."""

    def __init__(self, path: Path, late: float = 0.0) -> None:
        self._late = late
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(64)
        self._open: list[socket.socket] = []
        self.address = f"unix://{path}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                ours, _ = self._listener.accept()
            except OSError:
                return
            theirs = socket.socket(socket.AF_UNIX)
            theirs.connect(os.environ.get("DOCKER_HOST", "").removeprefix("unix://") or "/var/run/docker.sock")
            self._open += [ours, theirs]
            for ends in ((ours, theirs, 0.0), (theirs, ours, self._late)):
                threading.Thread(target=_pass_on, args=ends, daemon=True).start()

    def die(self) -> None:
        # shutdown as well: a thread that waits in accept() would keep a closed socket listening
        for one in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def _pass_on(source: socket.socket, target: socket.socket, late: float) -> None:
    try:
        while data := source.recv(65536):
            if late and data.startswith(b"HTTP/1.1 101 "):
                time.sleep(late)
                with contextlib.suppress(BlockingIOError):
                    data += source.recv(65536, socket.MSG_DONTWAIT)
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return
