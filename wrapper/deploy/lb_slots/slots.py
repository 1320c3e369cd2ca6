"""Which shared load balancer and which listener-rule priorities each tenant of a stack has, as data. Pure.

A slot is a fact: assigned once, never worked out again from a name, and never changed as others come and go.
Which free one is chosen :mod:`wrapper.deploy.lb_slots.assignment` knows. Neither knows where the table is kept, or the time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from ...model import strict_json
from ...model.errors import ConfigError
from ...model.nouns import Variable
from ...model.versions import check_known

# An Application Load Balancer carries 100 target groups, and that quota cannot be raised
# (docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html): ten are left for the stack's own.
PER_LOAD_BALANCER = 90
# A listener asks its rules from the lowest number up; the first hundred are for rules of the stack's own. A tenant's rule for every
# path (its catch-all) must come after those of its services that have a path: so each kind has a band. An older tool knows the
# first band alone, and gave catch-alls numbers there.
WITH_A_PATH, CATCH_ALL = (range(first, first + PER_LOAD_BALANCER) for first in (101, 10_101))
# A move has up to two rules more, and a load balancer carries a hundred (modules/tenant-load-balancer/shared-load-balancer.tf).
# Their priorities are the rule's own and as much more: so they meet no other rule's, none of the first hundred, which are the
# stack's own, and neither band; and what stands below the band of catch-alls still comes before every rule there.
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
class HostNames:
    """The names by which the rules of a tenant know its requests; ``takes_over``: a tenant that it shall replace, so that each may
    have the other's. An older tool drops both: then they are not known until the tenant's next apply."""

    names: tuple[str, ...] = ()
    takes_over: str = ""


UNKNOWN: Mapping[str, HostNames] = MappingProxyType({})


@dataclass(frozen=True)
class SlotAssignment:
    """A slot, whose it is (or was), since when (UTC, ISO 8601), and by whose command."""

    slot: Slot
    tenant: str
    at: str
    by: str
    hosts: HostNames = HostNames()
    joining: bool = (
        False  # a path that is new to a tenant: its rule answers no client until an apply of the service was good
    )


@dataclass(frozen=True)
class SlotTable:
    """All slots of one stack. ``tenants`` has a tenant's own slot, that of its catch-all, by its name, ``acme``, and that of a
    service with a path as ``acme/api``: an older tool takes it for one more tenant. ``freed`` are slots that were given back,
    oldest first; ``moving`` the second slots of rules that move, by the same names."""

    tenants: Mapping[str, SlotAssignment] = field(default_factory=dict)
    freed: tuple[SlotAssignment, ...] = ()
    moving: Mapping[str, SlotAssignment] = field(default_factory=dict)

    @property
    def highest(self) -> int:
        """The number of the last load balancer that a tenant needs; 0 when none does."""
        return max((e.slot.load_balancer for e in self.tenants.values()), default=0)

    def count(self, load_balancer: int) -> int:
        """How many rules stand on a load balancer, but for those of moves."""
        return sum(e.slot.load_balancer == load_balancer for e in self.tenants.values())

    def rules(self, tenant: str) -> Mapping[str, Slot]:
        """The slots of a tenant's services that have a path."""
        return self._by_tenant.get(tenant, {})

    @cached_property
    def _by_tenant(self) -> Mapping[str, Mapping[str, Slot]]:
        found: dict[str, dict[str, Slot]] = {}
        for key, entry in self.tenants.items():
            if service := service_in(key, tenant_in(key)):
                found.setdefault(tenant_in(key), {})[service] = entry.slot
        return found


def key_of(tenant: str, service: str = "") -> str:
    """How a slot is named: that of a tenant, or of one of its services."""
    return f"{tenant}/{service}" if service else tenant


def tenant_in(key: str) -> str:
    return key.partition("/")[0]


def service_in(key: str, tenant: str) -> str:
    """The service of this tenant that a slot is named by, or ""."""
    owner, _, service = key.partition("/")
    return service if owner == tenant else ""


def release(table: SlotTable, tenants: Iterable[str], at: str, by: str) -> SlotTable:
    """The table without ``tenants``; their slots are the last to be given again."""
    gone = set(tenants)
    return _without(table, lambda key: tenant_in(key) in gone, at, by)


def settle(table: SlotTable, tenant: str, services: Collection[str], at: str, by: str) -> SlotTable:
    """The table after a good apply of a tenant: its moves have ended, its new paths answer, its services with a path are these."""
    moving = {key: e for key, e in table.moving.items() if tenant_in(key) != tenant}
    joined = {k: replace(table.tenants[k], joining=False) for k in joining(table, tenant)}
    arrived = replace(table, moving=moving) if len(moving) < len(table.moving) else table
    arrived = replace(arrived, tenants={**arrived.tenants, **joined}) if joined else arrived
    return _without(arrived, lambda key: service_in(key, tenant) not in ("", *services), at, by)


def joining(table: SlotTable, tenant: str) -> list[str]:
    """The slots of a tenant's services whose paths are new."""
    keys = (key_of(tenant, service) for service in table.rules(tenant))
    return [key for key in keys if table.tenants[key].joining]


def _without(table: SlotTable, leaves: Callable[[str], bool], at: str, by: str) -> SlotTable:
    """The table without some slots, and without those of services whose tenant an older tool released: it knew only ``acme``."""
    owners = {key for key in table.tenants if not leaves(key)}
    gone = sorted(k for k in table.tenants if k not in owners or tenant_in(k) not in owners)
    if not gone:
        return table
    stones = tuple(replace(table.tenants[key], at=at, by=by) for key in gone)
    stay = {key: e for key, e in table.tenants.items() if key not in gone}
    moving = {key: e for key, e in table.moving.items() if key not in gone}
    return SlotTable(stay, table.freed + stones, moving)


