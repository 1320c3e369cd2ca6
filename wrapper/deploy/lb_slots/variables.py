"""What the tool itself gives to the layers of a stack whose tenants share load balancers: to a tenant its slot, to
the stack's own root how many load balancers its tenants need. Only roots that declare these variables get them.

Before an apply begins a tenant sees what it has, or what would be its; from then on what is written in the slot table.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ...model import service_map
from ...model.errors import ConfigError, OrchestrateError, RefusedError
from ...model.nouns import ResolvedValue, Variable
from ...model.stack import Layer
from . import allotment, assignment, slots
from .assignment import Paths
from .slot_table import SlotTableStore
from .slots import COUNT, VARIABLE, HostNames, SlotTable

OUTPUT = "shared_load_balancers"
HOSTS = ("hostname", "aliases")
LayerValues = dict[str, ResolvedValue]
Found = LayerValues | OrchestrateError
Wanted = Mapping[str, Paths | None]  # tenant => its services with a path; None where its root takes none


@dataclass
class SlotVariables:
    """One command's view of a stack's register, which is read at most once. ``known`` says whether it can be read:
    in a dry run there may be no bucket to ask."""

    slot_store: Callable[[], SlotTableStore]
    known: Callable[[], bool]
    takes_over: Callable[[str], str] = lambda tenant: ""
    _table: list[SlotTable] = field(default_factory=list)

    # -- what is given ------------------------------------------------------------------------

    def give(
        self,
        layers: Sequence[Layer],
        declared: Mapping[str, Variable],
        found: Iterable[Found],
        arguments: LayerValues,
        *,
        goes: bool = False,
    ) -> Iterable[Found]:
        """The values of layers of one root with what is given here. ``arguments`` are those by -var and -var-file,
        which Terraform hears from the caller and believes before ours. What ``goes`` needs no room."""
        if layers[0].tenant and slots.takes(declared):
            return self._to_tenants(layers, declared, list(found), arguments, goes)
        if not layers[0].tenant and slots.counts(declared):
            return [self._to_stack(declared, values, arguments) for values in found]
        return found

    def _to_tenants(
        self,
        layers: Sequence[Layer],
        declared: Mapping[str, Variable],
        found: Sequence[Found],
        arguments: LayerValues,
        goes: bool,
    ) -> list[Found]:
        found = [
            _refused({**values, **arguments}) or values if isinstance(values, dict) else values for values in found
        ]
        whole = {la.tenant: {**v, **arguments} for la, v in zip(layers, found, strict=True) if isinstance(v, dict)}
        wanted = {tenant: paths(declared, v) for tenant, v in whole.items() if shares(declared, v)}
        slots_of = self._previewed(wanted, {t: v for t, v in whole.items() if t in wanted}, goes) if wanted else {}
        return [_with_slot(v, slots_of.get(la.tenant)) for la, v in zip(layers, found, strict=True)]

    def _previewed(
        self, wanted: Wanted, values: Mapping[str, LayerValues], goes: bool
    ) -> dict[str, ResolvedValue | OrchestrateError]:
        origin = self.slot_store().origin
        if not self.known():
            return dict.fromkeys(wanted, ResolvedValue(None, f"{origin} (not known here)"))
        clash = {} if goes else self._clashes(values)
        after = assignment.assign(self.table, {t: wanted[t] or {} for t in sorted(wanted)}, "", "")
        return {t: clash[t] if t in clash else self._found(after, t, wanted[t], goes) for t in wanted}

    def _clashes(self, values: Mapping[str, Mapping[str, ResolvedValue]]) -> dict[str, OrchestrateError]:
        """Why a tenant has not what it needs, where that is a host name of another."""
        found = slots.taken(self.table, self._hosts(values)) if values else {}
        return {t: _same_name(self.slot_store(), t, *clash, values[t]) for t, clash in found.items()}

    def _hosts(self, values: Mapping[str, Mapping[str, ResolvedValue]]) -> dict[str, HostNames]:
        return {t: HostNames(_host_names(v), self.takes_over(t)) for t, v in values.items()}

    def _found(
        self, table: SlotTable, tenant: str, wanted: Paths | None, goes: bool = False
    ) -> ResolvedValue | OrchestrateError:
        """What a tenant has by this table, or why it has not what it needs."""
        store, before = self.slot_store(), self.table
        if assignment.lacking(table, tenant, wanted or {}) and not goes:
            return _no_room(store, table, tenant, wanted or {})
        if tenant not in table.tenants:
            return ResolvedValue(None, store.origin)
        value = allotment.value(table, tenant, wanted)
        has = tenant in before.tenants and value == allotment.value(before, tenant, wanted)
        return ResolvedValue(value, store.origin if has else f"{store.origin} (the next free one)")

    def _to_stack(self, declared: Mapping[str, Variable], values: Found, arguments: LayerValues) -> Found:
        if not isinstance(values, dict) or not self.known():
            return values
        needed = self.table.highest
        if COUNT in arguments and _number(arguments[COUNT].value) < needed:
            return ConfigError(
                f"{COUNT} = {arguments[COUNT].value} is too few: tenants have slots up to load balancer {needed}",
                where=arguments[COUNT].origin,
                hint=f"give at least {needed}, or leave it out: the tool sets what is needed",
            )
        said = values[COUNT].value if COUNT in values else declared[COUNT].default
        return values if _number(said) >= needed else {**values, COUNT: ResolvedValue(needed, self.slot_store().origin)}

    def still_enough(self, cli_vars: Mapping[str, str]) -> dict[str, str]:
        """What was typed some time ago, without a number of load balancers that has become too small."""
        needed = self.table.highest if COUNT in cli_vars and self.known() else 0
        return {n: t for n, t in cli_vars.items() if n != COUNT or _number(t) >= needed}

    # -- what is written ----------------------------------------------------------------------

    def assign(
        self,
        wanted: Wanted,
        values: Mapping[str, Mapping[str, ResolvedValue]] = MappingProxyType({}),
        *,
        joins: bool = False,
    ) -> dict[str, ResolvedValue | OrchestrateError]:
        """The slots that each needs, for good: all in one write, none where all have theirs. For one without room, or with the
        name of another, why. ``values``: of each; ``joins``: their root takes that a path is new."""
        need, hosts = {t: paths or {} for t, paths in wanted.items()}, self._hosts(values)
        if need and assignment.assign_named(self.table, need, hosts, "", "", joins=joins) != self.table:
            self._table[:] = [self.slot_store().assign(need, hosts, joins=joins)]
        clash = self._clashes(values)
        return {t: clash[t] if t in clash else self._found(self.table, t, paths) for t, paths in wanted.items()}

    def move(self, tenant: str, wanted: Paths | None, leaving: Collection[str], *, kept: bool) -> ResolvedValue:
        """Its slots and a second one for each rule that is ``leaving``; RefusedError where none is free. ``kept``: it is written
        down."""
        store, before = self.slot_store(), self.table
        turned = allotment.turned(before, tenant, wanted or {}, leaving)
        second = {slots.key_of(tenant, service): number for service, number in turned.items()}
        after = store.move(second) if kept else slots.move(before, second, "", "")
        if not second.keys() <= after.moving.keys():
            raise _full(store, after, tenant)
        if kept:
            self._table[:] = [after]
        return ResolvedValue(allotment.value(after, tenant, wanted, leaving), store.origin)

    def with_wider_aside(self, tenant: str, wanted: Paths | None, left: Collection[str]) -> ResolvedValue | None:
        """Its slots when the rules of these services have moved, and those of wider paths still make way; None where there are
        none of these."""
        if not allotment.wider(wanted or {}, left):
            return None
        return ResolvedValue(allotment.value(self.table, tenant, wanted, left, moving=False), self.slot_store().origin)

    def joined(self, tenant: str, wanted: Paths | None) -> ResolvedValue:
        """Its slots, when its new paths answer."""
        return ResolvedValue(allotment.value(self.table, tenant, wanted), self.slot_store().origin)

    def moves(self, tenant: str) -> tuple[str, ...]:
        """Its services ("" for the catch-all) that hold a second slot, as far as is known here."""
        held = self.table.moving if self.known() else ()
        return tuple(slots.service_in(key, tenant) for key in sorted(held) if slots.tenant_in(key) == tenant)

    def settle(self, tenant: str, wanted: Paths | None) -> None:
        """An apply of it was good: its move has ended, and it has these services with a path."""
        services = tuple(wanted or ())
        if slots.settle(self.table, tenant, services, "", "") != self.table:
            self._table[:] = [self.slot_store().settle(tenant, services)]

    def release(self, tenant: str) -> None:
        """It is gone, or has a load balancer of its own now."""
        self._table[:] = [self.slot_store().release([tenant])]

    def forget(self) -> None:
        """The stack is gone."""
        self.slot_store().forget()
        self._table.clear()

    def reload(self) -> None:
        self._table.clear()

    @property
    def table(self) -> SlotTable:
        if not self._table:
            self._table.append(self.slot_store().read())
        return self._table[0]


def paths(declared: Mapping[str, Variable], values: Mapping[str, ResolvedValue]) -> Paths | None:
    """The services of a tenant that need a slot of their own, and their paths; None where its root takes none."""
    return service_map.with_path(declared, values) if slots.takes_rules(declared) else None


def _with_slot(values: Found, slot: ResolvedValue | OrchestrateError | None) -> Found:
    if slot is None or not isinstance(values, dict):
        return values
    return {**values, VARIABLE: slot} if isinstance(slot, ResolvedValue) else slot


def shares(declared: Mapping[str, Variable], values: Mapping[str, ResolvedValue]) -> bool:
    """Whether a tenant with these values stands behind a shared load balancer."""
    default = declared["load_balancer"].default if "load_balancer" in declared else None
    return slots.shares({"load_balancer": values["load_balancer"].value if "load_balancer" in values else default})


def missing(values: Mapping[str, ResolvedValue], outputs: Mapping[str, Any]) -> int:
    """The number of the tenant's load balancer where the stack does not give it out yet; else 0."""
    slot = values[VARIABLE].value if VARIABLE in values else None
    number = slot["load_balancer"] if slot else 0
    return 0 if str(number) in (outputs.get(OUTPUT) or {}) else int(number)


