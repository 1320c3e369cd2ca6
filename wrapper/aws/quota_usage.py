"""What the account allows and holds already: its applied quotas, and one count for each. Asks AWS; changes nothing.

Every answer that does not come (no permission, a simulated AWS without that API) is left out and named: the caller
then takes AWS's published limit and a count of nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from .identity import Identity
from .quota_headroom import Account
from .quotas import QUOTAS

_GLOBAL = {"iam": "us-east-1", "route53": "us-east-1"}
_Count = Callable[[Any], int]


@dataclass(frozen=True)
class QuotaPlaces:
    """What tenants of a stack share, by name; "": they share none. ``namespace``: of Cloud Map, by its name or its id."""

    cluster: str
    zone: str = ""
    namespace: str = ""


def read(identity: Identity, region: str, places: QuotaPlaces) -> tuple[Account, list[str]]:
    """The account's limits and counts by quota, and what could not be learned, in words."""
    unreadable: list[str] = []
    applied, there = limits(identity, region, unreadable), held(identity, region, places, unreadable)
    return Account(dict(applied), dict(there)), unreadable


def limits(identity: Identity, region: str, unreadable: list[str]) -> Iterator[tuple[str, int]]:
    """The applied limits; AWS tells them for a whole service at once."""
    for service in dict.fromkeys(quota.service for quota in QUOTAS):
        client = identity.client("service-quotas", _GLOBAL.get(service, region))
        applied = _told(partial(_applied, client, service), "applied quotas", unreadable)
        if applied is None:
            return  # who may not ask for one may ask for none
        for quota in QUOTAS:
            if quota.service == service and quota.code in applied:
                yield quota.name, applied[quota.code]


def _applied(client: Any, service: str) -> dict[str, int]:
    pages = client.get_paginator("list_service_quotas").paginate(ServiceCode=service)
    return {one["QuotaCode"]: int(one["Value"]) for page in pages for one in page["Quotas"]}


def held(identity: Identity, region: str, places: QuotaPlaces, unreadable: list[str]) -> Iterator[tuple[str, int]]:
    """What is there already: one count for each quota that tells it in one call, or in two."""
    for name, service, count in _counts(places):
        found = _told(partial(count, identity.client(service, region)), f"{name} there already", unreadable)
        if found is not None:
            yield name, found


def _counts(places: QuotaPlaces) -> tuple[tuple[str, str, _Count], ...]:
    return (
        ("load balancers", "elbv2", _pages("describe_load_balancers", "LoadBalancers", Type="application")),
        ("target groups", "elbv2", _pages("describe_target_groups", "TargetGroups")),
        ("security groups", "ec2", _pages("describe_security_groups", "SecurityGroups")),
        ("network interfaces", "ec2", _pages("describe_network_interfaces", "NetworkInterfaces")),
        (
            "scalable targets",
            "application-autoscaling",
            _pages("describe_scalable_targets", "ScalableTargets", ServiceNamespace="ecs"),
        ),
        ("schedule groups", "scheduler", _pages("list_schedule_groups", "ScheduleGroups")),
        ("EC2 processors", "ec2", partial(_processors, spot=False)),
        ("EC2 spot processors", "ec2", partial(_processors, spot=True)),
        ("certificates", "acm", _pages("list_certificates", "CertificateSummaryList")),
        ("services", "ecs", lambda client: _services(client, places.cluster)),
        ("records", "route53", lambda client: _records(client, places.zone)),
        ("roles", "iam", lambda client: int(client.get_account_summary()["SummaryMap"]["Roles"])),
        ("Cloud Map instances", "servicediscovery", lambda client: _instances(client, places.namespace)),
    )


def _pages(call: str, key: str, **kind: str) -> _Count:
    """Counts a list that comes in pages; of each kind only what is of that kind, where the answer tells."""
    asked = {k: v for k, v in kind.items() if k == "ServiceNamespace"}

    def count(client: Any) -> int:
        items = (item for page in client.get_paginator(call).paginate(**asked) for item in page.get(key, ()))
        return sum(all(item.get(k, v) == v for k, v in kind.items()) for item in items)

    return count


def _processors(client: Any, spot: bool) -> int:
    """Of the machines whose types share one quota: its name lists the first letters. A simulated AWS may leave a type out."""
    running = [{"Name": "instance-state-name", "Values": ["pending", "running"]}]
    pages = client.get_paginator("describe_instances").paginate(Filters=running)
    machines = (one for page in pages for group in page["Reservations"] for one in group["Instances"])
    sizes = (
        one.get("CpuOptions", {})
        for one in machines
        if one.get("InstanceType", "").startswith(tuple("acdhimrtz"))
        and (one.get("InstanceLifecycle") == "spot") == spot
    )
    return sum(size.get("CoreCount", 0) * size.get("ThreadsPerCore", 1) for size in sizes)


def _services(client: Any, cluster: str) -> int:
    return sum(int(c.get("activeServicesCount", 0)) for c in client.describe_clusters(clusters=[cluster])["clusters"])


def _records(client: Any, zone: str) -> int:
    zones = client.list_hosted_zones_by_name(DNSName=zone, MaxItems="1")["HostedZones"] if zone else []
    return sum(int(z.get("ResourceRecordSetCount", 0)) for z in zones if z["Name"].rstrip(".") == zone.rstrip("."))


def _instances(client: Any, namespace: str) -> int:
    """Of namespaces of one name, which a VPC has once, those of the fullest."""
    if not namespace:
        return 0
    by_id = re.fullmatch("ns-[a-z0-9]+", namespace)
    named = () if by_id else _filtered(client, "list_namespaces", "Namespaces", "NAME", namespace)
    ids = [namespace] if by_id else [one["Id"] for one in named if one["Name"] == namespace]
    services = (_filtered(client, "list_services", "Services", "NAMESPACE_ID", one) for one in ids)
    return max((sum(int(one.get("InstanceCount", 0)) for one in of) for of in services), default=0)


def _filtered(client: Any, call: str, key: str, name: str, value: str) -> Iterator[Any]:
    asked = [{"Name": name, "Values": [value], "Condition": "EQ"}]
    return (one for page in client.get_paginator(call).paginate(Filters=asked) for one in page.get(key, ()))


def _told(question: Callable[[], Any], what: str, unreadable: list[str]) -> Any:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return question()
    except ClientError as error:
        unreadable.append(f"{what}: {error.response['Error'].get('Message') or error}")
    except (BotoCoreError, KeyError) as error:
        unreadable.append(f"{what}: {error}")
    return None
