"""Which tenants a command over many is for, and how they are split among machines. Pure.

A shard by ``--shard K/N`` depends on a tenant's name alone: it stays where it is as others come and go.
"""

from __future__ import annotations

import hashlib
import heapq
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TypeVar

from ..model.errors import NotFoundError, UsageError
from ..model.naming import unknown

T = TypeVar("T")


@dataclass(frozen=True)
class Shard:
    """Shard ``number`` (from 1) of ``of``."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def __contains__(self, name: str) -> bool:
        return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % self.of == self.number - 1


def parse_shard(text: str) -> Shard:
    """``K/N`` as a Shard; UsageError for anything else."""
    found = re.fullmatch(r"(\d{1,4})/(\d{1,4})", text)
    if found and 1 <= int(found[1]) <= int(found[2]):
        return Shard(int(found[1]), int(found[2]))
    raise UsageError(f"--shard {text!r} is not K/N", hint="for example --shard 3/8: the third of eight shards")


@dataclass(frozen=True)
class Selection:
    """Who takes part, in order, and who was left out on purpose: name -> the pattern that says so."""

    chosen: tuple[str, ...]
    excluded: Mapping[str, str]


def choose(names: Iterable[str], patterns: Sequence[str], where: str) -> Selection:
    """The names that a list of globs is for: any of them, or all where none is given, less those of a ``!GLOB``.
    A glob that matches nothing is a NotFoundError: most likely it is misspelt."""
    names = sorted(names)
    wanted = [p for p in patterns if not p.startswith("!")]
    for pattern in patterns:
        if not any(fnmatchcase(n, pattern.removeprefix("!")) for n in names):
            raise unknown("tenant matches", pattern, names[:20], where)
    kept = [n for n in names if not wanted or any(fnmatchcase(n, p) for p in wanted)]
    unwanted = {n: p for n in kept for p in patterns if p.startswith("!") and fnmatchcase(n, p[1:])}
    return Selection(tuple(n for n in kept if n not in unwanted), unwanted)


def tagged(
    names: Iterable[str], wanted: Sequence[str], tags_of: Callable[[str], Sequence[str]], where: str
) -> set[str]:
    """The names that have one of these tags; all where none is wanted. A tag that no name has is a NotFoundError."""
    names = set(names)
    if not wanted:
        return names
    tags = {name: tags_of(name) for name in names}
    known = {tag for every in tags.values() for tag in every}
    if lacking := [tag for tag in wanted if tag not in known]:
        if not known:
            raise NotFoundError(
                f"no tenant has the tag {lacking[0]!r}, nor any other",
                where=where,
                hint=f'write tags = ["{lacking[0]}"] into the files of the tenants that are to have it',
            )
        raise unknown("tenant with the tag", lacking[0], known, where)
    return {name for name, mine in tags.items() if any(tag in wanted for tag in mine)}


def parse_tags(texts: Iterable[str]) -> tuple[str, ...]:
    """As typed: repeated, or many in one with commas."""
    found = tuple(tag.strip() for text in texts for tag in text.split(","))
    if any(not tag for tag in found):
        raise UsageError("--tag names an empty tag", hint="for example: --tag gold,silver")
    return found


def parse_patterns(texts: Iterable[str]) -> tuple[str, ...]:
    """Globs as typed: repeated, or many in one with commas."""
    found = tuple(p.strip() for text in texts for p in text.split(","))
    if any(not p.removeprefix("!") for p in found):
        raise UsageError("--tenants names an empty pattern", hint="for example: --tenants 'acme,b*,!beta-*'")
    return found


def balance(costs: Mapping[str, float], parts: int) -> list[list[str]]:
    """The names in ``parts`` groups of about the same cost, the dearest first: at most 4/3 of the best there is
    (Graham, Bounds on Multiprocessing Timing Anomalies, 1969)."""
    heap: list[tuple[float, int]] = [(0.0, part) for part in range(parts)]
    groups: list[list[str]] = [[] for _ in range(parts)]
    for name in sorted(costs, key=lambda n: (-costs[n], n)):
        total, part = heapq.heappop(heap)
        groups[part].append(name)
        heapq.heappush(heap, (total + costs[name], part))
    return [sorted(group) for group in groups]


def waves(names: Sequence[T], canary: int, wave: int) -> list[Sequence[T]]:
    """The names in order, first ``canary`` of them, then ``wave`` at a time (0: all the rest at once)."""
    rest = names[canary:]
    size = wave or len(rest) or 1
    parts = [names[:canary], *(rest[i : i + size] for i in range(0, len(rest), size))]
    return [part for part in parts if part]
