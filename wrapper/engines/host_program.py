"""A program of the project's, run on this machine: heard line by line, bounded by time, and ended with all that it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from ..model.errors import UnavailableError

_GLANCE = 0.1  # seconds
_GRACE = 5.0  # seconds from SIGTERM to SIGKILL
_REST = 2.0  # seconds that the last lines are waited for: what it left behind may hold its output open


def run(
    argv: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    said: Callable[[str], None],
    pause: Callable[[float], None],
    grace: float = _GRACE,
) -> int:
    """Its exit code. ``pause`` sleeps, and raises when it must end: its processes are ended then. Nothing is on its stdin."""
    try:
        process = subprocess.Popen(
            list(argv),
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise UnavailableError(f"cannot start {argv[0]}: {getattr(error, 'strerror', None) or error}") from None
    assert process.stdout is not None
    reader = threading.Thread(target=_read, args=(process.stdout, said), daemon=True)
    try:
        reader.start()  # here: a signal may come while it starts
        while process.poll() is None:
            pause(_GLANCE)
    finally:
        _end(process, grace)
        if reader.ident:
            reader.join(_REST)
    return process.returncode if process.returncode >= 0 else 128 - process.returncode


def _read(stream: IO[bytes], said: Callable[[str], None]) -> None:
    with stream:
        for line in stream:
            said(line.decode(errors="replace").rstrip())


def _end(process: subprocess.Popen[bytes], grace: float) -> None:
    """And what it started, as far as that is in its group."""
    if process.poll() is not None:
        return
    _signal(process, signal.SIGTERM)
    end = time.monotonic() + grace
    while process.poll() is None and time.monotonic() < end:
        time.sleep(_GLANCE)
    _signal(process, signal.SIGKILL)
    process.wait()


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
