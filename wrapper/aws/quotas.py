"""AWS's published quotas, and what one tenant takes of each. Pure: no account is asked here.

A quota is per region, per account, or per thing (a cluster, a hosted zone, a namespace). Sources are AWS's own pages,
named beside each; codes are Service Quotas'. CloudWatch alarms, log groups and task definitions have no quota that
tenants could fill.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..model.path_patterns import EVERY_PATH, is_every_path

_AWS = "https://docs.aws.amazon.com"
_ELB = f"{_AWS}/elasticloadbalancing/latest/application/load-balancer-limits.html"
_ECS = f"{_AWS}/AmazonECS/latest/developerguide/service-quotas.html"
_AUTOSCALING = f"{_AWS}/autoscaling/application/userguide/application-auto-scaling-limits.html"
_DNS = f"{_AWS}/Route53/latest/DeveloperGuide/DNSLimitations.html"
_SCHEDULER = f"{_AWS}/scheduler/latest/UserGuide/scheduler-quotas.html"
_IAM = f"{_AWS}/IAM/latest/UserGuide/reference_iam-quotas.html"
_VPC = f"{_AWS}/vpc/latest/userguide/amazon-vpc-limits.html"
_EC2 = f"{_AWS}/ec2/latest/instancetypes/ec2-instance-quotas.html"
# It names a code for what AWS raises, and none for the rest.
_CLOUD_MAP = f"{_AWS}/cloud-map/latest/dg/cloud-map-limits.html"
_ACM = f"{_AWS}/acm/latest/userguide/acm-limits.html"

PER_LOAD_BALANCER = 90  # rules of tenants that a shared load balancer is given; its 100 target groups are a hard limit
MODES = ("own", "shared", "none")
_FIRST = "service1"  # a root may give it a port


@dataclass(frozen=True)
class Quota:
    """``service`` and ``code`` as Service Quotas names them ("" where there is none); ``most``: AWS raises it no further."""

    name: str
    per: str
    limit: int
    adjustable: bool
    service: str
    code: str
    source: str
    most: int = 0


@dataclass(frozen=True)
class Shape:
    """What decides how much one tenant takes. ``services``: of ECS, for which it does not say workers below; ``rules`` on a
    shared load balancer, and target ``groups``; ``tasks``: at most so many; ``cpu``: of one task, in 1/1024 processor; ``zones``:
    of the network; ``addresses``: every task has a network interface of its own; ``discovered``: its services find each other;
    ``instances``: tasks that Cloud Map knows, ``largest``: of one service; ``schedules`` and ``workers``: tasks that the clock
    and that a queue start (a worker is a service of its own); ``certificates``: made for its names; ``on_demand``: per cent of
    the machines that are not spot."""

    mode: str = "own"
    launch: str = "ec2"
    services: int = 1
    rules: int = 1
    groups: int = 1
    tasks: int = 4
    cpu: int | Fraction = 128
    zones: int = 2
    addresses: bool = False
    discovered: bool = False
    instances: int = 0
    largest: int = 0
    records: int = 1
    schedules: int = 0
    workers: int = 0
    certificates: int = 0
    on_demand: int = 100


def _balanced(shape: Shape) -> Fraction:
    """Load balancers of one tenant: its own, or its part of a shared one."""
    return {"own": Fraction(1), "shared": Fraction(shape.rules, PER_LOAD_BALANCER), "none": Fraction(0)}[shape.mode]


def _groups(shape: Shape) -> Fraction:
    return Fraction((shape.mode == "own") + shape.addresses * (shape.services + shape.discovered))


def _interfaces(shape: Shape) -> Fraction:
    return _balanced(shape) * shape.zones + (shape.tasks if shape.addresses else 0)


def _processors(shape: Shape, launch: str, percent: int = 100) -> Fraction:
    return Fraction(shape.tasks * shape.cpu * percent) / (1024 * 100) if shape.launch == launch else Fraction(0)


def _if_shared(shape: Shape, number: int) -> Fraction:
    return Fraction(number if shape.mode == "shared" else 0)


# Each quota that tenants fill, and how much of it one tenant takes (modules/tenant-service is the cause).
_TAKES: tuple[tuple[Quota, Callable[[Shape], Fraction]], ...] = (
    (
        Quota("load balancers", "region", 50, True, "elasticloadbalancing", "L-53DA6B97", _ELB),
        _balanced,
    ),
    (
        Quota("target groups", "region", 3000, True, "elasticloadbalancing", "L-B22855CB", _ELB),
        lambda shape: Fraction(shape.groups if shape.mode != "none" else 0),
    ),
    (
        Quota("security groups", "region", 2500, True, "vpc", "L-E79EC296", _VPC),
        _groups,
    ),
    (
        Quota("network interfaces", "region", 5000, True, "vpc", "L-DF5E4CA3", _VPC),
        _interfaces,
    ),
    (
        Quota("scalable targets", "region", 3000, True, "application-autoscaling", "L-782A3EE2", _AUTOSCALING),
        lambda shape: Fraction(shape.services + shape.workers),
    ),
    (
        Quota("schedule groups", "region", 500, True, "scheduler", "", _SCHEDULER),
        lambda shape: Fraction(shape.schedules > 0),
    ),
    (
        Quota("Fargate processors", "region", 6, True, "fargate", "L-3032A538", _ECS),
        lambda shape: _processors(shape, "fargate"),
    ),
    # What the tasks ask for: machines that are not full, or full of memory, have more.
    (
        Quota("EC2 processors", "region", 5, True, "ec2", "L-1216C47A", _EC2),
        lambda shape: _processors(shape, "ec2", shape.on_demand),
    ),
    (
        Quota("EC2 spot processors", "region", 5, True, "ec2", "L-34B43A08", _EC2),
        lambda shape: _processors(shape, "ec2", 100 - shape.on_demand),
    ),
    (
        Quota("certificates", "region", 2500, True, "acm", "L-F141DD1D", _ACM),
        lambda shape: Fraction(shape.certificates),
    ),
    (
        Quota("targets", "load balancer", 1000, True, "elasticloadbalancing", "L-7E6692B2", _ELB),
        lambda shape: _if_shared(shape, shape.tasks),
    ),
    (
        Quota("listener certificates", "load balancer", 25, True, "elasticloadbalancing", "L-9365A611", _ELB),
        lambda shape: _if_shared(shape, shape.certificates),
    ),
    (
        Quota("services", "cluster", 5000, False, "ecs", "L-9EF96962", _ECS),
        lambda shape: Fraction(shape.services + shape.workers),
    ),
    (
        Quota("records", "hosted zone", 10_000, True, "route53", "L-E209CC9F", _DNS),
        lambda shape: Fraction(shape.records if shape.mode != "none" else 0),
    ),
    (
        Quota("roles", "account", 1000, True, "iam", "L-FE177D64", _IAM, most=5000),
        lambda shape: Fraction(2 * shape.services + (shape.schedules > 0)),
    ),
    (
        Quota("Cloud Map instances", "namespace", 2000, True, "AWSCloudMap", "L-D95E8A57", _CLOUD_MAP),
        lambda shape: Fraction(shape.instances),
    ),
    (
        Quota("service instances", "Cloud Map service", 1000, False, "AWSCloudMap", "", _CLOUD_MAP),
        lambda shape: Fraction(shape.largest),
    ),
)
QUOTAS = tuple(quota for quota, _ in _TAKES)
# Of these no more than one load balancer's tenants take something of the same one.
ON_ONE_LOAD_BALANCER = frozenset(quota.name for quota in QUOTAS if quota.per == "load balancer")
# Of these tenants share none: it has room for each that fits.
OF_EACH_TENANT = frozenset(quota.name for quota in QUOTAS if quota.per == "Cloud Map service")
# What no tenant adds to, but bounds one load balancer.
OF_A_LOAD_BALANCER = (
    Quota("target groups", "load balancer", 100, False, "elasticloadbalancing", "L-822D1B1B", _ELB),
    Quota("rules", "load balancer", 100, True, "elasticloadbalancing", "L-7EED9B64", _ELB),
)


def takes(shape: Shape) -> dict[str, Fraction]:
    """Quota => how much of it one tenant of this shape takes. A part of a shared thing is a fraction."""
    return {quota.name: of(shape) for quota, of in _TAKES}


def on_demand(capacity: Mapping[str, Any]) -> int:
    """Per cent of a stack's machines that are not spot, beyond a base; modules/ecs-cluster decides it alike."""
    percent = capacity.get("on_demand_percent")
    return (0 if capacity.get("spot_max_price") else 100) if percent is None else _number(percent, 100)


