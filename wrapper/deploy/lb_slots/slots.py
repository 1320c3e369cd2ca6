"""Which shared load balancer and which listener-rule priority each tenant of a stack has, as data. Pure.

A slot is a fact: assigned once, never worked out again from a name, and never changed as others come and go.
Knows the rule by which a free one is chosen; knows neither where the table is kept nor what time it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ...model import strict_json
from ...model.errors import ConfigError
from ...model.nouns import Variable
from ...model.versions import check_known

# An Application Load Balancer carries 100 target groups, and that quota cannot be raised
# (docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html): ten are left for the stack's own.
PER_LOAD_BALANCER = 90
FIRST_PRIORITY = 101  # a listener asks its rules from the lowest up; the first hundred are for rules of the stack's own
# A move has up to two rules more, and a load balancer carries a hundred (modules/tenant-service/shared-load-balancer.tf). Their
# priorities are the tenant's own and as much more: so they meet no other tenant's, none of the first hundred, which are the
# stack's own, and neither the band of tenants, 101 to 190, nor the one kept for tenants that also route by path, 10,101 to
# 10,190; and what stands below 10,101 still comes before every rule there.
RULES, RULES_OF_A_MOVE = 100, 2
TURNED, ASIDE = 2000, {"instance": 3000, "ip": 4000}  # aside by the kind of the targets that the rule leads to
VERSION = 1
WHAT = "a slot table"
VARIABLE = "allotment"
COUNT = "load_balancers"


@dataclass(frozen=True, order=True)
class Slot:
    """A rule's place: the load balancer's number, from 1, and the rule's priority on its listener."""

    load_balancer: int
    priority: int

    def as_value(self) -> dict[str, int]:
        """What the tenant's root gets."""
        return {"load_balancer": self.load_balancer, "priority": self.priority}


@dataclass(frozen=True)
class SlotAssignment:
    """A slot, whose it is (or was), since when (UTC, ISO 8601), and by whose command."""

    slot: Slot
    tenant: str
    at: str
    by: str


@dataclass(frozen=True)
class SlotTable:
    """All slots of one stack. ``freed`` are slots that tenants gave back, oldest first; ``moving`` the second slots of
    tenants that move."""

    tenants: Mapping[str, SlotAssignment] = field(default_factory=dict)
    freed: tuple[SlotAssignment, ...] = ()
    moving: Mapping[str, SlotAssignment] = field(default_factory=dict)

    @property
    def highest(self) -> int:
        """The number of the last load balancer that a tenant needs; 0 when none does."""
        return max((e.slot.load_balancer for e in self.tenants.values()), default=0)


def assign(table: SlotTable, tenants: Iterable[str], at: str, by: str) -> SlotTable:
    """The table with a slot for each of ``tenants``; one that has a slot keeps it."""
    wanted = [t for t in dict.fromkeys(tenants) if t not in table.tenants]
    chosen = _free_slots(table)
    made = {tenant: SlotAssignment(next(chosen), tenant, at, by) for tenant in wanted}
    taken = {e.slot for e in made.values()}
    freed = tuple(e for e in table.freed if e.slot not in taken)
    return replace(table, tenants={**table.tenants, **made}, freed=freed)


def release(table: SlotTable, tenants: Iterable[str], at: str, by: str) -> SlotTable:
    """The table without ``tenants``; their slots are the last to be given again."""
    gone = {t for t in tenants if t in table.tenants}
    stones = tuple(replace(table.tenants[t], at=at, by=by) for t in sorted(gone))
    stay = {t: e for t, e in table.tenants.items() if t not in gone}
    moving = {t: e for t, e in table.moving.items() if t not in gone}
    return SlotTable(stay, table.freed + stones, moving)


def move(table: SlotTable, tenant: str, at: str, by: str) -> SlotTable:
    """The table with a second slot for a tenant, on its own load balancer; one that has one there keeps it, and where the load
    balancer carries no more rules the table is what it was."""
    first = table.tenants[tenant].slot
    second = replace(first, priority=first.priority + TURNED)
    if tenant in table.moving and table.moving[tenant].slot == second:
        return table
    stand = sum(e.slot.load_balancer == first.load_balancer for e in table.tenants.values())
    movers = {tenant, *on_the_move(table, first.load_balancer)}
    if stand + RULES_OF_A_MOVE * len(movers) > RULES:
        return table
    return replace(table, moving={**table.moving, tenant: SlotAssignment(second, tenant, at, by)})


def arrive(table: SlotTable, tenant: str) -> SlotTable:
    """The table without the second slot of a tenant whose move has ended."""
    return replace(table, moving={t: e for t, e in table.moving.items() if t != tenant})


