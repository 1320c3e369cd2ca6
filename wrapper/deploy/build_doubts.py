"""Why the builds that a record names may not be what runs, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..state.record import DeploymentRecord


def lines(label: str, record: DeploymentRecord, state: Mapping[str, Any] | None, tag: str) -> list[str]:
    """``state`` and its object's ``tag``, as they are now."""
    return [f"{label}: {words}" for words in _words(record, state, tag)]


def _words(record: DeploymentRecord, state: Mapping[str, Any] | None, tag: str) -> Iterator[str]:
    for note, words in ((record.failed, "the last try"), (record.trying, "a try that never ended")):
        tried = {n: b for n, b in (note.get("builds") or {}).items() if b != record.builds.get(n)}
        if tried:
            ended = " failed" if note is record.failed else ""
            told = ", ".join(filter(None, (str(note.get("at", ""))[:10], note.get("by"), note.get("job"))))
            runs = ", ".join(f"{n} {record.builds.get(n, 'none')}" for n in sorted(tried))
            yield f"{runs}: {words} ({', '.join(f'{n} {b}' for n, b in sorted(tried.items()))}; {told}){ended}"
    partly = {n: b for n, b in (record.partly.get("builds") or {}).items() if b != record.builds.get(n)}
    if partly:
        name, number = next(iter(sorted(partly.items())))
        yield (
            f"a part was applied with {name} {number} on {str(record.partly.get('at', ''))[:10]} (-target): "
            f"{record.builds.get(name, 'none')} again; -var {name}={number} to keep it"
        )
    elif state is not None and record.at and tag != record.tag:
        serial, recorded = state.get("serial"), record.state.get("serial")
        yield f"its state is not what its last apply left (serial {serial}, recorded {recorded})"
