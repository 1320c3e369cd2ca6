"""What tasks used, as CloudWatch's metrics."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from wrapper.containers import samples
from wrapper.containers.nouns import Deployment, EcsService, Target, Task, TaskContainer
from wrapper.containers.usage import UsageReading

LB = "arn:aws:elasticloadbalancing:eu:1:loadbalancer/app/lb/5"
GROUP = "arn:aws:elasticloadbalancing:eu:1:targetgroup/web/9"
SERVICE = EcsService("arn:service", "web", (Deployment("d", "web:1"),), cluster="c", region="eu")
TASK = Task("arn:task/c/1", "web:1", 0.0, "arn:service", "d", "RUNNING", containers=(TaskContainer("web", "id-1"),))
BEFORE, AFTER = {"id-1": UsageReading(100.0, 5.0, 0)}, {"id-1": UsageReading(110.0, 10.0, 32 << 20)}


def world(**definition: Any) -> dict[str, Any]:
    rule = {"action": {"groups": [(GROUP, 1)]}}
    balancer = {"arn": LB, "listeners": [{"rules": [rule]}, {"rules": [rule]}]}
    containers = [{"name": "web", "cpu": 256, "memory": 64}]
    one = {"network": "bridge", "memory": 0, "cpu": 0, "containers": containers, **definition}
    return {"definitions": {"web:1": one}, "load_balancers": [balancer]}


def of(task: Task = TASK, before: Any = BEFORE, **definition: Any) -> dict[str, list[float]]:
    found = samples.of_services([SERVICE], [task], world(**definition), before, AFTER, 2048)
    return {one["metric"]: one["values"] for one in found}


def test_per_cent_of_what_is_reserved() -> None:
    """Half a processor: 512 units, of 256 in the container, of 1024 in the task, or of the machine's two processors."""
    assert of() == {"CPUUtilization": [200.0], "MemoryUtilization": [50.0]}
    assert of(cpu=1024, memory=128) == {"CPUUtilization": [50.0], "MemoryUtilization": [25.0]}
    assert of(containers=[{"name": "web"}]) == {"CPUUtilization": [25.0]}


def test_a_task_that_does_not_run_and_one_without_two_readings_have_no_sample() -> None:
    assert of(replace(TASK, status="PENDING")) == {}
    assert of(before={}) == {"MemoryUtilization": [50.0]}


def test_targets_that_are_well_and_that_are_not() -> None:
    targets = tuple(Target(GROUP, "web", 80, 1, state) for state in ("healthy", "unhealthy", "healthy", "draining"))
    found = list(samples.of_groups(world(), [replace(TASK, targets=targets)]))
    assert [(one["metric"], one["values"]) for one in found] == [
        ("HealthyHostCount", [2.0]),
        ("UnHealthyHostCount", [1.0]),
    ]
    assert found[0]["dimensions"] == {"LoadBalancer": "app/lb/5", "TargetGroup": "targetgroup/web/9"}
