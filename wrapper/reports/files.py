"""Reports on disk: read, written whole or not at all, and tried before a run begins. No other module of the package opens
files.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from ..model.errors import NotFoundError, UsageError
from ..model.report import Report
from . import html, json, junit


@dataclass(frozen=True)
class ReportFiles:
    """Where a report goes, by form; None where it is not wanted."""

    json: Path | None = None
    junit: Path | None = None
    html: Path | None = None

    def __bool__(self) -> bool:
        return bool(self.wanted)

    @property
    def wanted(self) -> dict[str, Path]:
        targets = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: path for name, path in targets.items() if path is not None}


_FORMS: dict[str, Callable[[Report], str]] = {
    "json": json.text_of,
    "junit": junit.text_of,
    "html": html.text_of,
}


def read(path: Path) -> Report:
    """The report of a file. NotFoundError when there is none, ConfigError when it is something else."""
    try:
        text = path.read_bytes().decode("utf-8-sig", "replace")
    except OSError as error:
        raise NotFoundError(f"cannot read this report: {error.strerror}", where=str(path)) from None
    return json.parse(text, str(path))


def check_writable(targets: ReportFiles) -> None:
    """What cannot be written is said now, not after an hour's run. Makes the folders. Raises NotFoundError, or
    UsageError for one file given twice."""
    seen: dict[Path, str] = {}
    for name, path in targets.wanted.items():
        real = Path(os.path.realpath(path))
        if real in seen and not _is_device(path):
            raise UsageError(f"the {name} report and the {seen[real]} report in one file", where=str(path))
        seen[real] = name
        with _translated(path):
            if _is_device(path):
                continue
            real.parent.mkdir(parents=True, exist_ok=True)
            if real.is_dir():
                raise IsADirectoryError(21, "it is a folder")
            partial = _partial(real)
            os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
            partial.unlink()


def write(report: Report, targets: ReportFiles) -> None:
    """Each form into its file: all of it, or what stood there before. Raises NotFoundError; the others are written
    even when one cannot be."""
    failed: list[NotFoundError] = []
    for name, path in targets.wanted.items():
        try:
            _put(path, _FORMS[name](report).encode("utf-8", "backslashreplace"))
        except NotFoundError as error:
            failed.append(error)
    if failed:
        raise failed[0]


def keep(report: Report, path: Path) -> None:
    """The JSON, for its owner alone. Raises as :func:`write`."""
    _put(path, json.text_of(report).encode("utf-8", "backslashreplace"), 0o600)


def _put(path: Path, data: bytes, mode: int = 0o666) -> None:
    with _translated(path):
        if _is_device(path):
            with path.open("wb") as device:
                device.write(data)
            return
        real = Path(os.path.realpath(path))  # a link to a report stays a link
        real.parent.mkdir(parents=True, exist_ok=True)
        partial = _partial(real)
        try:
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
                file.write(data)
            partial.rename(real)
        except OSError:
            partial.unlink(missing_ok=True)
            raise


def _partial(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.partial")


def _is_device(path: Path) -> bool:
    """A pipe, a terminal, /dev/stdout: written into, never replaced."""
    if str(path).startswith(("/dev/std", "/dev/fd/", "/proc/")):
        return True
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


@contextlib.contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NotFoundError(
            f"cannot write this report: {error.strerror}", where=str(path), hint="give a path you may write, with room"
        ) from None