def shape_of(values: Mapping[str, Any], zones: int = 2, on_demand: int = 100) -> Shape:
    """The shape that a tenant's effective values give it; what they leave open is modules/tenant-service's default."""
    usual = Shape()
    balancer, task = _object(values, "load_balancer"), _object(values, "task")
    fargate = task.get("launch_type") == "FARGATE"
    mode = str(balancer.get("mode") or usual.mode)
    mode = mode if mode in MODES else usual.mode
    names = 1 + _aliases(values)
    certificates = names if balancer.get("make_certificate") is True and mode != "none" else 0
    return Shape(
        mode=mode,
        launch="fargate" if fargate else usual.launch,
        **_of_services(values),
        zones=zones,
        addresses=fargate or task.get("network_mode") == "awsvpc",
        discovered=bool(_object(values, "discovery").get("namespace")),
        records=names * (1 + (balancer.get("dual_stack") is True)) + certificates,
        schedules=len(_object(values, "scheduled_tasks")),
        workers=len(_object(values, "queue_tasks")),
        certificates=certificates,
        on_demand=on_demand,
    )


def _of_services(values: Mapping[str, Any]) -> dict[str, Any]:
    """What its services are together; one that says nothing of its own is as the tenant says."""
    services = [one for one in _object(values, "services").values() if isinstance(one, Mapping)]
    found = _found_by_name(values)
    if not services:
        tasks, cpu = _tasks(values, {})
        return {"tasks": tasks, "cpu": cpu, **found}
    each = [_tasks(values, one) for one in services]
    tasks = sum(number for number, _ in each)
    paths = [str(one.get("path") or EVERY_PATH) for one in services if one.get("port") is not None]
    return {
        "services": len(services),
        "rules": 1 + sum(not is_every_path(path) for path in paths),  # its slot for every path is its own, used or not
        "groups": max(1, len(paths)),  # a root may give its first service a port
        "tasks": tasks,
        "cpu": Fraction(sum(number * cpu for number, cpu in each), tasks or 1),
        **found,
    }


