"""A saved plan remembers its layer, what its apply will have to record, and its own digest: they stand in the zip file's
comment. Reads and writes that alone.

Terraform applies a plan of one state to another without a word, and a damaged one as far as it can read it; this is what
stops it.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..model import strict_json
from ..model.errors import NotFoundError, RefusedError

_MARK = b"orchestrate layer "
_LONGEST = 65_535  # bytes of a zip file's comment

_NONE = b"0" * 64  # stands for the digest in what is digested
_OLDER = {"version", "inputs", "given", "hidden", "builds", "commit"}  # keys of a version without a digest


@dataclass(frozen=True)
class SavedPlan:
    """What a plan file says of itself. ``planned``: what its apply will record, as data; {} where it does not say.
    ``has_digest``: False of one that a version before 0.2 made."""

    planned: Mapping[str, Any] = field(default_factory=dict)
    has_digest: bool = False


def bind(file: Path, label: str, planned: Mapping[str, Any] | None = None) -> None:
    """Write the layer's label into the plan file, the file's digest, and the record (as data) that its apply will leave, if
    there is room; another file is left as it is."""
    if not zipfile.is_zipfile(file):
        return
    known = _comment(label, planned or {})
    comment = known if len(known) <= _LONGEST else _comment(label, {})
    with zipfile.ZipFile(file, "a") as archive:
        archive.comment = comment
    with file.open("r+b") as opened:
        digest = hashlib.sha256(opened.read()).hexdigest()
        opened.seek(-len(comment), os.SEEK_END)
        opened.write(comment.replace(_NONE, digest.encode()))


def _comment(label: str, planned: Mapping[str, Any]) -> bytes:
    return _MARK + label.encode() + b"\n" + json.dumps({"digest": _NONE.decode(), **planned}).encode()


def check(file: Path, label: str) -> SavedPlan:
    """What the plan file says. RefusedError unless it is a plan made for the layer ``label``, and byte for byte as it was
    made."""
    if not file.is_file():
        raise NotFoundError("no such plan file", where=str(file), hint="make one with plan ... -out=FILE")
    try:
        with zipfile.ZipFile(file) as archive:
            comment = archive.comment
    except (zipfile.BadZipFile, OSError, RuntimeError, ValueError, struct.error):  # as the damage is
        raise RefusedError(
            "this is not a plan file", where=str(file), hint="make one with plan ... -out=FILE"
        ) from None
    if not comment.startswith(_MARK):
        raise RefusedError(
            "this plan does not say which layer it is for",
            where=str(file),
            hint="make it with this tool: plan ... -out=FILE",
        )
    name, _, said = comment[len(_MARK) :].partition(b"\n")
    made_for = name.decode(errors="replace")
    if made_for != label:
        raise RefusedError(
            f"this plan was made for {made_for}, not for {label}",
            where=str(file),
            hint=f"make a new plan of {label} with -out=FILE",
        )
    return _whole(file, label, said)


def _whole(file: Path, label: str, said: bytes) -> SavedPlan:
    """What the comment says beside the label. RefusedError where a byte of the file is another than when it was made."""
    planned = _parsed(said)
    digest = str(planned.pop("digest", ""))
    if not digest and planned.keys() <= _OLDER:
        return SavedPlan(planned)
    data = file.read_bytes()
    made = data.removesuffix(said) + said.replace(digest.encode(), _NONE)
    if not digest or hashlib.sha256(made).hexdigest() != digest:
        raise RefusedError(
            "this plan file is damaged: it is not as it was made",
            where=str(file),
            hint=f"make a new plan of {label} with -out=FILE",
        )
    return SavedPlan(planned, has_digest=True)


def _parsed(said: bytes) -> dict[str, Any]:
    """The data of a comment; what is no data has a key that no version writes."""
    try:
        data = strict_json.parse(said or b"{}")
    except ValueError:
        data = None
    return data if isinstance(data, dict) else {"damaged": True}
