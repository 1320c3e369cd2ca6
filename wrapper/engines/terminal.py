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
from collections.abc import Callable, Iterator
from typing import Any

from .held_stream import HeldStream

# Ctrl-C empties the line, and ends a console whose line is empty: it gives back its lock, which no signal makes it do.
_HANG_UP = b"\x03\x03"


def attach(client: Any, exec_id: str, opened: Callable[[Callable[[], None]], None]) -> None:
    """Run the exec'ed process with our standard streams until it ends. Without a terminal standard
    input is passed on as it is, to its end. ``opened`` gets what ends it from our side."""
    terminal = sys.stdin.isatty()
    stream = HeldStream(client.exec_start(exec_id, tty=terminal, socket=True))
    opened(lambda: _end(stream.socket, terminal))
    with _raw() if terminal else contextlib.nullcontext(), _sized(client, exec_id, terminal):
        _copy(stream, terminal)
    stream.close()


def _copy(stream: HeldStream, terminal: bool) -> None:
    sock, reading = stream.socket, [stream.socket, sys.stdin.fileno()]
    while True:
        ready = select.select(reading, [], [], 0 if stream.is_ready else None)[0]
        if stream.is_ready or sock in ready:
            error, data = (False, stream.recv(65536)) if terminal else stream.frame()
            if not data:
                return
            with contextlib.suppress(OSError):  # no process may be there to read it any more
                os.write(2 if error else 1, data)
        if sys.stdin.fileno() in ready:
            keys = _keys()
            if keys:
                sock.sendall(keys)
            else:
                reading.remove(sys.stdin.fileno())
                _end(sock, terminal)


def _keys() -> bytes:
    """What was typed; nothing at its end, or when the terminal was closed."""
    try:
        return os.read(sys.stdin.fileno(), 4096)
    except OSError:
        return b""


def _end(sock: Any, terminal: bool) -> None:
    """A pipe has an end; the pseudo-terminal over there has none."""
    import socket

    with contextlib.suppress(OSError):
        sock.sendall(_HANG_UP) if terminal else sock.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def _raw() -> Iterator[None]:
    before = termios.tcgetattr(sys.stdin.fileno())
    tty.setraw(sys.stdin.fileno())
    try:
        yield
    finally:
        with contextlib.suppress(termios.error):  # the terminal may have been closed meanwhile
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
