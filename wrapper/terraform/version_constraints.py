"""Terraform's version constraints (developer.hashicorp.com/terraform/language/expressions/version-constraints). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ONE = re.compile(r"\s*(=|!=|>=|<=|>|<|~>)?\s*v?(\d+(?:\.\d+){0,2})(-[0-9A-Za-z.-]+)?\s*")


def satisfying(versions: Iterable[str], constraint: str) -> list[str]:
    """Those of the versions that a constraint allows; all of them where it has a form that only Terraform can judge."""
    parts = [_ONE.fullmatch(part) for part in constraint.split(",")] if constraint.strip() else []
    found = list(versions)
    for part in parts:
        if part is None or (part[3] and (part[1] or "=") != "="):
            return found
        found = [version for version in found if _allows(part[1] or "=", part[2], part[3] or "", version)]
    return found


def _allows(operator: str, wanted: str, wanted_suffix: str, version: str) -> bool:
    number, _, suffix = version.partition("-")
    suffix = suffix and f"-{suffix}"
    if suffix or wanted_suffix:  # a prerelease is meant only where it is named
        return operator == "=" and (number, suffix) == (wanted, wanted_suffix)
    here, there = _numbers(number), _numbers(wanted)
    match operator:
        case "=":
            return here == there
        case "!=":
            return here != there
        case ">=":
            return here >= there
        case "<=":
            return here <= there
        case ">":
            return here > there
        case "<":
            return here < there
    fixed = max(wanted.count("."), 1)  # ~> 1.2.3: the last number may grow
    return here >= there and here[:fixed] == there[:fixed]


def _numbers(text: str) -> tuple[int, ...]:
    found = [int(part) for part in text.split(".")]
    return tuple(found + [0] * (3 - len(found)))
