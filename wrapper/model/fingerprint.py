"""Digests of what a run depends on, and what changed between two of them. Pure.

Values appear only as digests, so that a record beside a state tells no secret.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Inputs = dict[str, Any]  # variables by name, sources, modules, more_files: digests all; versions; and by which counting
_MORE = "more_files"
_REMOTE = "remote_modules"
COUNTING = 2  # 1, where none is said: ``versions`` named the tool's image, and whatever was in it counted


def digest(*parts: object) -> str:
    """SHA-256 (hex, first 16) of the parts, each kept apart from the next."""
    text = json.dumps(
        [p if isinstance(p, str | int | float | bool | None) else _plain(p) for p in parts],
        sort_keys=True,
        ensure_ascii=True,
        default=str,
    )
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _plain(part: object) -> object:
    return dict(part) if isinstance(part, Mapping) else part


def inputs(
    variables: Mapping[str, str], sources: str, modules: str, versions: str, more_files: str, remote_modules: str = ""
) -> Inputs:
    """The fingerprint of a layer: digests of its variables by name, of its sources and of the modules; and the versions
    and digests of Terraform and of the providers that run it. ``more_files``: what of sources and modules 0.1 did not
    count, apart, so that the others stay what they were. ``remote_modules``: a line for each module that Terraform downloads, its
    source and what was fetched from there; where there is none, nothing of it."""
    digests = {"variables": dict(sorted(variables.items())), "sources": sources, "modules": modules}
    remote = {_REMOTE: remote_modules} if remote_modules else {}
    return {**digests, "more_files": more_files, **remote, "versions": versions, "counting": COUNTING}


def is_readable(data: Mapping[str, Any]) -> bool:
    """Whether ``data``, as a record holds it, is a fingerprint: digests are texts."""
    variables = data.get("variables", {})
    digests = [one for name, one in data.items() if name not in ("variables", "counting")]
    return isinstance(variables, dict) and all(isinstance(one, str) for one in (*digests, *variables.values()))


@dataclass(frozen=True)
class Difference:
    """One input that is another than it was: its name in words, and both digests ("" where there is none); of a build both
    numbers, and in ``words`` how it moves."""

    name: str
    old: str
    new: str
    words: str = ""


def first_names(different: Sequence[Difference]) -> str:
    """The first five, for a sentence."""
    return ", ".join(d.words or d.name for d in different[:5])


def differences(old: Inputs, new: Inputs, ignoring: Collection[str] = ()) -> list[Difference]:
    """What differs: variables by name, then sources, modules and versions. ``ignoring``: variables that don't count.
    Versions that were counted in another way say nothing: an upgrade of the tool alone changes no tenant."""
    before, after = old.get("variables", {}), new.get("variables", {})
    names = sorted({*before, *after} - set(ignoring))
    found = [(f"variable {n}", before.get(n, ""), after.get(n, "")) for n in names]
    alike = not old or old.get("counting", 1) == new.get("counting", 1)
    found += [(kind, old.get(kind, ""), new.get(kind, "")) for kind in ("sources", "modules")]
    if not old or _MORE in old:  # what the last apply did not count says nothing
        found.append((_MORE.replace("_", " "), old.get(_MORE, ""), new.get(_MORE, "")))
    if not old or _REMOTE in old:
        called = any(old.get(kind, "") != new.get(kind, "") for kind in ("sources", "modules"))
        found += _remote(str(old.get(_REMOTE, "")), str(new.get(_REMOTE, "")), both=called)
    if alike:
        found.append(("versions", old.get("versions", ""), new.get("versions", "")))
    return [Difference(*one) for one in found if one[1] != one[2]]


def _remote(old: str, new: str, *, both: bool) -> list[tuple[str, str, str]]:
    """Of each source, what was fetched from there before and now; ``both``: of those that are in both alone, because what calls the
    others has changed itself."""
    before, after = (dict(line.rsplit(" ", 1) for line in text.splitlines() if " " in line) for text in (old, new))
    names = before.keys() & after.keys() if both else before.keys() | after.keys()
    return [(f"module {s}", before.get(s, ""), after.get(s, "")) for s in sorted(names)]
