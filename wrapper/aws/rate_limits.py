"""AWS's published request rates, and what the change of a resource takes of them. Pure; printed in docs/rate-limits.md.

Per account and Region, where not said otherwise. A rate here is one that a rollout of many tenants reaches; what AWS
does not publish (IAM, Auto Scaling, Application Auto Scaling) is left to the provider's own retries.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from ..model.findings import Change
from .token_bucket import TokenBucket

_ECS = "docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html"
_ELB = "docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html"
_CLOUDWATCH = "docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html"
_ROUTE53 = "docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html"


@dataclass(frozen=True)
class Rate:
    """One of AWS's buckets: how many requests at once, how many a second for ever, and who says so."""

    name: str
    burst: float
    per_second: float
    source: str
    worldwide: bool = False  # one for all Regions of an account

    def bucket(self, full_at: float = 0.0) -> TokenBucket:
        return TokenBucket(self.per_second, self.burst, full_at)


REGISTER = Rate("RegisterTaskDefinition", 20, 1, _ECS)
SERVICE = Rate("ECS services", 50, 5, _ECS)
CLUSTER = Rate("ECS clusters", 20, 1, _ECS)
PROVIDER = Rate("ECS capacity providers", 10, 1, _ECS)
BALANCER = Rate("CreateLoadBalancer", 10, 0.2, _ELB)
BALANCING = Rate("load balancer changes", 20, 3, _ELB)
TARGETS = Rate("RegisterTargets", 20, 4, _ELB)
ALARM = Rate("PutMetricAlarm", 3, 3, _CLOUDWATCH)  # no burst is published: one second's worth
DNS = Rate("Route 53", 50, 10, _ROUTE53, worldwide=True)

RATES: Mapping[str, Rate] = {
    r.name: r for r in (REGISTER, SERVICE, CLUSTER, PROVIDER, BALANCER, BALANCING, TARGETS, ALARM, DNS)
}

# Reads, by the SDK's name of the service. ECS publishes 20 a second, CloudWatch Logs five FilterLogEvents; of the others a command
# asks a few times only.
_LOGS = "docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html"
READ_RATES: Mapping[str, Rate] = {
    "ecs": Rate("ECS reads", 50, 20, _ECS),
    "elbv2": Rate("load balancer reads", 10, 10, _ELB),
    "logs": Rate("FilterLogEvents", 5, 5, _LOGS),
    "cloudwatch": Rate("DescribeAlarms", 9, 9, _CLOUDWATCH),
    "application-autoscaling": Rate("scaling reads", 10, 5, ""),  # none is published
}

# Requests of the AWS provider (5.100, counted in the sandbox) by resource type: to create, update, delete one.
# A replacement is a creation and a deletion, except of a task definition: the shipped module keeps the old revision
# (skip_destroy), so that it costs one; a root that does not keep it deregisters as well, and AWS's burst pays.
COSTS: Mapping[str, Mapping[Rate, tuple[int, int, int]]] = {
    "aws_ecs_task_definition": {REGISTER: (1, 0, 1)},
    "aws_ecs_service": {SERVICE: (1, 1, 2)},  # before it is deleted it is scaled to nothing
    "aws_ecs_cluster": {CLUSTER: (1, 1, 1)},
    "aws_ecs_cluster_capacity_providers": {CLUSTER: (1, 1, 1)},
    "aws_ecs_capacity_provider": {PROVIDER: (1, 1, 1)},
    "aws_lb": {BALANCER: (1, 0, 0), BALANCING: (1, 1, 1)},
    "aws_lb_listener": {BALANCING: (1, 1, 1)},
    "aws_lb_listener_certificate": {BALANCING: (1, 0, 1)},
    "aws_lb_listener_rule": {BALANCING: (1, 1, 1)},
    "aws_lb_target_group": {BALANCING: (2, 1, 1)},  # it is made, then its attributes are set
    "aws_lb_target_group_attachment": {TARGETS: (1, 0, 1)},
    "aws_cloudwatch_metric_alarm": {ALARM: (1, 1, 0)},
    "aws_route53_record": {DNS: (5, 5, 4)},  # the change, and asking until it is everywhere
}
_KEPT = "aws_ecs_task_definition"
_PARTS = {"create": (0,), "update": (1,), "delete": (2,), "replace": (0, 2)}


def requests(changes: Mapping[Change, int]) -> Counter[str]:
    """What a plan's changes take: name of a rate -> requests; nothing for what has no rate limit."""
    wanted: Counter[str] = Counter()
    for change, count in changes.items():
        for rate, costs in COSTS.get(change.type.replace("aws_alb", "aws_lb"), {}).items():
            parts = (0,) if change.type == _KEPT and change.action == "replace" else _PARTS[change.action]
            wanted[rate.name] += count * sum(costs[part] for part in parts)
    return +wanted
