"""A layer's earlier applies, as data: what ran since when, and what ran before. Pure.

Kept beside the state, the newest last. A number stands for one apply for good; the oldest go when there are too many.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from ..model.errors import NotFoundError, RefusedError, UsageError
from ..model.naming import capital, nearest
from ..model.versions import check_known
from .field_names import from_data, to_data
from .record import DeploymentRecord

VERSION = 1
KEPT = 50


@dataclass(frozen=True)
class HistoryEntry:
    """One apply, as in its :class:`wrapper.state.record.DeploymentRecord`. ``number`` counts from 1;
    ``failed``: why it was not good although Terraform and ECS took it, or ""; ``serial`` and
    ``lineage``: of the state that it left."""

    number: int = 0
    at: str = ""
    by: str = ""
    builds: Mapping[str, str] = field(default_factory=dict)
    commit: str = ""
    build_url: str = ""
    seconds: float = 0.0
    reason: Mapping[str, Any] = field(default_factory=dict)
    run: str = ""
    failed: str = ""
    files: Mapping[str, Any] = field(default_factory=dict)
    brought: Mapping[str, Any] = field(default_factory=dict)
    serial: int = 0
    lineage: str = ""

    @property
    def place(self) -> int:
        """Where it stands on the way back: a rollback stands where the apply stands that it went back to."""
        back = self.reason.get("back_to")
        return back if isinstance(back, int) else self.number

    @property
    def reason_text(self) -> str:
        """The reason in words; "" for an apply that was typed."""
        lost = f"state lost: {self.reason['state_lost']}" if "state_lost" in self.reason else ""
        return "; ".join(filter(None, (self._builds_text, lost)))

    @property
    def _builds_text(self) -> str:
        if "rollback_of" in self.reason:
            return f"rollback of {self.reason['rollback_of']} to {self.reason.get('back_to')}"
        if isinstance(note := self.reason.get("unpromoted"), Mapping):
            return f"unpromoted: {note.get('reason', '')}"
        return f"promoted from {self.reason['promoted_from']}" if "promoted_from" in self.reason else ""


History = tuple[HistoryEntry, ...]


def parse(data: object, where: str = "") -> History:
    """The entries in ``data``, as far as they can be read. NewerError where a later version wrote it."""
    check_known(data, VERSION, "a history", where)
    listed = data.get("applies") if isinstance(data, dict) else None
    found = (
        [from_data(HistoryEntry, one) for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    )
    return tuple(sorted((e for e in found if e.number > 0), key=lambda e: e.number))


def as_data(history: History) -> dict[str, Any]:
    return {"version": VERSION, "applies": [{k: v for k, v in to_data(e).items() if v} for e in history]}


def destroyed(one: HistoryEntry) -> dict[str, Any]:
    """What is left of the history of a layer that was destroyed. Its one entry has no number: older readers pass over it."""
    entry = {"destroyed": True, "at": one.at, "by": one.by, "builds": dict(one.builds)}
    return {"version": VERSION, "applies": [entry]}


def parse_destroyed(data: object) -> HistoryEntry | None:
    """The destroy that a history ends with."""
    listed = data.get("applies") if isinstance(data, dict) else None
    last = listed[-1] if isinstance(listed, list) and listed else None
    return from_data(HistoryEntry, last) if isinstance(last, dict) and last.get("destroyed") is True else None


def added(history: History, record: DeploymentRecord) -> History:
    """The same, and an apply that has just been recorded; no more than are kept. Once: a write whose answer was lost is
    made again, perhaps after another command has added its own. Not one that a later apply has overtaken, whose entry is there
    already: the newest entry is what runs."""
    if any(e.run and e.run == record.run for e in history) or any(_overtook(e, record) for e in history):
        return history
    number = history[-1].number + 1 if history else 1
    only_here = ("number", "failed", "serial", "lineage")
    common = {f.name: getattr(record, f.name) for f in fields(HistoryEntry) if f.name not in only_here}
    serial, lineage = record.state.get("serial") or 0, str(record.state.get("lineage") or "")
    return (*history, HistoryEntry(number=number, serial=serial, lineage=lineage, **common))[-KEPT:]


def _overtook(entry: HistoryEntry, record: DeploymentRecord) -> bool:
    """Whether it is of an apply on top of this one's state. (One before, whose state was put back since, was earlier.)"""
    serial, lineage = record.state.get("serial"), record.state.get("lineage")
    later = isinstance(serial, int) and entry.lineage == lineage and entry.serial > serial
    return later and entry.at >= record.at


def of_state(history: History, serial: object, lineage: object) -> HistoryEntry | None:
    """The apply that left the state with this serial and lineage, as far as that is known."""
    return next((e for e in reversed(history) if e.serial and (e.serial, e.lineage) == (serial, lineage)), None)


def newest_good(history: History) -> HistoryEntry | None:
    return next((e for e in reversed(history) if not e.failed and e.builds), None)


def with_failure(history: History, run: str, error: str) -> History:
    """The same, the apply of that run not good."""
    return tuple(replace(e, failed=error) if e.run == run else e for e in history)


# -- the way back -------------------------------------------------------------------------------


def previous(history: History, record: DeploymentRecord) -> HistoryEntry | None:
    """What ran before, as far as it was good; None when nothing is known. Where the last try failed before it was
    recorded, what ran before is the newest entry; after a rollback it is what ran before the apply that was gone
    back to, so that two rollbacks never put back what the first took away."""
    if not history:
        return None
    newest = history[-1]
    if record.failed and not newest.failed:
        return newest
    earlier = [e for e in history if e.number < newest.place and not e.failed and e.builds != newest.builds]
    return next((e for e in reversed(earlier) if e.builds), None)


def choose(history: History, record: DeploymentRecord, wanted: str, label: str) -> HistoryEntry:
    """The apply to go back to: the one before, a ``number``, or the newest with ``service1-build=90``.
    RefusedError when there is none before, NotFoundError for one that is not known."""
    if not wanted:
        found = previous(history, record)
        if found is None:
            raise RefusedError(f"{label}: no earlier builds are known", hint="its history begins with what runs now")
        return found
    matching = _matching(history, wanted)
    if not matching:
        known = ", ".join(f"{e.number} ({in_words(e.builds)})" for e in history[-5:] if e.builds)
        raise NotFoundError(f"{label}: no apply {wanted!r} in its history", hint=f"the last ones: {known or 'none'}")
    return matching[-1]


def _matching(history: History, wanted: str) -> Sequence[HistoryEntry]:
    if wanted.isdecimal():
        return [e for e in history if e.number == int(wanted) and e.builds]
    if "=" not in wanted:
        raise UsageError(
            f"--to {wanted!r} is neither a number of the history nor a build",
            hint="for example: --to 7, or --to service1-build=90",
        )
    name, _, build = wanted.partition("=")
    names = sorted({n for e in history for n in e.builds})
    same = [n for n in names if capital(n) == capital(name)]
    if names and not same:
        close = nearest(name, names)
        raise UsageError(f"--to {wanted}: no build {name!r}", hint=f"did you mean {close or names[0]}?")
    return [e for e in history if build in (e.builds.get(n) for n in same) and not e.failed]


def in_words(builds: Mapping[str, str]) -> str:
    return ", ".join(f"{n} {v}" for n, v in sorted(builds.items())) or "no build"