def _full(store: SlotTableStore, table: SlotTable, tenant: str) -> RefusedError:
    number = table.tenants[tenant].slot.load_balancer
    others = sorted({slots.tenant_in(key) for key in slots.on_the_move(table, number)})
    return RefusedError(
        f"{store.stack.label}/{tenant}: this apply moves it to another target group, and load balancer {number} has no "
        f"second slot free for that: {len(others)} tenants move there",
        where=store.key,
        hint=f"nothing was changed; a slot is free when a move has ended: apply again {', '.join(others[:5])}",
    )


def _no_room(store: SlotTableStore, table: SlotTable, tenant: str, wanted: Paths) -> RefusedError:
    label, most = f"{store.stack.label}/{tenant}", slots.PER_LOAD_BALANCER
    first = table.tenants.get(tenant)
    if first is None or 1 + len(wanted) > most:
        needs = f"its {len(wanted)} paths need {1 + len(wanted)} rules, and a load balancer takes {most}"
        return RefusedError(f"{label}: {needs}", where=store.key, hint="nothing was changed; leave some of them out")
    number = first.slot.load_balancer
    more = ", ".join(sorted(wanted.keys() - table.rules(tenant).keys())) or "other numbers"
    return RefusedError(
        f"{label}: load balancer {number} has no room for {more}: it has {table.count(number)} rules, and takes {most}",
        where=store.key,
        hint='nothing was changed; apply it with load_balancer = { mode = "own" }, and then with "shared" again: its slots are '
        "then on one with room for all of them",
    )


