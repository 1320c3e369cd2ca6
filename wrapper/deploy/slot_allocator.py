"""Room for tenants that share load balancers: a slot assigned before something is made, the next load balancer made
when the others are full, the slot released when the tenant is gone.

Knows when the stack layer may be applied for that: when nothing else of its inputs changed since its last apply.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..model.errors import BusyError, ConfigError, OrchestrateError
from ..model.nouns import Outcome, ResolvedValue
from ..model.stack import Layer
from ..state import layer_state
from ..state.store import Store
from ..terraform.arguments import destroys
from ..terraform.commands import Token
from ..terraform.suggested import suggest
from .inputs import InputResolver
from .lb_slots import slots, variables
from .lb_slots.slots import SlotTable
from .prepared import PreparedLayer

CARRIED = ("parallelism", "lock-timeout", "auto-approve", "no-color", "compact-warnings", "json")
_LONGEST = 600.0  # seconds that a tenant waits while other runs change the stack layer
_AGAIN = 10.0  # seconds until it looks again


@dataclass
class SlotAllocator:
    """``apply_stack_layer`` applies the stack layer with these arguments; ``pause`` sleeps, and raises when the command
    is being stopped."""

    resolver: InputResolver
    store: Callable[[], Store]
    apply_stack_layer: Callable[[Sequence[Token]], Outcome]
    info: Callable[[str], None]
    pause: Callable[[float], None]

    def make(self, found: Sequence[PreparedLayer]) -> list[PreparedLayer | OrchestrateError]:
        """Layers of one root, each tenant with its slot on a shared load balancer, assigned for good where something
        will be made; a load balancer that is not there yet is made first. For a tenant without a slot, why."""
        if self.resolver.dry or not found:
            return list(found)
        try:
            placed = self._allotted(found) if _makes(found[0]) else list(found)
        except OrchestrateError as error:
            return [error if r.shares_load_balancer else r for r in found]
        ready = iter(self._behind_one([r for r in placed if isinstance(r, PreparedLayer)]))
        return [next(ready) if isinstance(r, PreparedLayer) else r for r in placed]

    def _behind_one(self, found: Sequence[PreparedLayer]) -> list[PreparedLayer | OrchestrateError]:
        """The same layers, when the load balancers that their slots name are there."""
        if not found or not found[0].verb.applies or destroys(found[0].verb, found[0].tokens):
            return [self._no_room(r) or r for r in found]
        try:
            number = max(map(self._missing, found))
            return self._grown(number, found) if number else list(found)
        except OrchestrateError as error:
            return [error if self._missing(r) else r for r in found]

    def _grown(self, number: int, found: Sequence[PreparedLayer]) -> list[PreparedLayer | OrchestrateError]:
        """The same layers, made ready again when the load balancer is there."""
        root_request = found[0].root_request
        self._grow(number, root_request.for_all)
        layers, overrides = [r.layer for r in found], {r.layer.tenant: r.root_request.overrides for r in found}
        again = list(self.resolver.prepare_all(found[0].verb, layers, root_request.for_all, overrides=overrides))
        placed = iter(self._allotted([r for r in again if isinstance(r, PreparedLayer)]))
        return [next(placed) if isinstance(r, PreparedLayer) else r for r in again]

    def _allotted(self, found: Sequence[PreparedLayer]) -> list[PreparedLayer | OrchestrateError]:
        """The same, each that shares a load balancer with its slots for good; one write for all. For one without room, why."""
        sharing = [r for r in found if r.shares_load_balancer]
        if not sharing:
            return list(found)
        wanted, values = {r.layer.tenant: r.paths for r in sharing}, {r.layer.tenant: r.values for r in sharing}
        joins = slots.takes_joining(sharing[0].root_request.request.declared)
        assigned = self.resolver.slot_variables.assign(wanted, values, joins=joins)
        return [_with_slots(r, assigned.get(r.layer.tenant)) for r in found]

    def _missing(self, prepared: PreparedLayer) -> int:
        """The number of the load balancer that a tenant's slot names and its stack does not have yet; else 0."""
        resolver = self.resolver
        if not prepared.shares_load_balancer or variables.OUTPUT not in resolver.project.values.outputs(
            resolver.stack.source
        ):
            return 0
        return variables.missing(prepared.values, layer_state.outputs(resolver.outputs.state()))

    def _no_room(self, one: PreparedLayer) -> ConfigError | None:
        """A look at a tenant whose load balancer is not there yet would end in Terraform's words about a missing key."""
        number = self._missing(one)
        if not number or not one.verb.plans or destroys(one.verb, one.tokens):
            return None
        return ConfigError(
            f"{one.layer.label}: load balancer {number} of {self.resolver.stack.label} does not exist yet",
            where=self.resolver.slot_variables.slot_store().key,
            hint=f"the tenant's apply creates it first; for a plan before that, set {slots.COUNT} = {number} in "
            f"variables.tfvars and apply the stack: {suggest('apply', Layer(self.resolver.stack))}",
        )

    def _grow(self, number: int, tokens: Sequence[Token]) -> None:
        """Apply the stack layer for one more load balancer, as it was last applied and with nothing else new.
        Who is busy with it may be making the same: then look again."""
        stack_layer, end = Layer(self.resolver.stack), time.monotonic() + _LONGEST
        carried = [t for t in tokens if t.flag in CARRIED and t.flag != "lock-timeout"]
        while not self._has(number):
            growth = self._only_growth(stack_layer, number)
            self.info(f"{stack_layer.label}: load balancer {number} does not exist yet; applying the stack layer first")
            try:
                self.apply_stack_layer([*growth, *carried])
            except BusyError as error:
                if time.monotonic() > end:
                    raise
                self.info(f"{error.message}; waiting for it")
                self.pause(_AGAIN)
                continue
            if not self._has(number):
                raise ConfigError(
                    f"{stack_layer.label}: was applied, but its outputs have no load balancer {number}",
                    where=f'output "{variables.OUTPUT}"',
                    hint=f"it is a map from each load balancer's number, made from the variable {slots.COUNT}",
                )

    def _has(self, number: int) -> bool:
        """Whether the stack gives out that load balancer, as its state and its register are at this moment."""
        self.resolver.outputs.forget()
        self.resolver.slot_variables.reload()
        return str(number) in (layer_state.outputs(self.resolver.outputs.state()).get(variables.OUTPUT) or {})

    def _only_growth(self, stack_layer: Layer, number: int) -> list[Token]:
        """What was typed at the stack's last apply, if nothing but the number of load balancers differs since."""
        record = layer_state.load_record(self.store(), stack_layer)
        names = [d.name for d in self.resolver.changed(stack_layer, record) if d.name != f"variable {slots.COUNT}"]
        names += [f"-var {name} (not recorded, because it is sensitive)" for name in record.sensitive_names]
        if not slots.counts(self.resolver.checks.declared(stack_layer)):
            names = [f"it declares no variable {slots.COUNT}, so the tool cannot add one"]
        elif not record.inputs:
            names = ["what its last apply was given is not recorded"]
        if names:
            raise ConfigError(
                f"load balancer {number} is needed, and the tool does not apply {stack_layer.label} for it: {', '.join(names[:5])}",
                where=self.resolver.slot_variables.slot_store().key,
                hint=f"plan it, then run: {suggest('apply', stack_layer)}",
            )
        return self.resolver.last_cli_vars(stack_layer, record)

    def places(self) -> dict[str, dict[str, Any]]:
        """The slots of each tenant, as data, deployed or not; {} where no tenant shares, or where the table is not known."""
        if not self._is_for_sharing or not self.resolver.slot_variables.known():
            return {}
        table = self.resolver.slot_variables.table
        tenants = [key for key in table.tenants if key == slots.tenant_in(key)]
        return {name: _as_data(table, name) for name in tenants}

    def move(self, prepared: PreparedLayer, leaving: Sequence[str]) -> PreparedLayer:
        """The same with a second slot for each service that is ``leaving`` its target group, held from now on where something will
        be made; RefusedError where none is free."""
        tenant, kept = prepared.layer.tenant, _makes(prepared)
        value = self.resolver.slot_variables.move(tenant, prepared.paths, leaving, kept=kept)
        return prepared.with_value(slots.VARIABLE, value)

    def second_of(self, prepared: PreparedLayer) -> Sequence[str]:
        """The services whose move has begun, and not ended."""
        return self.resolver.slot_variables.moves(prepared.layer.tenant) if prepared.takes_moves else ()

    def with_wider_aside(self, prepared: PreparedLayer, left: Sequence[str]) -> PreparedLayer:
        """The same, and the rules of paths that contain those which have ``left`` still make way; itself where none does."""
        value = (
            self.resolver.slot_variables.with_wider_aside(prepared.layer.tenant, prepared.paths, left) if left else None
        )
        return prepared if value is None else prepared.with_value(slots.VARIABLE, value)

    def joined(self, prepared: PreparedLayer) -> PreparedLayer:
        """The same with its slots of now: after its good apply each new path leads to its service."""
        value = self.resolver.slot_variables.joined(prepared.layer.tenant, prepared.paths)
        return prepared.with_value(slots.VARIABLE, value)

    def settle(self, prepared: PreparedLayer) -> None:
        """An apply without a second slot was good: those that the tenant may hold are free, and those of services that went."""
        self.resolver.slot_variables.settle(prepared.layer.tenant, prepared.paths)

    def check_known(self) -> None:
        """NewerError where a newer orchestrate keeps the slot table: said before anything is made or destroyed."""
        if self._is_for_sharing:
            self.resolver.slot_variables.slot_store().check_known()

    def release(self, layer: Layer) -> None:
        """A layer is gone, or a tenant has left the shared load balancers: so is its slot."""
        if not self._is_for_sharing:
            return
        if layer.tenant:
            self.resolver.slot_variables.release(layer.tenant)
        else:
            self.resolver.slot_variables.forget()

    @property
    def _is_for_sharing(self) -> bool:
        tenants = self.resolver.stack.tenant_source
        return tenants is not None and slots.takes(self.resolver.project.values.declared(tenants))


def _with_slots(
    prepared: PreparedLayer, slot: ResolvedValue | OrchestrateError | None
) -> PreparedLayer | OrchestrateError:
    if slot is None:
        return prepared
    return prepared.with_value(slots.VARIABLE, slot) if isinstance(slot, ResolvedValue) else slot


def _as_data(table: SlotTable, tenant: str) -> dict[str, Any]:
    rules = {service: slot.priority for service, slot in sorted(table.rules(tenant).items())}
    return {**table.tenants[tenant].slot.as_value(), **({"rules": rules} if rules else {})}


def _makes(prepared: PreparedLayer) -> bool:
    """Whether something will be made of a tenant's values: now, or by a plan that is kept for later."""
    if destroys(prepared.verb, prepared.tokens):
        return False
    return prepared.verb.applies or (prepared.verb.plans and any(t.flag == "out" for t in prepared.tokens))