def without_orphans(table: SlotTable, at: str, by: str) -> SlotTable:
    return _without(table, lambda _: False, at, by)


def move(table: SlotTable, turned: Mapping[str, int], at: str, by: str) -> SlotTable:
    """The table with a second slot for these rules of one tenant, by name, on its own load balancer; one that has that keeps it,
    and where the load balancer carries no more rules the table is what it was."""
    second = {key: replace(table.tenants[key].slot, priority=number) for key, number in turned.items()}
    if all(key in table.moving and table.moving[key].slot == slot for key, slot in second.items()):
        return table
    number = next(iter(second.values())).load_balancer
    movers = {*second, *on_the_move(table, number)}
    if table.count(number) + RULES_OF_A_MOVE * len(movers) > RULES:
        return table
    made = {key: SlotAssignment(slot, key, at, by) for key, slot in second.items()}
    return replace(table, moving={**table.moving, **made})


def on_the_move(table: SlotTable, load_balancer: int) -> list[str]:
    """The rules that hold a second slot on this load balancer."""
    return sorted(t for t, e in table.moving.items() if e.slot.load_balancer == load_balancer)


# -- host names ---------------------------------------------------------------------------------


def taken(table: SlotTable, wanted: Mapping[str, HostNames]) -> dict[str, tuple[str, str]]:
    """Of these tenants those that want a name which another has: the name, and the other. Of two of them the first has it."""
    owners: dict[str, set[str]] = {}
    for tenant, entry in table.tenants.items():
        for name in entry.hosts.names if tenant not in wanted else ():
            owners.setdefault(name, set()).add(tenant)
    over = {**{t: e.hosts.takes_over for t, e in table.tenants.items()}, **{t: h.takes_over for t, h in wanted.items()}}
    found: dict[str, tuple[str, str]] = {}
    for tenant in sorted(wanted, key=lambda t: t not in table.tenants):  # what runs keeps its name
        for name in wanted[tenant].names:
            others = (o for o in sorted(owners.get(name, ())) if over[tenant] != o and over.get(o) != tenant)
            if other := next(others, ""):
                found.setdefault(tenant, (name, other))
            owners.setdefault(name, set()).add(tenant)
    return found


def named(table: SlotTable, wanted: Mapping[str, HostNames]) -> SlotTable:
    """The table with the host names of these tenants, where they have a slot."""
    there = {t: replace(table.tenants[t], hosts=h) for t, h in wanted.items() if t in table.tenants}
    return replace(table, tenants={**table.tenants, **there}) if there else table


# -- as it is kept ------------------------------------------------------------------------------


def render(table: SlotTable) -> bytes:
    """The table as JSON, the same bytes for the same table."""
    tenants = {t: {**e.slot.as_value(), "at": e.at, "by": e.by, **_more(e)} for t, e in table.tenants.items()}
    freed = [{**e.slot.as_value(), "tenant": e.tenant, "at": e.at, "by": e.by} for e in table.freed]
    data = {"version": VERSION, "tenants": tenants, "freed": freed}
    if table.moving:
        data["moving"] = {t: {**e.slot.as_value(), "at": e.at, "by": e.by} for t, e in table.moving.items()}
    return (json.dumps(data, indent=2, sort_keys=True) + "\n").encode()


def _more(entry: SlotAssignment) -> dict[str, Any]:
    hosts = entry.hosts
    found = {"hosts": list(hosts.names), "takes_over": hosts.takes_over, "joining": entry.joining}
    return {key: value for key, value in found.items() if value}


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
    hosts = HostNames(tuple(map(str, data.get("hosts", ()))), str(data.get("takes_over", "")))
    by, joins = str(data.get("by", "")), data.get("joining", False) is True
    return SlotAssignment(slot, tenant, str(data.get("at", "")), by, hosts, joins)


# -- who needs one ------------------------------------------------------------------------------


def takes(declared: Mapping[str, Variable]) -> bool:
    """Whether a tenant's root declares ``allotment`` as an object of these two."""
    kind = declared[VARIABLE].type if VARIABLE in declared else [""]
    return kind[0] == "object" and {"load_balancer", "priority"} <= set(kind[1])


def takes_rules(declared: Mapping[str, Variable]) -> bool:
    """Whether a tenant's root also takes the slots of its services that have a path."""
    return takes(declared) and "rules" in declared[VARIABLE].type[1]


def takes_moves(declared: Mapping[str, Variable]) -> bool:
    """Whether a tenant's root also takes the rules of a move."""
    return takes(declared) and "moving" in declared[VARIABLE].type[1]


def takes_joining(declared: Mapping[str, Variable]) -> bool:
    """Whether a tenant's root also takes that a path is new."""
    return takes_rules(declared) and "joining" in str(declared[VARIABLE].type[1]["rules"])


def counts(declared: Mapping[str, Variable]) -> bool:
    """Whether a stack's own root declares ``load_balancers`` as a number."""
    return COUNT in declared and declared[COUNT].type[0] == "number"


def shares(values: Mapping[str, Any]) -> bool:
    """Whether these values put a tenant behind a shared load balancer."""
    chosen = values.get("load_balancer")
    return isinstance(chosen, Mapping) and chosen.get("mode") == "shared"
