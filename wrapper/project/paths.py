"""What stands at a path: nothing, a plain file or a folder. What is there and can be neither is an error with its path, never
taken for absent; a pipe is never waited for.

Knows what the system says of a path; knows no project.
"""

from __future__ import annotations

import errno
import os
import stat
from itertools import chain
from pathlib import Path

from ..model.errors import ConfigError, NotFoundError, OrchestrateError

FILE, FOLDER, PIPE, DEVICE, NOTHING = "a file", "a folder", "a pipe", "a device", ""
_KINDS = {
    stat.S_IFREG: FILE,
    stat.S_IFDIR: FOLDER,
    stat.S_IFIFO: PIPE,
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: DEVICE,
    stat.S_IFBLK: DEVICE,
}


def kind(path: Path, where: str) -> str:
    """FILE, FOLDER, another kind in words, or NOTHING. An error where a link leads nowhere or the system refuses to look;
    ``where`` is what the user calls the path."""
    try:
        return _KINDS.get(stat.S_IFMT(os.stat(path).st_mode), "no plain file")
    except FileNotFoundError:
        _check_links(path, where)
        return NOTHING
    except OSError as error:
        raise unreadable(error, where) from None


def is_file(path: Path, where: str) -> bool:
    """Whether a plain file stands here; False where nothing does."""
    return _is(FILE, path, where)


def is_folder(path: Path, where: str) -> bool:
    return _is(FOLDER, path, where)


def read(path: Path, where: str) -> bytes:
    """The bytes of a plain file."""
    try:
        if not is_file(path, where):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        with open(path, "rb", opener=_at_once) as file:
            return file.read()
    except OSError as error:
        raise unreadable(error, where) from None


def entries(folder: Path, where: str) -> list[Path]:
    """What stands in a folder, by name; nothing where there is no folder."""
    try:
        return [folder / name for name in sorted(os.listdir(folder))] if is_folder(folder, where) else []
    except OSError as error:
        raise unreadable(error, where) from None


def unreadable(error: OSError, where: str) -> OrchestrateError:
    if error.errno == errno.ELOOP:
        return ConfigError("a symbolic link that leads to itself", where=where, hint="remove the link")
    hint = "check its permissions, and those of the folders above it" if error.errno == errno.EACCES else ""
    return NotFoundError(f"cannot read it: {error.strerror}", where=where, hint=hint)


def _is(wanted: str, path: Path, where: str) -> bool:
    found = kind(path, where)
    if found not in (wanted, NOTHING):
        hint = (
            "write to a file what comes through it, and name that"
            if found == PIPE
            else f"put {wanted} there, or remove it"
        )
        raise ConfigError(f"{found} where {wanted} belongs", where=where, hint=hint)
    return found == wanted


def _check_links(path: Path, where: str) -> None:
    """Nothing is at the end of this path: that is so too where a link on the way leads nowhere, which is an error."""
    for place in chain([path], path.parents):
        if os.path.islink(place) and not os.path.exists(place):
            raise NotFoundError(
                f"{place.name} is a symbolic link to {os.readlink(place)}, which is not there",
                where=where,
                hint="make what it leads to, or remove the link",
            )
        if os.path.exists(os.path.dirname(place)):
            return


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # what has become a pipe since is not waited for
