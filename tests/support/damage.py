"""Every way a name can be there without being a plain file that can be read."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

SEALED = {"a sealed file", "a sealed folder"}
DAMAGES = {
    "a dangling link": 66,
    "a loop": 65,
    "a folder": 65,
    "a pipe": 65,
    "a socket": 65,
    "a device": 65,
    "a sealed file": 66,
    "a sealed folder": 66,
}

_LIBC = ctypes.CDLL(None, use_errno=True)
_SEES_EVERYTHING = 0b110  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: linux/capability.h


def damage(file: Path, how: str) -> None:
    """Put that in the place of a file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if how not in SEALED:
        file.unlink(missing_ok=True)
    if how == "a dangling link":
        file.symlink_to("nowhere")
    elif how == "a loop":
        file.symlink_to(file.name)
    elif how == "a folder":
        file.mkdir()
    elif how == "a pipe":
        os.mkfifo(file)
    elif how == "a socket":
        os.mknod(file, stat.S_IFSOCK | 0o600)
    elif how == "a device":
        file.symlink_to("/dev/null")
    else:
        file.touch()
        (file if how == "a sealed file" else file.parent).chmod(0)


@contextlib.contextmanager
def as_anybody(root: Path) -> Iterator[None]:
    """Permissions hold here, for root too; and what waits for a pipe's other end fails. Below ``root`` all is opened again."""
    header, sets = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    _LIBC.capget(header, sets)
    effective = sets[0]
    sets[0] &= ~_SEES_EVERYTHING
    assert _LIBC.capset(header, sets) == 0, os.strerror(ctypes.get_errno())
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(20)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        sets[0] = effective
        _LIBC.capset(header, sets)
        _open_again(root)


def _open_again(folder: Path) -> None:
    folder.chmod(0o700)
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            _open_again(Path(entry.path))


def _too_long(signum: int, frame: object) -> None:
    raise AssertionError("it waits for a pipe")
