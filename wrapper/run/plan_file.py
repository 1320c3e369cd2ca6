"""A saved plan remembers its layer, and what its apply will have to record: both stand in the zip file's comment. Reads
and writes that alone.

Terraform applies a plan of one state to another without a word; this is what stops it.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..model import strict_json
from ..model.errors import NotFoundError, RefusedError

_MARK = b"orchestrate layer "
_LONGEST = 65_535  # bytes of a zip file's comment


def bind(file: Path, label: str, planned: Mapping[str, Any] | None = None) -> None:
    """Write the layer's label into the plan file, and the record (as data) that its apply will leave, if there is room;
    another file is left as it is."""
    if not zipfile.is_zipfile(file):
        return
    comment = _MARK + label.encode()
    more = b"\n" + json.dumps(planned).encode() if planned else b""
    with zipfile.ZipFile(file, "a") as archive:
        archive.comment = comment + more if len(comment + more) <= _LONGEST else comment


def check(file: Path, label: str) -> Any:
    """What the apply of a plan will record, as data; {} where the plan does not say. RefusedError unless ``file`` is a
    plan made for the layer ``label``."""
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
    name, _, planned = comment[len(_MARK) :].partition(b"\n")
    made_for = name.decode(errors="replace")
    if made_for != label:
        raise RefusedError(
            f"this plan was made for {made_for}, not for {label}",
            where=str(file),
            hint=f"make a new plan of {label} with -out=FILE",
        )
    try:
        return strict_json.parse(planned or b"{}")
    except ValueError:
        return {}
