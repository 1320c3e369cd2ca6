"""The tool's private folder: for its owner alone whatever the umask, and no link that lies in it is followed."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from ..model.errors import ConfigError

_ELSEWHERE = "remove it; to keep private files in another place, set ORCHESTRATE_HOME"


def make(folder: Path) -> None:
    """This folder in it, and what is missing above it, for the owner alone. Raises OSError, and ConfigError for a link."""
    missing: list[Path] = []
    for place in (folder, *folder.parents):
        if place.is_symlink():
            raise ConfigError(
                "a symbolic link where a private folder of this tool belongs", where=str(place), hint=_ELSEWHERE
            )
        if not place.exists():
            missing.append(place)
    for place in reversed(missing):
        place.mkdir(mode=0o700, exist_ok=True)
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))


def open_file(path: str | Path, flags: int) -> int:
    """A descriptor of a file in it, also as the ``opener`` of open(). Raises OSError, and ConfigError for a link."""
    try:
        return os.open(path, flags | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        what = "a symbolic link where a private file of this tool belongs"
        raise ConfigError(what, where=str(path), hint="remove it") from None


def write(path: Path, text: str) -> None:
    with open(path, "w", opener=open_file, encoding="utf-8") as file:
        file.write(text)


def close(home: Path) -> None:
    """Shut the private folder itself to all but its owner, where that is us: an earlier umask may have left it open."""
    try:
        found = home.stat()
    except OSError:
        return
    if found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) & 0o077:
        home.chmod(0o700)
