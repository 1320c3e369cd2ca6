"""The status of a layer, or of all of a stack's tenants, as data: what the bucket says of them, and what AWS does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..aws.calls import AwsCalls
from ..model.errors import NotFoundError, OrchestrateError
from ..model.stack import Layer, Stack
from ..state import index, layer_state, lifetime
from ..state.lifetime import Lifetime, StoppedLayer
from ..state.record import moment
from ..state.store import Store
from ..terraform.suggested import suggest
from . import deployed_services, service_status, state_resources
from .deployed_services import DeployedService
from .state_resources import Zones
from .status_reader import StatusReader

_READERS = 16
_NAMED = 500  # alarms; of more than these all that ring are asked for


@dataclass(frozen=True)
class LiveLayer:
    """A layer that was applied, as its state has it."""

    layer: Layer
    state: Mapping[str, Any]

    @property
    def outputs(self) -> dict[str, Any]:
        return layer_state.outputs(self.state)

    @property
    def services(self) -> tuple[DeployedService, ...]:
        """ConfigError where the root does not say them, NotFoundError where there is none, as in the stack layer of a stack whose
        tenants run them."""
        if not self.layer.tenant and self.layer.stack.tenant_source is not None and "services" not in self.outputs:
            raise NotFoundError(
                f"{self.layer.label} is the stack layer, which runs no service",
                hint="name a tenant of it: -var tenant=NAME",
            )
        return deployed_services.parse(self.layer.label, self.outputs, f"{self.layer.source}/outputs.tf")


def load(store: Store, layer: Layer) -> LiveLayer:
    """NotFoundError where it was never applied."""
    state = layer_state.load(store, layer)
    if state is None or layer_state.is_empty(state):
        raise NotFoundError(f"{layer.label} was never applied", hint=f"apply it first: {suggest('apply', layer)}")
    return LiveLayer(layer, state)


def of_layer(
    live: LiveLayer,
    chosen: Sequence[DeployedService],
    builds: Mapping[str, str],
    calls: AwsCalls,
    clock: StatusClock,
    life: Lifetime = lifetime.NOTHING,
) -> dict[str, Any]:
    """docs/schemas/status-1.json, of one layer."""
    reader, stopped = StatusReader(calls), life.stopped
    there = reader.services(chosen)
    found = [service_status.described(one, reader.read(one, there.get(one.resource))) for one in chosen]
    found = [service_status.as_stopped(one, stopped) for one in found]
    for one in found:
        one["scheduled"] = [clock.timed(s) for s in one["scheduled"]]
    names = state_resources.alarm_names(live.state)
    alarms = [service_status.alarm(a) for a in reader.ringing(names)] if names else []
    stack, tenant, quiet = live.layer.stack, live.layer.tenant, stopped.alarms if stopped else ()
    return {
        "schema": 1,
        "stack": stack.name,
        "region": stack.region,
        "tenant": tenant or None,
        "layer": live.layer.label,
        "well": all(one["well"] for one in found) and all(a["scales"] or a["name"] in quiet for a in alarms),
        "stopped": service_status.stop(stopped),
        "expires": moment(life.expires.at) if life.expires else None,
        "builds": dict(sorted(builds.items())),
        "services": found,
        "alarms": alarms,
        "schedules": clock.schedules(live.state),
        "unknown": reader.unknown,
    }


@dataclass(frozen=True)
class StatusClock:
    """What time it is, and what a time zone is."""

    now: datetime
    zones: Zones

    def timed(self, schedule: Mapping[str, Any]) -> dict[str, Any]:
        return state_resources.timed(schedule, self.zones, self.now)

    def schedules(self, state: Mapping[str, Any]) -> list[dict[str, Any]]:
        return state_resources.schedules(state, self.zones, self.now)


# -- all tenants --------------------------------------------------------------------------------


@dataclass(frozen=True)
class TenantState:
    """``error``: why nothing is known of it."""

    tenant: str
    builds: Mapping[str, str] = field(default_factory=dict)
    services: tuple[DeployedService, ...] = ()
    alarms: tuple[str, ...] = ()
    error: str = ""
    stopped: StoppedLayer | None = None


def load_tenants(store: Store, stack: Stack) -> list[TenantState]:
    """Every tenant that has a state; the stack layer too where it runs services."""
    found = index.read(store, stack)
    with ThreadPoolExecutor(_READERS) as pool:
        tenants = list(pool.map(lambda name: _loaded(store, Layer(stack, name), found), found.deployed))
        stack_row = _loaded(store, Layer(stack), found) if found.stack_layer.deployed else None
    if stack_row is None and not tenants:
        raise NotFoundError(
            f"{stack.label} was never applied", hint=f"apply it first: {suggest('apply', Layer(stack))}"
        )
    rows = [*([stack_row] if stack_row and stack_row.services else []), *tenants]
    if not rows:
        raise NotFoundError(f"no tenant of {stack.label} was applied", hint="apply one: -var tenant=NAME")
    return rows


def _loaded(store: Store, layer: Layer, found: index.TenantIndex) -> TenantState:
    builds = found.of(layer.tenant).record.builds
    try:
        live = load(store, layer)
        stopped = lifetime.load(store, layer).stopped if found.of(layer.tenant).lifetime else None
        names = tuple(state_resources.alarm_names(live.state))
        return TenantState(layer.tenant, builds, live.services, names, stopped=stopped)
    except OrchestrateError as error:
        return TenantState(layer.tenant, builds, error=error.message)


def of_tenants(stack: Stack, tenants: Sequence[TenantState], calls: AwsCalls) -> dict[str, Any]:
    """docs/schemas/status-1.json, of a stack: a DescribeServices for ten services, and a DescribeAlarms for all."""
    reader = StatusReader(calls)
    there = reader.services(one for tenant in tenants for one in tenant.services)
    known = sorted({name for tenant in tenants for name in tenant.alarms})
    ringing = (
        [service_status.alarm(a) for a in reader.ringing(known if len(known) <= _NAMED else None)] if known else []
    )
    troubled = {a["name"] for a in ringing if not a["scales"]}
    rows = [_row(tenant, there, troubled) for tenant in tenants]
    return {
        "schema": 1,
        "stack": stack.name,
        "region": stack.region,
        "well": all(row["well"] for row in rows),
        "tenants": rows,
        "unknown": reader.unknown,
    }


def _row(tenant: TenantState, there: Mapping[str, Any], troubled: set[str]) -> dict[str, Any]:
    found = [service_status.summary(one, there.get(one.resource)) for one in tenant.services]
    stopped = tenant.stopped
    services = [service_status.as_stopped(one, stopped) for one in found]
    alarms = sorted(troubled & set(tenant.alarms) - set(stopped.alarms if stopped else ()))
    bad = [f"{s['name']}: {s['verdict']}" for s in services if not s["well"]]
    trouble = tenant.error or "; ".join([*bad, *(f"{name} is in ALARM" for name in alarms)])
    return {
        "tenant": tenant.tenant or None,
        "well": not trouble,
        "verdict": trouble or (str(stopped) if stopped and stopped.whole else f"{len(services)} services run"),
        "stopped": service_status.stop(stopped),
        "builds": dict(sorted(tenant.builds.items())),
        **{name: sum(s[name] for s in services) for name in ("desired", "running", "pending")},
        "services": services,
        "alarms": alarms,
    }
