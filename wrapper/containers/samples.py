"""Each minute of the plane's clock: what its tasks used of what they reserve, and how many targets are well, as CloudWatch's
metrics. Pure.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_utilization.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .nouns import EcsService, Task, World
from .usage import UsageReading

UNITS = 1024  # of one processor
UsageReadings = Mapping[str, UsageReading]


def of_services(
    services: Iterable[EcsService],
    tasks: Iterable[Task],
    world: World,
    before: UsageReadings,
    after: UsageReadings,
    units: int,
) -> Iterator[dict[str, Any]]:
    """One sample for each running task. ``units``: of this machine, which a task without a reservation may use."""
    every = list(tasks)
    for service in services:
        mine = [task for task in every if task.service == service.arn and task.status == "RUNNING"]
        dimensions = {"ClusterName": service.cluster, "ServiceName": service.name}
        found = [(processor(t, world, before, after, units), memory(t, world, after)) for t in mine]
        for metric, values in zip(("CPUUtilization", "MemoryUtilization"), zip(*found, strict=True), strict=False):
            known = [value for value in values if value is not None]
            yield from _metric(service.region, "AWS/ECS", metric, dimensions, known)


def _metric(
    region: str, namespace: str, metric: str, dimensions: Mapping[str, str], values: Sequence[float]
) -> Iterator[dict[str, Any]]:
    named = {"region": region, "namespace": namespace, "metric": metric, "dimensions": dict(dimensions)}
    if values:
        yield {**named, "values": list(values)}


def processor(task: Task, world: World, before: UsageReadings, after: UsageReadings, units: int) -> float | None:
    """Per cent of the reserved units, between two readings; None until there are two."""
    used = [share for c in task.containers if (share := _share(c.id, before, after)) is not None]
    if not used:
        return None
    definition = world["definitions"].get(task.definition, {})
    reserved = int(definition.get("cpu") or 0) or sum(int(c.get("cpu") or 0) for c in definition.get("containers", ()))
    return 100 * sum(used) * UNITS / (reserved or units)


def _share(container: str, before: UsageReadings, after: UsageReadings) -> float | None:
    """Processors that it kept busy."""
    first, last = before.get(container), after.get(container)
    if first is None or last is None or last.at <= first.at:
        return None
    return (last.processor - first.processor) / (last.at - first.at)


def memory(task: Task, world: World, after: UsageReadings) -> float | None:
    used = [after[c.id].memory for c in task.containers if c.id in after]
    definition = world["definitions"].get(task.definition, {})
    of_containers = sum(
        int(c.get("memoryReservation") or c.get("memory") or 0) for c in definition.get("containers", ())
    )
    reserved = int(definition.get("memory") or 0) or of_containers
    return 100 * sum(used) / (reserved << 20) if used and reserved else None


def of_groups(world: World, tasks: Iterable[Task]) -> Iterator[dict[str, Any]]:
    """Targets that are well and that are not, of each target group behind a load balancer."""
    states: dict[str, list[str]] = {}
    for task in tasks:
        for target in task.targets:
            states.setdefault(target.group, []).append(target.state)
    for balancer, group in behind(world):
        dimensions = {"LoadBalancer": _suffix(balancer, "loadbalancer/"), "TargetGroup": _suffix(group, "")}
        found = states.get(group, [])
        for metric, state in (("HealthyHostCount", "healthy"), ("UnHealthyHostCount", "unhealthy")):
            yield from _metric(
                group.split(":")[3], "AWS/ApplicationELB", metric, dimensions, [float(found.count(state))]
            )


def behind(world: World) -> list[tuple[str, str]]:
    """Load balancer and target group, each pair once."""
    found = {
        (lb["arn"], arn): None
        for lb in world["load_balancers"]
        for listener in lb["listeners"]
        for rule in listener["rules"]
        for arn, _ in rule["action"].get("groups", ())
    }
    return list(found)


def _suffix(arn: str, prefix: str) -> str:
    return arn.split(":", 5)[5].removeprefix(prefix)
