"""A saved plan remembers its layer: the name stands in the zip file's comment. Reads and writes that alone.

Terraform applies a plan of one state to another without a word; this is what stops it.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from .errors import NotFoundError, RefusedError

_MARK = b"orchestrate layer "


def bind(file: Path, label: str) -> None:
    """Write the layer's label into the plan file; another file is left as it is."""
    if not zipfile.is_zipfile(file):
        return
    with zipfile.ZipFile(file, "a") as archive:
        archive.comment = _MARK + label.encode()


def check(file: Path, label: str) -> None:
    """RefusedError unless ``file`` is a plan made for the layer ``label``."""
    if not file.is_file():
        raise NotFoundError("no such plan file", where=str(file), hint="make one with plan ... -out=FILE")
    try:
        with zipfile.ZipFile(file) as archive:
            comment = archive.comment
    except (zipfile.BadZipFile, OSError):
        raise RefusedError(
            "this is not a plan file", where=str(file), hint="make one with plan ... -out=FILE"
        ) from None
    if not comment.startswith(_MARK):
        raise RefusedError(
            "this plan does not say which layer it is for",
            where=str(file),
            hint="make it with this tool: plan ... -out=FILE",
        )
    made_for = comment[len(_MARK) :].decode(errors="replace")
    if made_for != label:
        raise RefusedError(
            f"this plan was made for {made_for}, not for {label}",
            where=str(file),
            hint=f"plan {label} anew with -out=FILE",
        )
