"""The rules of `reap` and `keep`, as data: how long a stack is kept, how old it is, and which goes. Pure: clock and zone are given.

A day means all of it: until the midnight that ends it, by the clock of a zone. A local time that a change of the clock
leaves out is no time; of one that comes twice the later is meant, since a stack that is kept too long loses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from ..model.errors import ConfigError, OrchestrateError, UsageError
from ..model.stack import Stack
from ..model.versions import check_known

_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(Z|[+-]\d\d:\d\d)?)?"
)  # the part of RFC 3339 that people type
VERSION = 1  # of what is kept
_EXAMPLE = "for example 2026-12-01 (all of that day), 2026-12-01T18:00 or 2026-12-01T18:00+11:00"


@dataclass(frozen=True)
class Hold:
    """A stack that reap does not destroy. ``until`` in seconds since 1970; ``typed`` and ``zone`` as they were given."""

    until: float
    typed: str
    zone: str
    reason: str = ""
    by: str = ""
    at: str = ""

    def holds(self, now: float) -> bool:
        return now < self.until

    def __str__(self) -> str:
        until = f"{self.typed} {self.zone}".strip()
        return f"{until} ({self.reason})" if self.reason else until

    def as_data(self) -> dict[str, Any]:
        return {"version": VERSION, **asdict(self)}


def parse_hold(data: object, where: str) -> Hold:
    """What :meth:`Kept.as_data` made. ConfigError for anything else: who cannot be read is neither spared nor reaped.
    NewerError for one of a later version."""
    check_known(data, VERSION, "a hold", where)
    if isinstance(data, dict) and isinstance(data.get("until"), int | float) and not isinstance(data["until"], bool):
        texts = {f.name: str(data.get(f.name, "")) for f in fields(Hold) if f.name != "until"}
        return Hold(until=float(data["until"]), **texts)
    raise ConfigError(
        "cannot read until when this stack is kept",
        where=where,
        hint=f"end it: {_ending(where)} ; then keep the stack again",
    )


def _ending(where: str) -> str:
    """The command that ends the hold whose object that is: ``[REGION/]STACK/keep.json``."""
    *region, stack, _ = ["", *where.split("/")]
    return " ".join(filter(None, ["./orchestrate keep", stack, *region, "--off"]))


@dataclass(frozen=True)
class ReapCandidate:
    """An ephemeral stack as reap found it. ``deployed``: its layers that have a state, "" being its own; ``last``:
    when its youngest layer was last applied, in seconds since 1970, None where nothing tells; ``bucket``: whether that for
    its states is there; ``error``: why it could not be looked at."""

    region: str
    name: str
    stack: Stack | None = None
    deployed: tuple[str, ...] = ()
    busy: tuple[str, ...] = ()
    last: float | None = None
    hold: Hold | None = None
    bucket: bool = True
    error: OrchestrateError | None = None

    @property
    def label(self) -> str:
        return f"{self.region}/{self.name}" if self.region else self.name

    @property
    def protected(self) -> bool:
        return bool(self.stack and self.stack.settings.protected)

    @property
    def way(self) -> str:
        """What reap does with it: "destroy" or "stop"."""
        return self.stack.settings.night if self.stack else "destroy"

    @property
    def tenants(self) -> tuple[str, ...]:
        return tuple(n for n in self.deployed if n)

    def spared(self, now: float, older_than: float) -> str:
        """Why reap leaves it alone; "" where it goes. What is protected stays, whatever else is said."""
        if self.protected:
            return "protected"
        if not self.bucket:
            return "it has no state bucket: nothing was ever applied"
        if self.hold and self.hold.holds(now):
            return f"kept until {self.hold}"
        if older_than and self.deployed and self.last is not None and now - self.last < older_than:
            return f"last applied {age(now - self.last)} ago, and --older-than says {age(older_than)}"
        return ""

    def goes(self, now: float, older_than: float) -> bool:
        """Whether there is something of it, and nothing spares it."""
        return bool(self.deployed or self.busy) and not self.error and not self.spared(now, older_than)


def until(text: str, zone: tzinfo, now: float) -> float:
    """The moment that a date or a time names, in seconds since 1970. UsageError for one that is none, that a change of
    the clock leaves out, or that is past."""
    found = _MOMENT.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError("it has another form")
        moment = _moment(found, zone)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"--until {text!r} is no date and no time: {error}", hint=_EXAMPLE) from None
    if moment <= now:
        was = datetime.fromtimestamp(moment, zone).isoformat(" ", "minutes")
        raise UsageError(f"--until {text} is past: it ended {was}", hint=_EXAMPLE)
    return moment


def names_its_offset(text: str) -> bool:
    """Whether a time says itself how far it is from UTC: then no zone is asked."""
    found = _MOMENT.fullmatch(text.strip())
    return bool(found and found.group(3))


def _moment(found: re.Match[str], zone: tzinfo) -> float:
    day, time, offset = found.groups()
    if time is None:
        midnight = datetime.combine(date.fromisoformat(day) + timedelta(days=1), datetime.min.time(), zone)
        return midnight.timestamp()  # where there is no midnight, the moment that the clock leaps over it
    written = datetime.fromisoformat(f"{day}T{time}{offset or ''}")
    if offset:
        return written.timestamp()
    local = written.replace(tzinfo=zone, fold=1)
    if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != written:
        raise ValueError("the clock leaves it out on that day (summer time begins)")
    return local.timestamp()


def age(length: float) -> str:
    """``40 min``, ``3 h``, ``2 d 4 h``: what a person needs of it."""
    minutes = max(0, int(length // 60))
    if minutes < 60:
        return f"{minutes} min"
    hours, days = minutes // 60 % 24, minutes // 1440
    if not days:
        return f"{hours} h {minutes % 60} min".removesuffix(" 0 min")
    return f"{days} d {hours} h".removesuffix(" 0 h")


def stamp(text: str) -> float | None:
    """A moment as a record has it (``2026-01-02T03:04:05Z``), in seconds since 1970; None where it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def words(candidates: Sequence[ReapCandidate], now: float, older_than: float) -> list[dict[str, Any]]:
    """What reap would do with each, as plain data."""
    return [
        {
            "stack": f.name,
            "region": f.region,
            "tenants": list(f.tenants),
            "shared_layer": "" in f.deployed,
            "busy": list(f.busy),
            "last_apply": f.last,
            "kept": f.hold.as_data() if f.hold else None,
            "protected": f.protected,
            "night": f.way,
            "reap": f.goes(now, older_than),
            "why": f.error.message if f.error else f.spared(now, older_than),
        }
        for f in candidates
    ]
