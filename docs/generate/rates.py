"""How long AWS's own rates make many tenants take: calls of one tenant over what AWS answers a second.

Rates are per account and region, as AWS publishes them (ECS: AmazonECS/latest/APIReference/request-throttling.html;
ELB: elasticloadbalancing/latest/userguide/load-balancer-api-throttling.html; CloudWatch: AmazonCloudWatch/latest/
monitoring/cloudwatch_limits.html; Route 53: Route53/latest/DeveloperGuide/DNSLimitations.html). Calls of one tenant are
counted from the provider's requests, version 5.100.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bucket:
    """A bucket of calls: ``burst`` at once, then ``rate`` a second."""

    name: str
    burst: int
    rate: float

    def seconds(self, calls: int) -> float:
        return max(0.0, calls - self.burst) / self.rate


REGISTER = Bucket("ECS RegisterTaskDefinition", 20, 1)
SERVICE = Bucket("ECS CreateService, UpdateService", 50, 5)
BALANCER = Bucket("ELB CreateLoadBalancer", 10, 0.2)
MUTATING = Bucket("ELB calls that change", 20, 3)
BALANCING = Bucket("ELB calls, all", 40, 10)
ALARM = Bucket("CloudWatch PutMetricAlarm", 0, 3)
ALARMS = Bucket("CloudWatch DescribeAlarms", 0, 9)
RECORDS = Bucket("Route 53, all", 50, 10)

# What is done => how often one tenant's part of it calls.
WORK: dict[str, dict[Bucket, int]] = {
    "make all, own load balancer": {
        REGISTER: 1,
        SERVICE: 1,
        BALANCER: 1,
        MUTATING: 5,
        BALANCING: 20,
        ALARM: 6,
        RECORDS: 9,
    },
    "make all, shared load balancer": {REGISTER: 1, SERVICE: 1, MUTATING: 3, BALANCING: 10, ALARM: 5, RECORDS: 9},
    "roll a new image out": {REGISTER: 1, SERVICE: 1},
    "look for drift": {BALANCING: 5, ALARMS: 5},
}


def bound(work: dict[Bucket, int], tenants: int) -> tuple[float, Bucket]:
    """Seconds that AWS's rates ask for at least, and the bucket that asks for them."""
    return max(((b.seconds(tenants * calls), b) for b, calls in work.items()), key=lambda pair: pair[0])


def shown(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
