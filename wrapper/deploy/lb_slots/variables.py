"""What the tool itself gives to the layers of a stack whose tenants share load balancers: to a tenant its slot, to
the stack's own root how many load balancers its tenants need. Only roots that declare these variables get them.

Before an apply begins a tenant sees what it has, or what would be its; from then on what is written in the slot table.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...model.errors import ConfigError, OrchestrateError, RefusedError
from ...model.nouns import Layer, ResolvedValue, Variable
from . import slots
from .slot_table import SlotTableStore
from .slots import COUNT, VARIABLE, SlotTable

OUTPUT = "shared_load_balancers"
LayerValues = dict[str, ResolvedValue]
Found = LayerValues | OrchestrateError


@dataclass
class SlotVariables:
    """One command's view of a stack's register, which is read at most once. ``known`` says whether it can be read:
    in a dry run there may be no bucket to ask."""

    slot_store: Callable[[], SlotTableStore]
    known: Callable[[], bool]
    _table: list[SlotTable] = field(default_factory=list)

    # -- what is given ------------------------------------------------------------------------

    def give(
        self, layers: Sequence[Layer], declared: Mapping[str, Variable], found: Iterable[Found], arguments: LayerValues
    ) -> Iterable[Found]:
        """The values of layers of one root with what is given here. ``arguments`` are those by -var and -var-file,
        which Terraform hears from the caller and believes before ours."""
        if layers[0].tenant and slots.takes(declared):
            return self._to_tenants(layers, declared, list(found), arguments)
        if not layers[0].tenant and slots.counts(declared):
            return [self._to_stack(declared, values, arguments) for values in found]
        return found

    def _to_tenants(
        self, layers: Sequence[Layer], declared: Mapping[str, Variable], found: Sequence[Found], arguments: LayerValues
    ) -> list[Found]:
        found = [
            _refused({**values, **arguments}) or values if isinstance(values, dict) else values for values in found
        ]
        pairs = list(zip(layers, found, strict=True))
        sharing = {la.tenant for la, v in pairs if isinstance(v, dict) and shares(declared, {**v, **arguments})}
        slots_of = self._previewed(sharing) if sharing else {}
        return [
            {**values, VARIABLE: slots_of[layer.tenant]}
            if isinstance(values, dict) and layer.tenant in slots_of
            else values
            for layer, values in pairs
        ]

    def _previewed(self, tenants: Collection[str]) -> dict[str, ResolvedValue]:
        origin = self.slot_store().origin
        if not self.known():
            return dict.fromkeys(tenants, ResolvedValue(None, f"{origin} (not known here)"))
        before = self.table
        after = slots.assign(before, sorted(tenants), "", "")
        origins = {t: origin if t in before.tenants else f"{origin} (the next free one)" for t in tenants}
        return {t: ResolvedValue(after.tenants[t].slot.as_value(), origins[t]) for t in tenants}

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

    def assign(self, tenants: Collection[str]) -> dict[str, ResolvedValue]:
        """A slot for each, for good: all in one write, none where all have theirs."""
        if not tenants:
            return {}
        if not set(tenants) <= self.table.tenants.keys():
            self._table[:] = [self.slot_store().assign(tenants)]
        origin = self.slot_store().origin
        return {t: ResolvedValue(self.table.tenants[t].slot.as_value(), origin) for t in tenants}

    def move(self, tenant: str, *, kept: bool) -> ResolvedValue:
        """Its slot and a second one, for a move; RefusedError where none is free. ``kept``: it is written down."""
        store, before = self.slot_store(), self.table
        after = store.move(tenant) if kept else slots.move(before, tenant, "", "")
        if tenant not in after.moving:
            raise _full(store, after, tenant)
        if kept:
            self._table[:] = [after]
        return ResolvedValue(slots.moving_value(after, tenant), store.origin)

    def moves(self, tenant: str) -> bool:
        """Whether it holds a second slot, as far as is known here."""
        return self.known() and tenant in self.table.moving

    def arrive(self, tenant: str) -> None:
        """Its move has ended."""
        if tenant in self.table.moving:
            self._table[:] = [self.slot_store().arrive(tenant)]

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
    others = slots.on_the_move(table, number)
    return RefusedError(
        f"{store.stack.label}/{tenant}: this apply moves it to another target group, and load balancer {number} has no "
        f"second slot free for that: {len(others)} tenants move there",
        where=store.key,
        hint=f"nothing was changed; a slot is free when a move has ended: apply again {', '.join(others[:5])}",
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
