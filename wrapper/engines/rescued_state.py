"""A state that had no place in the run directory, because its disk is full: kept in a file elsewhere, for its owner alone, with
a link to it in the run directory.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from ..model.errors import UnavailableError

_LASTING = "/var/tmp"  # outlives a restart of the machine, unlike /tmp (Filesystem Hierarchy Standard)


def keep(link: Path, data: bytes, folders: Iterable[str] | None = None) -> Path | None:
    """The file in which the state is now; None where no folder has room for it."""
    for folder in folders or (_LASTING, tempfile.gettempdir(), str(Path.home())):
        with contextlib.suppress(OSError):
            file = _written(folder, data)
            with contextlib.suppress(OSError):
                link.unlink(missing_ok=True)
                link.symlink_to(file)
            return file
    return None


def _written(folder: str, data: bytes) -> Path:
    handle, name = tempfile.mkstemp(prefix="orchestrate-errored-", suffix=".tfstate", dir=folder)  # 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        os.unlink(name)
        raise
    return Path(name)


def bring(link: Path) -> None:
    """Put the state where the link is: a container sees nothing else. The file elsewhere is removed then."""
    if not link.is_symlink():
        return
    file, partial = link.readlink(), link.with_name(f".{link.name}.partial")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
            opened.write(file.read_bytes())
            opened.flush()
            os.fsync(opened.fileno())
        partial.rename(link)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise UnavailableError(
            f"cannot copy the state that was saved elsewhere: {error.strerror}",
            where=str(file),
            hint=f"free disk space in {link.parent}, then push it again",
        ) from None
    file.unlink(missing_ok=True)
