"""Which slots the rules of a tenant get: its catch-all, and each service with a path. Pure.

All rules of a tenant are on one load balancer, and of two paths of which one contains the other the narrower has the lower number.
A slot that is there stays, with two exceptions, each for good: a catch-all in the band of paths leaves it when its tenant gains a
path, and a rule leaves for a higher number where a narrower one finds none below it. Nothing that is left is given again in the
same write: the rule stands there until Terraform has moved it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from ...model.path_patterns import contains
from . import slots
from .slots import CATCH_ALL, PER_LOAD_BALANCER, WITH_A_PATH, HostNames, Slot, SlotAssignment, SlotTable, key_of

Paths = Mapping[str, str]  # service => the path that its rule is for


def assign(table: SlotTable, wanted: Mapping[str, Paths], at: str, by: str) -> SlotTable:
    """The table with a slot for each of these tenants and of their paths. A tenant whose load balancer has no room for all of them
    is as it was: see ``lacking``."""
    table = slots.without_orphans(table, at, by)
    change = _Change(table)
    for tenant, paths in wanted.items():
        change.place(tenant, paths)
    return change.made(at, by)


def lacking(table: SlotTable, tenant: str, paths: Paths) -> bool:
    """Whether a tenant has not all the slots that it needs."""
    return not {tenant, *(key_of(tenant, service) for service in paths)} <= table.tenants.keys()


def assign_named(
    table: SlotTable,
    wanted: Mapping[str, Paths],
    hosts: Mapping[str, HostNames],
    at: str,
    by: str,
    *,
    joins: bool = False,
) -> SlotTable:
    """The same with the host names of these tenants; one that wants the name of another is as it was. ``joins``: a path that is new
    to a tenant which was there is one that joins."""
    clash = slots.taken(table, hosts)
    given = assign(table, {t: paths for t, paths in wanted.items() if t not in clash}, at, by)
    new = [key for key in given.tenants if key not in table.tenants and slots.tenant_in(key) in table.tenants]
    if joins and new:
        joining = {key: replace(given.tenants[key], joining=True) for key in new}
        given = replace(given, tenants={**given.tenants, **joining})
    return slots.named(given, {t: h for t, h in hosts.items() if t not in clash})


@dataclass
class _LoadBalancer:
    """What is taken of one: its ``rules``, their numbers, and those that are free but were not always, oldest first."""

    rules: int = 0
    taken: set[int] = field(default_factory=set)
    rested: list[int] = field(default_factory=list)

    def free(self, band: range) -> list[int]:
        """What no rule ever had, from the lowest up; then what was given back (names and browsers may still lead there)."""
        rested = [n for n in self.rested if n in band and n not in self.taken]
        return [n for n in band if n not in self.taken and n not in rested] + rested

    def take(self, numbers: Iterable[int]) -> None:
        self.taken |= {*numbers}


@dataclass
class _Change:
    """One write: what it ``gives`` by name, beside what the table has."""

    table: SlotTable
    gives: dict[str, Slot] = field(default_factory=dict)

    @cached_property
    def load_balancers(self) -> dict[int, _LoadBalancer]:
        found: dict[int, _LoadBalancer] = {}
        for entry in self.table.tenants.values():
            one = found.setdefault(entry.slot.load_balancer, _LoadBalancer())
            one.rules += 1
            one.taken.add(entry.slot.priority)
        for entry in sorted(self.table.freed, key=self._may_stand):  # these last
            found.setdefault(entry.slot.load_balancer, _LoadBalancer()).rested.append(entry.slot.priority)
        return found

    def _may_stand(self, freed: SlotAssignment) -> bool:
        """Whether a tenant that is still there has left it: its rule stands there until its apply was good."""
        first = self.table.tenants.get(slots.tenant_in(freed.tenant))
        return first is not None and freed.at >= first.at

    def place(self, tenant: str, paths: Paths) -> None:
        """Give a tenant what it lacks, where its load balancer has room; a new one comes to the first that has."""
        first = self.table.tenants.get(tenant)
        if first is None:
            self._begin(tenant, paths)
            return
        number = first.slot.load_balancer
        has = {s: slot.priority for s, slot in self.table.rules(tenant).items() if slot.load_balancer == number}
        more = len(paths.keys() - has.keys())
        if more and self.load_balancers[number].rules + more > PER_LOAD_BALANCER:
            return
        self._give(tenant, number, self._numbers(number, first.slot.priority, paths, has))

    def _begin(self, tenant: str, paths: Paths) -> None:
        if 1 + len(paths) > PER_LOAD_BALANCER:
            return
        number = 1
        while self.load_balancers.setdefault(number, _LoadBalancer()).rules + 1 + len(paths) > PER_LOAD_BALANCER:
            number += 1
        self._give(tenant, number, self._numbers(number, 0, paths, {}))

    def _numbers(self, number: int, catch_all: int, paths: Paths, has: Mapping[str, int]) -> dict[str, int]:
        """The numbers that are new, by service ("" for the catch-all); {} where there are not enough."""
        one = self.load_balancers[number]
        found = ordered(paths, has, one.free(WITH_A_PATH)) if paths else {}
        if found is None:
            return {}
        if not catch_all or (paths and catch_all in WITH_A_PATH):
            high = one.free(CATCH_ALL)
            found = {**found, "": high[0]} if high else {}
        return {service: n for service, n in found.items() if n != has.get(service)}

    def _give(self, tenant: str, number: int, numbers: Mapping[str, int]) -> None:
        one = self.load_balancers[number]
        there = {k for s in numbers if (k := key_of(tenant, s)) in self.table.tenants and self._is_on(k, number)}
        one.rules += len(numbers) - len(there)
        one.take(numbers.values())
        self.gives |= {key_of(tenant, service): Slot(number, n) for service, n in numbers.items()}

    def _is_on(self, key: str, number: int) -> bool:
        return self.table.tenants[key].slot.load_balancer == number

    def made(self, at: str, by: str) -> SlotTable:
        if not self.gives:
            return self.table
        there, given = self.table.tenants, {*self.gives.values()}
        left = tuple(replace(there[key], at=at, by=by) for key in self.gives if key in there)
        freed = tuple(e for e in self.table.freed if e.slot not in given)
        new = {key: SlotAssignment(slot, key, at, by) for key, slot in self.gives.items()}
        made = {k: replace(there[k], slot=e.slot, at=at, by=by) if k in there else e for k, e in new.items()}
        return replace(self.table, tenants={**there, **made}, freed=freed + left)


def ordered(paths: Paths, has: Mapping[str, int], free: Sequence[int]) -> dict[str, int] | None:
    """A number for each path, the narrower the lower, out of those that are ``free``; what has one keeps it where it can. None
    where there are not enough."""
    return _kept(paths, has, free) or _all_new(paths, free)


def _kept(paths: Paths, has: Mapping[str, int], free: Sequence[int]) -> dict[str, int] | None:
    found: dict[str, int] = {}
    for service in _narrowest_first(paths, has):
        least = max((n for other, n in found.items() if contains(paths[service], paths[other])), default=0)
        if has.get(service, 0) > least:
            found[service] = has[service]
            continue
        above = [n for n in free if n > least and n not in found.values()]
        wider = (has[o] for o in paths if o in has and o not in found and contains(paths[o], paths[service]))
        most = min(wider, default=CATCH_ALL[0])
        number = next((n for n in above if n < most), above[0] if above else 0)
        if not number:
            return None
        found[service] = number
    return found


def _all_new(paths: Paths, free: Sequence[int]) -> dict[str, int] | None:
    numbers = sorted(free[: len(paths)])
    return dict(zip(_narrowest_first(paths, {}), numbers, strict=True)) if len(numbers) == len(paths) else None


def _narrowest_first(paths: Paths, has: Mapping[str, int]) -> list[str]:
    """A path contains all that those which it contains do, and these."""
    within = {s: sum(contains(path, other) for other in paths.values()) for s, path in paths.items()}
    return sorted(paths, key=lambda s: (within[s], has.get(s, CATCH_ALL[0]), s))
