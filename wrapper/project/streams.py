"""What is handed over through standard input, a pipe or a device: it can be read once only, so it is read once, with a bound on
its size and on how long it may be silent.

Knows descriptors; knows nothing of what it reads.
"""

from __future__ import annotations

import os
from pathlib import Path

from ..model.errors import ConfigError, NotFoundError
from . import paths

STDIN = ("-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")
LIMIT = 4 << 20  # bytes
SILENCE = 60.0  # seconds
_CHUNK = 1 << 16


def is_stdin(name: str) -> bool:
    return name in STDIN


def read(name: str, where: str, silence: float = SILENCE, descriptor: int = 0) -> bytes:
    """All that comes until the end. ``descriptor``: that of standard input. ConfigError where nothing comes, or too much;
    NotFoundError where nothing is said for ``silence`` seconds and no person types it."""
    opened = descriptor if is_stdin(name) else _open(Path(name), where)
    try:
        data = _all(opened, where, None if os.isatty(opened) else silence)
    except OSError as error:
        raise paths.unreadable(error, where) from None
    finally:
        if opened != descriptor:
            os.close(opened)
    return data


def _open(path: Path, where: str) -> int:
    """Without waiting for a program that writes to it."""
    try:
        return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise paths.unreadable(error, where) from None


def _all(descriptor: int, where: str, silence: float | None) -> bytes:
    import select

    found = b""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    while len(found) <= LIMIT:
        if not poll.poll(None if silence is None else silence * 1000):
            raise NotFoundError(
                f"nothing came through it for {silence:g} seconds",
                where=where,
                hint="start the program that writes to it, or name a file",
            )
        data = os.read(descriptor, _CHUNK)
        if not data:
            return found
        found += data
    raise ConfigError(f"more than {LIMIT >> 20} MiB", where=where, hint="values are small; is it the right one?")
