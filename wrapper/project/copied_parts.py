"""What a project copied from the tool: as it was then, as it is now, and as the tool has it. Pure.

A file that is as it was copied follows the tool; one that was edited is its project's, and a person merges what is new. So dpkg
treats the files of a package that a person may edit (Debian policy, appendix "Configuration file handling").
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from ..model import strict_json, versions
from ..model.errors import ConfigError, NewerError, UsageError
from . import scaffold
from .scaffold import Choices, Contents

RECORD = "orchestrate.copied.json"
_VERSION = 1
_WHAT = "the record of what was copied"
Kind = Literal["new", "newer", "gone", "edited", "removed"]
WORDS: Mapping[Kind, str] = {
    "new": "is new",
    "newer": "has changed in the tool",
    "gone": "is gone from the tool",
    "edited": "was edited here, and is another in the tool",
    "removed": "was removed here, and is another in the tool",
}


@dataclass(frozen=True)
class Copied:
    """``tool``: the version that they were copied from; ``files``: path -> digest of what was copied."""

    tool: str
    choices: Choices
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PartChange:
    """A file that lacks something. ``here``: None where there is none."""

    path: str
    kind: Kind
    here: bytes | None
    tool: bytes | None

    @property
    def by_hand(self) -> bool:
        return self.kind in ("edited", "removed")


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def record_of(tool: str, choices: Choices, files: Contents) -> Copied:
    return Copied(tool, choices, {path: digest(data) for path, data in files.items()})


def compared(copied: Copied, here: Mapping[str, bytes | None], tool: Contents) -> list[PartChange]:
    """What the project lacks, by path. ``here``: of each path that was copied, or that the tool has."""
    found = (_compared(path, copied.files.get(path), here.get(path), tool.get(path)) for path in sorted({*here, *tool}))
    return [change for change in found if change]


def _compared(path: str, then: str | None, here: bytes | None, tool: bytes | None) -> PartChange | None:
    now = digest(tool) if tool is not None else None
    if here == tool or now == then:  # nothing is new: what differs was edited here
        return None
    if here is None:
        kind: Kind = "new" if then is None else "removed"
    elif digest(here) != then:
        kind = "edited"
    else:
        kind = "newer" if tool is not None else "gone"
    return PartChange(path, kind, here, tool)


def followed(copied: Copied, changes: list[PartChange], tool: Contents, version: str) -> Copied:
    """The record after an upgrade: what is left to a person stays as it was copied, so that it is shown again."""
    left = {change.path: copied.files.get(change.path) for change in changes if change.by_hand}
    files = {path: digest(data) for path, data in tool.items()} | left
    return Copied(version, copied.choices, {path: one for path, one in files.items() if one})


def check_older(copied: Copied, version: str) -> None:
    """NewerError where a newer tool copied them: this one would put them back."""
    if _numbers(copied.tool) > _numbers(version):
        raise NewerError(
            f"orchestrate {copied.tool} copied the modules of this project; this is {version}",
            where=RECORD,
            hint="run that version or a later one; nothing was written",
        )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)[:3]))


def kept(copied: Copied, paths: tuple[str, ...], tool: Contents) -> Copied:
    """The record after a person has merged these files. UsageError for one that is no copied part."""
    for path in paths:
        if path not in tool and path not in copied.files:
            raise UsageError(f"{path} is no file that was copied", hint="give a path as `upgrade --check` shows it")
    merged = {path: digest(tool[path]) if path in tool else None for path in paths}
    files = {**copied.files, **merged}
    return Copied(copied.tool, copied.choices, {path: one for path, one in files.items() if one})


def diff(change: PartChange) -> Iterator[str]:
    """From what the project has to what the tool has, as `diff -u` shows it."""
    try:
        old, new = ((data or b"").decode().splitlines() for data in (change.here, change.tool))
    except UnicodeDecodeError:
        return iter((f"Binary files a/{change.path} and b/{change.path} differ",))
    before = "/dev/null" if change.here is None else f"a/{change.path}"
    after = "/dev/null" if change.tool is None else f"b/{change.path}"
    return difflib.unified_diff(old, new, before, after, lineterm="")


def render(copied: Copied) -> str:
    data = {
        "version": _VERSION,
        "tool": copied.tool,
        **asdict(copied.choices),
        "files": dict(sorted(copied.files.items())),
    }
    return json.dumps(data, indent=2) + "\n"


def parse(text: str, where: str) -> Copied:
    """ConfigError for what ``render`` did not write, NewerError for a later one's."""
    try:
        data = strict_json.parse(text)
        versions.check_known(data, _VERSION, _WHAT, where)
        lists = (_texts(data[name]) for name in ("services", "pipelines"))
        choices = Choices(_text(data["project"]), _text(data["region"]), *lists)
        files = {_path(path): _text(one) for path, one in data["files"].items()}
        return Copied(_text(data["tool"]), scaffold.check(choices), files)
    except (ValueError, KeyError, TypeError, AttributeError, UsageError):
        hint = "put back the last version that git has of it"
        raise ConfigError(f"{_WHAT} is damaged", where=where, hint=hint) from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(map(_text, value))


def _path(path: str) -> str:
    """A path below the project, and in one of the parts."""
    if path.startswith("/") or ".." in path.split("/") or "/" not in path:
        raise ValueError
    return path
