"""``orchestrate quota``: before an apply, what would run out first, and which quota to raise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from ...aws import quota_headroom, quotas
from ...deploy.merge_choice import rule_of
from ...model.errors import NotFoundError, OrchestrateError, RefusedError
from ...model.nouns import ResolvedValue
from ...model.stack import Layer, Stack
from ...state import layer_state, store
from ..command import Command
from ..options import ASKS_AWS, takes
from ..session import CliSession

if TYPE_CHECKING:
    from ...aws.identity import Identity

_EXAMPLE = "example"  # a tenant's name, for the values of one that has none of its own


@click.command(
    "quota",
    cls=Command,
    help="Show, before an apply, which quota would run out first and what to raise it to. Exit code 1: the tenants do not fit.",
)
@takes(*ASKS_AWS)
@click.argument("stack")
@click.argument("region", required=False, default="")
@click.option(
    "--tenant-count",
    "wanted",
    type=click.IntRange(0, 1_000_000),
    metavar="N",
    help="Number of tenants (default: those that exist).",
)
@click.pass_context
def command(ctx: click.Context, /, stack: str, region: str, wanted: int | None, **options: Any) -> int:
    session = ctx.obj.merged(options)
    found = session.project.stack(stack, region)
    session.project.layer(found, _EXAMPLE, must_be_declared=False)
    account, stateful, unreadable = _asked(session, found)
    fleet = _fleet(session, found, stateful, wanted)
    headrooms = quota_headroom.judge(fleet, account)
    if session.options.json:
        session.console.json(_data(found, fleet, headrooms, unreadable))
    else:
        _show(session, found, fleet, account, unreadable)
    return 0 if all(one.fits for one in headrooms) else 1


def _asked(session: CliSession, stack: Stack) -> tuple[quota_headroom.Account, frozenset[str], list[str]]:
    """The account, the layers that have a state there by tenant, and what could not be learned of it."""
    from ...aws import quota_usage
    from ...aws.identity import identify

    try:
        identity = session.identity(stack) if session.sandboxed else identify(stack, session.environ)
        stateful = _stateful(stack, identity)
    except RefusedError as error:
        return quota_headroom.Account(), frozenset(), [error.message]
    values = session.project.values.of(Layer(stack))
    places = quota_usage.QuotaPlaces(stack.name, _text(values, "zone"), _namespace(values))
    account, unreadable = quota_usage.read(identity, _region(stack), places)
    return account, stateful, unreadable


def _text(values: Mapping[str, ResolvedValue], name: str) -> str:
    return str(values[name].value) if name in values else ""


def _namespace(values: Mapping[str, ResolvedValue]) -> str:
    """Of Cloud Map, in which the services of the stack's tenants find each other: its id or its name."""
    asked = _object(values, "discovery")
    return str(asked.get("namespace_id") or asked.get("namespace") or "")


def _stateful(stack: Stack, identity: Identity) -> frozenset[str]:
    try:
        return layer_state.stateful(store.open_store(stack, identity), stack)
    except NotFoundError:
        return frozenset()  # no bucket yet: nothing was ever deployed


def _fleet(
    session: CliSession, stack: Stack, stateful: frozenset[str], wanted: int | None
) -> quota_headroom.FleetDemand:
    def decide(layer: Layer, _differences: object) -> str:
        return rule_of(layer.tenant in stateful)

    values, deployed = session.project.values, sorted(stateful - {""})
    names = [*deployed, *(t for t in session.project.tenants(stack) if t not in deployed)]
    stack_values = values.of(Layer(stack), decide=decide)
    zones, on_demand = (
        len(_object(stack_values, "network").get("zones") or ("a", "b")),
        quotas.on_demand(_object(stack_values, "capacity")),
    )
    layers = [Layer(stack, tenant) for tenant in [*names, _EXAMPLE]]
    shapes = [_shape(of, zones, on_demand) for of in values.of_all(layers, decide=decide)]
    return quota_headroom.FleetDemand(
        tuple(shapes[:-1]), shapes[-1], len(deployed), len(names) if wanted is None else wanted
    )


def _object(values: Mapping[str, ResolvedValue], name: str) -> Mapping[str, Any]:
    found = values[name].value if name in values else None
    return found if isinstance(found, Mapping) else {}


def _shape(values: Mapping[str, ResolvedValue] | OrchestrateError, zones: int, on_demand: int) -> quotas.Shape:
    """Raises what is wrong with a tenant's values: what it takes is then not known."""
    if isinstance(values, OrchestrateError):
        raise values
    return quotas.shape_of({name: value.value for name, value in values.items()}, zones, on_demand)


def _region(stack: Stack) -> str:
    return stack.aws_region or "us-east-1"


def _show(
    session: CliSession,
    stack: Stack,
    fleet: quota_headroom.FleetDemand,
    account: quota_headroom.Account,
    unreadable: list[str],
) -> None:
    headrooms = quota_headroom.judge(fleet, account)
    rows = [
        (r.quota.name, r.quota.per, f"{r.use:,}", f"{r.limit:,}", f"{r.share:.0%}", _many(r.tenants), r.to_do or "-")
        for r in headrooms
    ]
    session.console.table(("quota", "per", "use", "limit", "share", "tenants", "to do"), rows)
    info = session.console.info
    for text in unreadable:
        info(f"not known, so AWS's published default or nothing counts: {text}")
    lack = [r for r in headrooms if not r.fits]
    info(f"{stack.label}: {fleet.wanted:,} tenants {'do not fit' if lack else 'fit'}")
    if (end := quota_headroom.first(headrooms)) is not None:
        info(f"first to run out: {end.quota.name} per {end.quota.per}, at {end.tenants:,} tenants ({end.quota.source})")
    behind = (
        quota_headroom.first(quota_headroom.judge(quota_headroom.shared(fleet), account))
        if lack and fleet.usual.mode == "own"
        else None
    )
    if behind and end and (behind.tenants or 0) > (end.tenants or 0):
        info(
            f'behind shared load balancers (load_balancer = {{ mode = "shared" }}) there is room for {behind.tenants:,}'
        )
    for one in headrooms:
        if one.raise_to:
            info(f"  {quota_headroom.request(one, _region(stack))}")


def _many(tenants: int | None) -> str:
    return "any" if tenants == quota_headroom.ENOUGH else f"{tenants:,}"


def _data(
    stack: Stack, fleet: quota_headroom.FleetDemand, headrooms: list[quota_headroom.Headroom], unreadable: list[str]
) -> dict[str, Any]:
    end = quota_headroom.first(headrooms)
    return {
        "stack": stack.name,
        "region": stack.region,
        "tenants": fleet.wanted,
        "deployed": fleet.deployed,
        "mode": fleet.usual.mode,
        "fits": all(r.fits for r in headrooms),
        "first": end.quota.name if end else None,
        "room_for": end.tenants if end else None,
        "untold": unreadable,
        "quotas": [quota_headroom.data(r) for r in headrooms],
    }