def _found_by_name(values: Mapping[str, Any]) -> dict[str, int]:
    """The tasks that ECS enters in Cloud Map: as the tenant says those of each service with a port, as a service says its own."""
    asked = bool(_object(values, "discovery"))
    services = _object(values, "services") or {_FIRST: {}}
    each = [
        _tasks(values, one)[0]
        for name, one in services.items()
        if isinstance(one, Mapping)
        and (_object(one, "discovery") or (asked and (one.get("port") is not None or name == _FIRST)))
    ]
    return {"instances": sum(each), "largest": max(each, default=0)}


def _tasks(values: Mapping[str, Any], service: Mapping[str, Any]) -> tuple[int, int]:
    """How many tasks of a service at most, and the processors of each."""
    usual, task = Shape(), _object(values, "task")
    scaling = {**_object(values, "scaling"), **_object(service, "scaling")}
    size = {**_object(values, "size"), **_object(service, "size")}
    most = _number(scaling.get("max"), _number(scaling.get("min"), usual.tasks, at_least=usual.tasks))
    return most, _number(_object(service, "task").get("cpu", task.get("cpu")), _number(size.get("cpu"), 128))


def _aliases(values: Mapping[str, Any]) -> int:
    """Further names that get a record: those in the zone."""
    aliases, zone = values.get("aliases"), values.get("zone")
    return sum(str(name).endswith(f".{zone}") for name in aliases) if isinstance(aliases, list | tuple) and zone else 0


def _object(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = values.get(name)
    return value if isinstance(value, Mapping) else {}


def _number(value: Any, otherwise: int, *, at_least: int = 0) -> int:
    try:
        return max(int(value), at_least)
    except (TypeError, ValueError):
        return otherwise
