"""The caller's real terminal, joined to a process in a container: raw mode, window size, nothing else."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import sys
import termios
import tty
from collections.abc import Iterator
from typing import Any


def attach(client: Any, exec_id: str) -> None:
    """Run the exec'ed process with our standard streams until it ends. Without a terminal standard
    input is passed on as it is, to its end."""
    terminal = sys.stdin.isatty()
    stream = client.exec_start(exec_id, tty=terminal, socket=True)
    sock = getattr(stream, "_sock", stream)
    sock.settimeout(None)
    with _raw() if terminal else contextlib.nullcontext(), _sized(client, exec_id, terminal):
        _copy(sock, terminal)
    stream.close()


def _copy(sock: Any, terminal: bool) -> None:
    from docker.utils.socket import next_frame_header, read_exactly

    reading = [sock, sys.stdin.fileno()]
    while True:
        ready = select.select(reading, [], [])[0]
        if sock in ready:
            if terminal:
                data, error = sock.recv(65536), False
            else:
                kind, size = next_frame_header(sock)
                data, error = (read_exactly(sock, size) if size > 0 else b""), kind == 2
            if not data:
                return
            os.write(2 if error else 1, data)
        if sys.stdin.fileno() in ready:
            typed = os.read(sys.stdin.fileno(), 4096)
            if typed:
                sock.sendall(typed)
            else:
                reading.remove(sys.stdin.fileno())
                _close_writing(sock)


def _close_writing(sock: Any) -> None:
    import socket

    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def _raw() -> Iterator[None]:
    before = termios.tcgetattr(sys.stdin.fileno())
    tty.setraw(sys.stdin.fileno())
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, before)


@contextlib.contextmanager
def _sized(client: Any, exec_id: str, terminal: bool) -> Iterator[None]:
    def resize(*_: object) -> None:
        size = shutil.get_terminal_size()
        with contextlib.suppress(Exception):
            client.exec_resize(exec_id, height=size.lines, width=size.columns)

    if not terminal:
        yield
        return
    before = signal.signal(signal.SIGWINCH, resize)
    resize()
    try:
        yield
    finally:
        signal.signal(signal.SIGWINCH, before)
