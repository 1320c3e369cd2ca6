"""Digests of what a run depends on, and what changed between two of them. Pure.

Values appear only as digests, so that a record beside a state tells no secret.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from .model import Effective

Record = dict[str, Any]


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


def inputs(values: Mapping[str, Effective], sources: str, image: str) -> Record:
    """The fingerprint of a layer: variables by name, its sources and modules, the tool's image
    (which pins the Terraform and provider versions)."""
    return {
        "variables": {name: digest(v.value) for name, v in sorted(values.items())},
        "sources": sources,
        "image": image,
    }


def differences(old: Record, new: Record) -> list[str]:
    """What differs, in words a person can act on: variable names, ``sources``, ``versions``."""
    before, after = old.get("variables", {}), new.get("variables", {})
    changed = sorted(n for n in {*before, *after} if before.get(n) != after.get(n))
    words = [f"variable {name}" for name in changed]
    if old.get("sources") != new.get("sources"):
        words.append("sources or modules")
    if old.get("image") != new.get("image"):
        words.append("Terraform or provider version")
    return words
