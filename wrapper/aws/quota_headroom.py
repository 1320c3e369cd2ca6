"""How many tenants there is room for: their use of each quota beside its limit, what runs out first, what to do. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from math import ceil
from typing import Any

from .quotas import OF_EACH_TENANT, ON_ONE_LOAD_BALANCER, PER_LOAD_BALANCER, QUOTAS, Quota, Shape, takes

ENOUGH = 1_000_000  # tenants; who has room for so many asks no more
_SHARED = "load balancers"  # of these a tenant takes what its rules are of those that one has
_SOON = 0.8  # of a limit: a raise takes AWS days, and a fleet grows meanwhile
_SHARD = {
    "region": "a second region or account",
    "account": "a second account",
    "cluster": "a second stack: a cluster of its own",
    "hosted zone": "a second hosted zone",
    "namespace": "a second stack: a namespace of its own",
    "Cloud Map service": "a second service for a part of its tasks",
    "load balancer": "a second stack: load balancers of its own",
}


@dataclass(frozen=True)
class FleetDemand:
    """The tenants meant. ``known``: those declared or deployed, the deployed ones first; ``usual``: the shape of every
    further one; ``deployed``: how many of the known stand in the account already; ``wanted``: how many there shall be."""

    known: tuple[Shape, ...]
    usual: Shape
    deployed: int
    wanted: int

    def use(self, quota: str, tenants: int) -> int:
        """How much of a quota so many tenants take; a shared thing that is begun is there."""
        if quota in ON_ONE_LOAD_BALANCER:
            return self._on_one(quota, tenants)
        if quota in OF_EACH_TENANT:
            each = [*self._taken[:tenants], *([self._usual] if tenants > len(self.known) else ())]
            return ceil(max((one[quota] for one in each), default=0))
        known = self._sums[quota][min(tenants, len(self.known))]
        return ceil(known + max(0, tenants - len(self.known)) * self._usual[quota])

    def _on_one(self, quota: str, tenants: int) -> int:
        """The same of one load balancer, where those might stand together that take most, as long as it has rules for them."""
        further = [self._usual] * min(tenants - len(self._taken[:tenants]), PER_LOAD_BALANCER)
        taken, room = [one for one in [*self._taken[:tenants], *further] if one[quota]], Fraction(1)
        used = Fraction(0)
        for one in sorted(taken, key=lambda t: t[quota] / t[_SHARED], reverse=True):
            if one[_SHARED] <= room:
                room, used = room - one[_SHARED], used + one[quota]
        return ceil(used)

    @cached_property
    def _taken(self) -> list[dict[str, Fraction]]:
        return [takes(shape) for shape in self.known]

    @cached_property
    def _usual(self) -> dict[str, Fraction]:
        return takes(self.usual)

    @cached_property
    def _sums(self) -> dict[str, list[Fraction]]:
        """Quota => what the first none, one, two ... of the known tenants take together."""
        return {name: list(accumulate((one[name] for one in self._taken), initial=Fraction(0))) for name in self._usual}


@dataclass(frozen=True)
class Account:
    """What an account says of itself: quota => its applied limit, quota => how much is there already.
    What is missing was not told: then AWS's published limit holds, and nothing is there."""

    limits: Mapping[str, int] = field(default_factory=dict)
    held: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Headroom:
    """One quota: its limit, what others use, what these tenants use, and how many tenants it has room for
    (None where they take nothing of it)."""

    quota: Quota
    limit: int
    others: int
    ours: int
    tenants: int | None

    @property
    def use(self) -> int:
        return self.others + self.ours

    @property
    def share(self) -> float:
        return self.use / self.limit if self.limit else float(self.use > 0)

    @property
    def fits(self) -> bool:
        return self.use <= self.limit or not self.ours

    @property
    def raise_to(self) -> int:
        """The limit to ask AWS for: a quarter above the use, in round numbers; 0 where there is nothing to ask."""
        if self.share <= _SOON or not self.ours or not self.quota.adjustable:
            return 0
        wanted = _rounded(ceil(self.use * 1.25))
        most = self.quota.most or wanted
        return min(wanted, most) if self.use <= most and most > self.limit else 0

    @property
    def to_do(self) -> str:
        if self.share <= _SOON or not self.ours:
            return ""
        return f"raise to {self.raise_to:,}" if self.raise_to else _SHARD[self.quota.per]


def judge(fleet: FleetDemand, account: Account) -> list[Headroom]:
    """Every quota that these tenants take something of."""
    headrooms = (_room(quota, fleet, account) for quota in QUOTAS)
    return [headroom for headroom in headrooms if headroom.tenants is not None]


def _room(quota: Quota, fleet: FleetDemand, account: Account) -> Headroom:
    limit = account.limits.get(quota.name, quota.limit)
    others = max(0, account.held.get(quota.name, 0) - fleet.use(quota.name, fleet.deployed))
    return Headroom(quota, limit, others, fleet.use(quota.name, fleet.wanted), _tenants(quota, fleet, limit - others))


def _tenants(quota: Quota, fleet: FleetDemand, free: int) -> int | None:
    if not fleet.use(quota.name, ENOUGH):
        return None
    return max(0, bisect_right(range(ENOUGH + 1), max(0, free), key=lambda n: fleet.use(quota.name, n)) - 1)


def first(headrooms: Iterable[Headroom]) -> Headroom | None:
    """What runs out first as tenants come."""
    return min(headrooms, key=lambda headroom: (headroom.tenants or 0, -headroom.share), default=None)


def shared(fleet: FleetDemand) -> FleetDemand:
    """The same tenants behind shared load balancers; what has none stays so."""
    behind = tuple(replace(s, mode="shared") if s.mode == "own" else s for s in (*fleet.known, fleet.usual))
    return replace(fleet, known=behind[:-1], usual=behind[-1])


def request(headroom: Headroom, region: str) -> str:
    """The command that asks AWS for the raise."""
    quota = headroom.quota
    if not quota.code:
        return f"Service Quotas console, {quota.service}: {quota.name} to {headroom.raise_to:,}"
    where = "us-east-1" if quota.service in ("iam", "route53") else region  # what is global is asked there
    return (
        f"aws service-quotas request-service-quota-increase --region {where} --service-code {quota.service} "
        f"--quota-code {quota.code} --desired-value {headroom.raise_to}"
    )


def data(headroom: Headroom) -> dict[str, Any]:
    """One quota, for a machine."""
    return {
        "quota": headroom.quota.name,
        "per": headroom.quota.per,
        "limit": headroom.limit,
        "published": headroom.quota.limit,
        "adjustable": headroom.quota.adjustable,
        "others": headroom.others,
        "ours": headroom.ours,
        "share": round(headroom.share, 4),
        "tenants": headroom.tenants,
        "fits": headroom.fits,
        "raise_to": headroom.raise_to or None,
        "to_do": headroom.to_do,
        "service_code": headroom.quota.service,
        "quota_code": headroom.quota.code,
        "source": headroom.quota.source,
    }


def _rounded(number: int) -> int:
    """Up, to two digits that count."""
    unit = 10 ** max(0, len(str(number)) - 2)
    return int(ceil(number / unit) * unit)
