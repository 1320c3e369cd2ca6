"""Where states live, seen as keys and bytes: a folder, or an S3 bucket. Knows nothing of what a state is."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shlex
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from ..aws.identity import Identity
from ..model.errors import NotFoundError
from ..model.stack import Stack
from ..project import paths
from .s3 import BucketStore


class Store(Protocol):
    """Where states live, seen as keys and bytes."""

    def read(self, key: str) -> bytes | None: ...
    def read_tagged(self, key: str) -> tuple[bytes, str] | None:
        """The object and its tag: another tag, another content."""
        ...

    def listing(self, prefix: str) -> dict[str, str]:
        """Every key below ``prefix`` and its tag: one request for a thousand."""
        ...

    def now(self) -> float:
        """The time in seconds since 1970, by the clock of where the states are: one clock for every machine."""
        ...

    def modified(self, key: str) -> float | None:
        """When the object was last written, in seconds since 1970; None where there is none."""
        ...

    def write(self, key: str, data: bytes) -> None: ...
    def write_if(self, key: str, data: bytes, tag: str | None) -> bool:
        """Write if the object still has this tag (None: if there is none), and say whether these bytes are there now: of
        many that read the same, one wins. To meet one's own bytes is to have won."""
        ...

    def put_if(self, key: str, data: bytes, tag: str | None) -> str | None:
        """As ``write_if``, and the tag that these bytes have now; None where another write was first."""
        ...

    def delete(self, key: str) -> None: ...
    def delete_if(self, key: str, tag: str) -> bool:
        """Remove the object if it still has this tag, and say whether it is gone: what another command has written since stays."""
        ...

    def restoring(self, key: str) -> str:
        """The command line that puts back the last version of an object before this one, if that was not empty; "" where
        none is known."""
        ...


class LocalStore:
    """A folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, key: str) -> bytes | None:
        return tagged[0] if (tagged := self.read_tagged(key)) else None

    def read_tagged(self, key: str) -> tuple[bytes, str] | None:
        file = self._folder / key
        if paths.kind(file, str(file)) != paths.FILE:  # a folder is the beginning of other keys
            return None
        with file.open("rb") as opened:  # tag and bytes of one and the same file, also while it is being replaced
            return opened.read(), _file_tag(os.fstat(opened.fileno()))

    def listing(self, prefix: str) -> dict[str, str]:
        below = self._folder / prefix.rpartition("/")[0]
        found = ((str(f.relative_to(self._folder)), f) for f in below.rglob("*") if f.is_file())
        return {key: _file_tag(file.stat()) for key, file in sorted(found) if key.startswith(prefix)}

    def now(self) -> float:
        return time.time()

    def modified(self, key: str) -> float | None:
        file = self._folder / key
        return file.stat().st_mtime if paths.kind(file, str(file)) == paths.FILE else None

    def write(self, key: str, data: bytes) -> None:
        with self._writable(self._folder / key) as file:
            file.write_bytes(data)

    def delete(self, key: str) -> None:
        (self._folder / key).unlink(missing_ok=True)
        (self._folder / (key + ".backup")).unlink(missing_ok=True)

    def delete_if(self, key: str, tag: str) -> bool:
        folder = (self._folder / key).parent
        if not folder.is_dir():
            return True
        with _alone(folder):
            found = self.read_tagged(key)
            if found and found[1] != tag:
                return False
            self.delete(key)
            return True

    def restoring(self, key: str) -> str:
        """Terraform keeps the state before beside it (developer.hashicorp.com/terraform/language/backend/local)."""
        file = self._folder / key
        backup = file.with_name(file.name + ".backup")
        kept = backup.is_file() and backup.stat().st_size
        return shlex.join(["cp", str(backup), str(file)]) if kept else ""

    def write_if(self, key: str, data: bytes, tag: str | None) -> bool:
        return self.put_if(key, data, tag) is not None

    def put_if(self, key: str, data: bytes, tag: str | None) -> str | None:
        with self._writable(self._folder / key) as file, _alone(file.parent):
            found = self.read_tagged(key)
            if (found[1] if found else None) != tag:
                return None
            _replace(file, data)
            return _file_tag(file.stat())

    @contextlib.contextmanager
    def _writable(self, file: Path) -> Iterator[Path]:
        """The file, its folder made; an OSError inside is a word about that folder."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.parent.mkdir(parents=True, exist_ok=True)
            yield file
        except OSError as error:
            hint = "see path in backend.tfvars"
            raise NotFoundError(f"cannot write there: {error.strerror}", where=str(self._folder), hint=hint) from None


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """No other process is in here: the folder itself is locked, so that no lock file stands among the states."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _replace(file: Path, data: bytes) -> None:
    """A reader sees the old bytes or the new ones, never half of them."""
    handle, draft = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        _later_than(file, draft)
        os.replace(draft, file)
    except BaseException:
        os.unlink(draft)
        raise


def _later_than(file: Path, draft: str) -> None:
    """The system's own times are as coarse as its tick; two writes within one would have one tag."""
    before = file.stat().st_mtime_ns if file.is_file() else 0
    stamp = max(time.time_ns(), before + 1)
    os.utime(draft, ns=(stamp, stamp))


def _file_tag(found: os.stat_result) -> str:
    return f"{found.st_mtime_ns:x}-{found.st_size:x}"


def open_store(stack: Stack, identity: Identity) -> Store:
    backend = stack.backend
    if backend.kind == "local":
        return LocalStore(Path(str(backend.config["path"])))
    return BucketStore(identity, backend, f"{stack.region} {stack.name}".strip())
