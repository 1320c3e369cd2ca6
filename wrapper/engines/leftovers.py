"""What a killed run left in its run directory: values, and a plan with them in clear. The next command of any layer of the project
removes it; a run that goes on is left alone.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from ..terraform.commands import BACKEND_FILE, PLAN_FILE, VALUES_FILE

SECRET = (VALUES_FILE, PLAN_FILE, "inputs")
_DAY = 86_400.0  # seconds after which nothing of a killed run can still be writing


def find(home: Path) -> list[Path]:
    """Files and folders that killed runs left below the project's private folder."""
    return [path for lock in _unended(home) for path in _in(lock.parent)]


def remove(home: Path) -> list[Path]:
    """Remove them. Says which."""
    removed = []
    for lock in _unended(home):
        found = _in(lock.parent)
        for path in found:
            with contextlib.suppress(OSError):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
                removed.append(path)
        if not found and time.time() - lock.stat().st_mtime > _DAY:
            with contextlib.suppress(OSError):
                os.truncate(lock, 0)  # it need not be looked at again
    return removed


def _unended(home: Path) -> Iterator[Path]:
    """The lock files of runs that did not empty theirs, while no process holds them."""
    for lock in sorted(home.glob("runs/*/*/*/lock")):
        with contextlib.suppress(OSError):
            if lock.stat().st_size and not lock.is_symlink():
                with lock.open("rb") as file:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                    yield lock


def _in(run_home: Path) -> list[Path]:
    """In the run's work directory, which is the folder with its backend."""
    for folder, names, files in os.walk(run_home / "tree"):
        names[:] = [n for n in names if n != ".terraform"]
        if BACKEND_FILE in files:
            return [Path(folder, n) for n in SECRET if os.path.lexists(Path(folder, n))]
    return []
