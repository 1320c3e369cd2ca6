"""The tables of docs/scale.md: quotas, raises, rates, costs."""

from __future__ import annotations

import textwrap

import costs
import rates
from marked import table

from wrapper.aws.quota_headroom import ENOUGH, Account, FleetDemand, Headroom, first, judge
from wrapper.aws.quotas import OF_A_LOAD_BALANCER, PER_LOAD_BALANCER, QUOTAS, Quota, Shape

SHAPES = {
    "own": Shape(),
    "shared": Shape(mode="shared"),
    "none": Shape(mode="none"),
    "shared, a schedule each": Shape(mode="shared", schedules=1),
    "shared, a certificate each": Shape(mode="shared", certificates=1, records=2),
    "shared, Fargate": Shape(mode="shared", launch="fargate", addresses=True, cpu=256),
}
FLEETS = (1_000, 10_000)


def quota_table() -> str:
    rooms = {name: {r.quota: r for r in _judged(shape, 1)} for name, shape in SHAPES.items()}
    least = {
        name: [first(found.values()), first(r for r in found.values() if not _grows(r.quota))]
        for name, found in rooms.items()
    }

    def cell(name: str, quota: Quota) -> str:
        room = rooms[name].get(quota)
        text = "any" if room and room.tenants == ENOUGH else f"{room.tenants:,}" if room else "-"
        return f"**{text}**" if room and room in least[name] else text

    rows = [
        (_named(quota), f"{quota.limit:,}", *(cell(name, quota) for name in SHAPES))
        for quota in QUOTAS
        if _taken(quota, rooms)
    ]
    return table(("quota, published default", "limit", *SHAPES), rows)


def balancer_table() -> str:
    rows = [(_named(quota), f"{quota.limit:,}", f"{PER_LOAD_BALANCER}") for quota in OF_A_LOAD_BALANCER]
    return table(("one shared load balancer", "limit", "rules of tenants that the tool puts there"), rows)


def raise_table() -> str:
    return "\n\n".join(f"For {tenants:,} tenants:\n\n{_raises(tenants)}" for tenants in FLEETS)


def _raises(tenants: int) -> str:
    found = [{r.quota: r for r in _judged(shape, tenants) if r.to_do} for shape in SHAPES.values()]
    rows = [
        (_raised(quota), *(_asked(f.get(quota)) for f in found)) for quota in QUOTAS if any(quota in f for f in found)
    ]
    return table(("quota", *SHAPES), rows)


def rate_table() -> str:
    rows = []
    for name, work in rates.WORK.items():
        slowest = [rates.bound(work, tenants) for tenants in FLEETS]
        rows.append((name, *(rates.shown(seconds) for seconds, _ in slowest), slowest[-1][1].name))
    return table(("what", *(f"{n:,} tenants" for n in FLEETS), "bound by"), rows)


def cost_table() -> str:
    prices, tenant = costs.PRICES, costs.TENANT
    machines = costs.compute(prices, tenant)
    rows = [("tasks", *(_dollars(machines[kind]) for kind in costs.COMPUTE))]
    for mode in ("own", "shared", "none"):
        part, rest = costs.balancing(prices, tenant, mode), costs.watching(prices, tenant, mode)
        rows.append((f"load balancer: {mode}", *(_dollars(part) for _ in costs.COMPUTE)))
        rows.append((f"alarms, logs: {mode}", *(_dollars(rest) for _ in costs.COMPUTE)))
        rows.append((f"**in all: {mode}**", *(f"**{_dollars(machines[k] + rest + part)}**" for k in costs.COMPUTE)))
    return table(("US$ per tenant and month", *costs.COMPUTE), rows)


def assumptions() -> str:
    p, t = costs.PRICES, costs.TENANT
    return textwrap.fill(
        f"Assumed: list prices of {p.region}, {p.date}, before tax: {p.machine} {p.machine_hour} an hour, 60 GB of gp3 "
        f"{p.volume_month:.2f} a month, spot at {p.spot:.0%} and Fargate spot at {p.fargate_spot:.0%} of on-demand, Fargate "
        f"{p.fargate_cpu} a processor and {p.fargate_memory} a GB an hour, a load balancer {p.balancer} an hour and "
        f"{p.capacity_unit} a capacity unit, a public address {p.address} an hour, an alarm {p.alarm_month:.2f} a month, "
        f"logs {p.logs_gb} a GB. A tenant: {t.tasks} tasks of {t.cpu} cpu and {t.memory} MiB on machines that are "
        f"{t.packed:.0%} full, {t.units} capacity units, {t.addresses} addresses a load balancer, "
        f"{t.alarms['own']} alarms ({t.alarms['shared']} behind a shared one, {t.alarms['none']} without), "
        f"{t.logs:g} GB of logs. Not included, since they belong to the stack: NAT gateways, Container Insights, data transfer, "
        f"support.",
        width=130,
    )


def _judged(shape: Shape, tenants: int) -> list[Headroom]:
    return judge(FleetDemand((), shape, 0, tenants), Account())


def _grows(quota: Quota) -> bool:
    """Whether AWS raises it by itself as an account is used."""
    return "processors" in quota.name


def _taken(quota: Quota, rooms: dict[str, dict[Quota, Headroom]]) -> bool:
    return any(quota in found for found in rooms.values())


def _named(quota: Quota) -> str:
    kind = "" if quota.adjustable and not quota.most else f" (to {quota.most:,})" if quota.most else " (fixed)"
    return f"[{quota.name}]({quota.source}) per {quota.per}{kind}"


def _raised(quota: Quota) -> str:
    return f"{quota.name} per {quota.per}"


def _asked(room: Headroom | None) -> str:
    """The limit to ask for, or where to shard; "-" where the default suffices."""
    return room.to_do.removeprefix("raise to ").partition(":")[0] if room else "-"


def _dollars(amount: float) -> str:
    return f"{amount:.2f}"
