"""What one tenant costs a month, from list prices and assumptions that stand here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from wrapper.aws.quotas import PER_LOAD_BALANCER

HOURS = 730  # of a month, as AWS counts


@dataclass(frozen=True)
class Prices:
    """List prices in US$ before tax; an hour's unless said."""

    region: str = "ap-southeast-2"
    date: str = "end of 2025"
    machine: str = "m6i.large"
    machine_hour: float = 0.12
    machine_cpu: int = 2048
    machine_memory: int = 7680  # MiB that the agent and the system leave
    volume_month: float = 60 * 0.096  # 60 GB of gp3
    spot: float = 0.40  # of the on-demand price: an assumption, it moves
    fargate_cpu: float = 0.04856  # a processor
    fargate_memory: float = 0.00532  # a GB
    fargate_spot: float = 0.30
    balancer: float = 0.0252
    capacity_unit: float = 0.008
    address: float = 0.005  # a public IPv4 address
    alarm_month: float = 0.10
    logs_gb: float = 0.67


@dataclass(frozen=True)
class Tenant:
    """A tenant as appcluster-live's values make it, and what it is assumed to do."""

    tasks: int = 2
    cpu: int = 256
    memory: int = 512
    packed: float = 0.80  # of a machine that is in use: capacity.target_percent
    units: float = 0.1  # load balancer capacity units: less than 2.5 new connections a second, 0.1 GB an hour
    addresses: int = 2  # of a load balancer: one a zone
    # What modules/tenant-service makes unless told otherwise; a test of it counts them.
    alarms: Mapping[str, int] = field(default_factory=lambda: {"own": 6, "shared": 5, "none": 3})
    logs: float = 1.0  # GB a month


PRICES, TENANT = Prices(), Tenant()
COMPUTE = ("EC2 on-demand", "EC2 spot", "Fargate", "Fargate spot")


def compute(prices: Prices, tenant: Tenant) -> dict[str, float]:
    """A tenant's part of the machines, a month."""
    per_machine = min(prices.machine_cpu / tenant.cpu, prices.machine_memory / tenant.memory) * tenant.packed
    machines = tenant.tasks / per_machine
    fargate = tenant.tasks * (tenant.cpu / 1024 * prices.fargate_cpu + tenant.memory / 1024 * prices.fargate_memory)
    return {
        "EC2 on-demand": machines * (prices.machine_hour * HOURS + prices.volume_month),
        "EC2 spot": machines * (prices.machine_hour * prices.spot * HOURS + prices.volume_month),
        "Fargate": fargate * HOURS,
        "Fargate spot": fargate * prices.fargate_spot * HOURS,
    }


def balancing(prices: Prices, tenant: Tenant, mode: str) -> float:
    """A tenant's part of the load balancers, a month: its traffic, and a whole one or a part of a full one."""
    fixed = (prices.balancer + tenant.addresses * prices.address) * HOURS
    traffic = tenant.units * prices.capacity_unit * HOURS
    return {"own": fixed + traffic, "shared": fixed / PER_LOAD_BALANCER + traffic, "none": 0.0}[mode]


def watching(prices: Prices, tenant: Tenant, mode: str) -> float:
    return tenant.alarms[mode] * prices.alarm_month + tenant.logs * prices.logs_gb
