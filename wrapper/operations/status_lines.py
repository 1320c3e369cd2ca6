"""A status as text: what stands in docs/schemas/status-1.json, in lines and tables. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Data = Mapping[str, Any]


@dataclass(frozen=True)
class TableOf:
    """A line above it, its columns, its rows."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def of_layer(data: Data, now: datetime) -> Iterator[str | TableOf]:
    """One layer: a line for the whole, then each service."""
    builds = ", ".join(f"{name} {number}" for name, number in sorted(data["builds"].items()))
    yield f"{data['layer']}: {_alive(data)}{f' ({builds})' if builds else ''}"
    if data.get("expires"):
        yield f"it ends at {data['expires']}"
    for one in data["services"]:
        yield from _service(one, now)
    yield from _table("alarms", ("alarm", "since", "reason"), [_alarm(a) for a in data["alarms"]])
    head = ("schedule", "expression", "timezone", "next")
    yield from _table("schedules", head, [_schedule(s, now) for s in data["schedules"]])
    yield from (f"not known: {reason}" for reason in data["unknown"])


def of_tenants(data: Data) -> Iterator[str | TableOf]:
    """A line for each tenant."""
    rows = [
        (
            one["tenant"] or "(stack)",
            _alive(one),
            " ".join(f"{n.removesuffix('-build')}={b}" for n, b in sorted(one["builds"].items())) or "-",
            f"{one['running']}/{one['desired']}" + (f" (+{one['pending']})" if one["pending"] else ""),
            ", ".join(one["alarms"]) or "-",
            one["verdict"],
        )
        for one in data["tenants"]
    ]
    yield TableOf("", ("tenant", "status", "builds", "tasks", "alarms", "verdict"), tuple(rows))
    yield from (f"not known: {reason}" for reason in data["unknown"])


def _well(data: Data) -> str:
    return "well" if data["well"] else "not well"


def _alive(data: Data) -> str:
    """The same of a layer, or that it is stopped with all its services."""
    stopped = data["stopped"]["services"] if data.get("stopped") and data["well"] else {}
    return "stopped" if stopped and {one["name"] for one in data["services"]} <= {*stopped} else _well(data)


def _service(one: Data, now: datetime) -> Iterator[str | TableOf]:
    yield ""
    yield f"service {one['name']} ({one['cluster']}/{one['service']}): {_well(one)}: {one['verdict']}"
    bounds = one["scaling"]
    scaling = f", scaling between {bounds['min']} and {bounds['max']}" if bounds else ""
    yield f"  {one['desired']} desired, {one['running']} running, {one['pending']} pending{scaling}"
    yield from _table(
        "deployments",
        ("status", "rollout", "task definition", "tasks", "failed", "age", "reason"),
        [_deployment(d, now) for d in one["deployments"]],
    )
    yield from _table("targets", ("target", "health", "reason"), [_target(t) for t in one["targets"]])
    head = ("task", "status", "health", "task definition", "age", "zone", "place")
    yield from _table("tasks", head, [_task(t, now) for t in one["tasks"]])
    yield from _table("stopped tasks", ("task", "age", "reason"), [_stopped(t, now) for t in one["stopped"]])
    yield from _table("events", ("age", "message"), [(age(e["at"], now), e["message"]) for e in one["events"]])
    activities = bounds["activities"] if bounds else ()
    rows = [(age(a["at"], now), a["status"], a["description"], a["cause"] or "-") for a in activities]
    yield from _table("scaling activities", ("age", "status", "activity", "cause"), rows)
    timed = [(s["name"], f"{s['min']} to {s['max']}", s["expression"], s["next"] or "-") for s in one["scheduled"]]
    yield from _table("scheduled scaling", ("name", "bounds", "expression", "next"), timed)


def _table(title: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[TableOf]:
    if rows:
        yield TableOf(title, head, tuple(rows))


def _deployment(one: Data, now: datetime) -> tuple[str, ...]:
    counts = f"{one['running']}/{one['desired']}"
    words = one["status"], one["rollout"] or "-", one["task_definition"], counts, str(one["failed"])
    return (*words, age(one["started"], now), one["reason"] or "-")


def _target(one: Data) -> tuple[str, ...]:
    reason = " ".join(filter(None, (one["reason"], one["description"])))
    return f"{one['id']}:{one['port']}", one["state"], reason or "-"


def _task(one: Data, now: datetime) -> tuple[str, ...]:
    health = one["health"] if one["health"] != "UNKNOWN" else "-"
    place = one["zone"] or "-", one["place"] or "-"
    return (one["id"], one["status"], health, one["task_definition"], age(one["started"], now), *place)


def _stopped(one: Data, now: datetime) -> tuple[str, ...]:
    return one["id"], age(one["at"], now), one["reason"]


def _alarm(one: Data) -> tuple[str, ...]:
    return one["name"], one["since"] or "-", one["description"] or one["reason"] or "-"


def _schedule(one: Data, now: datetime) -> tuple[str, ...]:
    following = one["next"] if one["enabled"] else "off"
    return one["name"], one["expression"], one["timezone"], following or "-"


def age(at: str, now: datetime) -> str:
    """How long ago, in its two largest units: 5s, 3m20s, 2h5m, 4d3h; "-" where it is not known."""
    if not at:
        return "-"
    seconds = max(0, int((now - datetime.fromisoformat(at)).total_seconds()))
    units = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
    parts = [(seconds // size % limit, unit) for (unit, size), limit in zip(units, (10**6, 24, 60, 60), strict=True)]
    first = next((n for n, (number, _) in enumerate(parts) if number), 3)
    shown = [f"{number}{unit}" for number, unit in parts[first : first + 2] if number]
    return "".join(shown) or "0s"
