"""Which providers Terraform has compared with the checksums of the lock file: by what the system says of their files, as git
knows a file that did not change (git-scm.com/docs/index-format, "stat" data). Knows no run.

What is written to, or laid in their place, has another time of change (ctime), which only the system sets.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

_FOLDER = ".terraform/providers"


def digest(work: Path, lock_file: Path) -> str:
    """Of a lock file and of the providers that ``init`` laid out for it; "" where one of them cannot be looked at."""
    try:
        return hashlib.sha256(repr((lock_file.read_bytes(), sorted(_files(work / _FOLDER)))).encode()).hexdigest()
    except OSError:
        return ""


def _files(top: Path) -> Iterator[tuple[str, int, int, int, int]]:
    """Those behind links too: a provider of a mirror is one."""
    for folder, _, names in os.walk(top, followlinks=True, onerror=_raise):
        for path in (os.path.join(folder, name) for name in names):
            found = os.stat(path)
            yield path, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _raise(error: OSError) -> None:
    raise error