def _host_names(values: Mapping[str, ResolvedValue]) -> tuple[str, ...]:
    """Those by which the tenant's rules know its requests: its ``hostname`` and ``aliases``, where its root has them."""
    first, more = (values[name].value if name in values else None for name in HOSTS)
    names = [first, *(more if isinstance(more, (list, tuple, set)) else ())]
    return tuple(sorted({name.lower() for name in names if isinstance(name, str) and name}))


def _same_name(
    store: SlotTableStore, tenant: str, name: str, other: str, values: Mapping[str, ResolvedValue]
) -> ConfigError:
    said = [values[n] for n in HOSTS if n in values and name in _host_names({n: values[n]})]
    return ConfigError(
        f"{store.stack.label}/{tenant}: {name} is the host name of {store.stack.label}/{other} too, and of two rules with one name "
        "the load balancer asks the first alone",
        where=said[0].origin if said else store.key,
        hint=f"give one of them another name (hostname, aliases), or apply {other} without it; where {tenant} is to replace "
        f'{other}, write takes_over = "{other}" into the file of {tenant}: docs/configuration.md, "Rename a tenant"',
    )


def _refused(values: LayerValues) -> ConfigError | None:
    if VARIABLE not in values or values[VARIABLE].value is None:
        return None
    where = values[VARIABLE].origin
    return ConfigError(
        f"{VARIABLE} is not set by hand", where=where, hint="remove it: the tool assigns each tenant a slot, once"
    )


def _number(value: Any) -> float:
    """A number as HCL or -var has it; 0 for none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0
