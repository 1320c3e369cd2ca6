"""An upgrade of the parts that a project copied: read from its folder, compared with the tool's, written there."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ..model.errors import NotFoundError
from . import copied_parts, scaffold
from .copied_parts import RECORD, Copied, PartChange
from .files import Files
from .scaffold import Contents


@dataclass(frozen=True)
class Upgrade:
    """``tool``: the parts as this version of the tool has them."""

    copied: Copied
    tool: Contents
    changes: list[PartChange]


def compare(files: Files, parts: Path, version: str, merged: tuple[str, ...] = ()) -> Upgrade:
    """What the project lacks. ``merged``: paths that a person has merged since."""
    record = files.root / RECORD
    if not files.has(record):
        raise NotFoundError(
            "this project has no record of what it copied from the tool",
            where=str(record),
            hint="`new` writes one; a fork of the tool takes its changes by git merge",
        )
    copied = copied_parts.parse(files.read(record), RECORD)
    copied_parts.check_older(copied, version)
    tool = scaffold.copied(parts, copied.choices)
    copied = copied_parts.kept(copied, merged, tool)
    here = {path: _read(files, path) for path in {*copied.files, *tool}}
    return Upgrade(copied, tool, copied_parts.compared(copied, here, tool))


def _read(files: Files, path: str) -> bytes | None:
    file = files.root / path
    files.inside(file)
    return files.data(file) if files.has(file) else None


def write(files: Files, upgrade: Upgrade, version: str) -> None:
    """Each file that was not edited, and the record last: an upgrade that is stopped goes on where it was."""
    for change in upgrade.changes:
        if not change.by_hand:
            _put(files.root / change.path, change.tool)
    record = copied_parts.render(copied_parts.followed(upgrade.copied, upgrade.changes, upgrade.tool, version))
    if record != files.read(files.root / RECORD):
        _put(files.root / RECORD, record.encode())


def _put(file: Path, data: bytes | None) -> None:
    """Whole or not at all; ``None`` removes it."""
    try:
        if data is None:
            return file.unlink()
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        try:
            with os.fdopen(handle, "wb") as opened:
                opened.write(data)
            os.chmod(draft, file.stat().st_mode if file.exists() else 0o666 & ~_umask())
            os.replace(draft, file)
        except BaseException:
            os.unlink(draft)
            raise
    except OSError as error:
        raise NotFoundError(f"cannot write it: {error.strerror}", where=str(file)) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