def moving_value(table: SlotTable, tenant: str) -> dict[str, Any]:
    """What the tenant's root gets for a move."""
    first = table.tenants[tenant].slot
    aside = {kind: first.priority + more for kind, more in ASIDE.items()}
    return {**first.as_value(), "moving": {"turned": first.priority + TURNED, "aside": aside}}


def on_the_move(table: SlotTable, load_balancer: int) -> list[str]:
    """The tenants that hold a second slot on this load balancer."""
    return sorted(t for t, e in table.moving.items() if e.slot.load_balancer == load_balancer)


def _free_slots(table: SlotTable) -> Iterator[Slot]:
    """Per load balancer: what no tenant ever had, from the lowest up; then what was released, oldest first (names and
    browsers may still lead there). The next load balancer begins where one has neither."""
    seen = {e.slot for e in (*table.tenants.values(), *table.freed)}
    number = 1
    while True:
        priorities = range(FIRST_PRIORITY, FIRST_PRIORITY + PER_LOAD_BALANCER)
        yield from (slot for p in priorities if (slot := Slot(number, p)) not in seen)
        yield from (e.slot for e in table.freed if e.slot.load_balancer == number)
        number += 1


# -- as it is kept ------------------------------------------------------------------------------


def render(table: SlotTable) -> bytes:
    """The table as JSON, the same bytes for the same table."""
    tenants = {t: {**e.slot.as_value(), "at": e.at, "by": e.by} for t, e in table.tenants.items()}
    freed = [{**e.slot.as_value(), "tenant": e.tenant, "at": e.at, "by": e.by} for e in table.freed]
    data = {"version": VERSION, "tenants": tenants, "freed": freed}
    if table.moving:
        data["moving"] = {t: {**e.slot.as_value(), "at": e.at, "by": e.by} for t, e in table.moving.items()}
    return (json.dumps(data, indent=2, sort_keys=True) + "\n").encode()


def parse(data: bytes | None, where: str) -> SlotTable:
    """The table that ``render`` wrote; an empty one for None. A damaged one is a ConfigError: taking it for an empty
    one would give two tenants one rule. NewerError for one of a later version."""
    if data is None:
        return SlotTable()
    try:
        found = strict_json.parse(data)
        check_known(found, VERSION, WHAT, where)
        table = _read(found)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"the slot table is damaged ({len(data)} bytes; {error})",
            where=where,
            hint="restore an earlier version of that object, or write it again from the tenants' states, before anything else: "
            "docs/state.md, 'Damaged `allotments.json`'",
        ) from None
    return table


def _read(data: Any) -> SlotTable:
    if data["version"] != VERSION:
        raise ValueError(f"version {data['version']!r} is not known here")
    tenants = {str(name): _entry(str(name), entry) for name, entry in data["tenants"].items()}
    freed = tuple(_entry(str(entry["tenant"]), entry) for entry in data["freed"])
    moving = {str(name): _entry(str(name), entry) for name, entry in data.get("moving", {}).items()}
    slots = [e.slot for e in (*tenants.values(), *freed, *moving.values())]
    if len(slots) != len(set(slots)):
        raise ValueError("it has one slot twice")
    return SlotTable(tenants, freed, moving)


def _entry(tenant: str, data: Mapping[str, Any]) -> SlotAssignment:
    slot = Slot(data["load_balancer"], data["priority"])
    if not all(type(n) is int and n > 0 for n in (slot.load_balancer, slot.priority)):
        raise ValueError(f"{slot} is no slot")
    return SlotAssignment(slot, tenant, str(data.get("at", "")), str(data.get("by", "")))


# -- who needs one ------------------------------------------------------------------------------


def takes(declared: Mapping[str, Variable]) -> bool:
    """Whether a tenant's root declares ``allotment`` as an object of these two."""
    kind = declared[VARIABLE].type if VARIABLE in declared else [""]
    return kind[0] == "object" and {"load_balancer", "priority"} <= set(kind[1])


def takes_moves(declared: Mapping[str, Variable]) -> bool:
    """Whether a tenant's root also takes the rules of a move."""
    return takes(declared) and "moving" in declared[VARIABLE].type[1]


def counts(declared: Mapping[str, Variable]) -> bool:
    """Whether a stack's own root declares ``load_balancers`` as a number."""
    return COUNT in declared and declared[COUNT].type[0] == "number"


def shares(values: Mapping[str, Any]) -> bool:
    """Whether these values put a tenant behind a shared load balancer."""
    chosen = values.get("load_balancer")
    return isinstance(chosen, Mapping) and chosen.get("mode") == "shared"
