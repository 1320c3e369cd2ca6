"""The sandbox with containers by a clock that is thirty times as fast: a service scales with its load, its schedule fires, and a
drill is answered. One sandbox for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from container_world import ContainerWorld, events, start
from harness import Project, make

pytestmark = [pytest.mark.docker, pytest.mark.sandbox, pytest.mark.containers]
REPOSITORY = "orchestrate-test.example/web"
SCALED = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/cluster/web",
    "ScalableDimension": "ecs:service:DesiredCount",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, image: str) -> Iterator[ContainerWorld]:
    project: Project = make(tmp_path_factory.mktemp("fast"))
    try:
        made = start(project, REPOSITORY, "--speed", "30")
        made.drain, made.interval, made.timeout = 60, 150, 120
        made.service("web", cpu=64)  # a sixteenth of a processor
        yield made
    finally:
        project.run("sandbox", "stop")
        project.clean()


def scales(world: ContainerWorld, name: str, comparison: str, threshold: float, adjustment: int, bound: str) -> None:
    """As the module for tenants makes the two alarms of a service."""
    step = {"ScalingAdjustment": adjustment, f"MetricInterval{bound}Bound": 0.0}
    settings = {"AdjustmentType": "ChangeInCapacity", "Cooldown": 60, "StepAdjustments": [step]}
    policy = world.client("application-autoscaling").put_scaling_policy(
        PolicyName=name, PolicyType="StepScaling", StepScalingPolicyConfiguration=settings, **SCALED
    )["PolicyARN"]
    dimensions = [{"Name": "ClusterName", "Value": "cluster"}, {"Name": "ServiceName", "Value": "web"}]
    metric: dict[str, Any] = {"Namespace": "AWS/ECS", "MetricName": "CPUUtilization", "Dimensions": dimensions}
    world.client("cloudwatch").put_metric_alarm(
        **{"AlarmName": name, "ComparisonOperator": comparison, "Threshold": threshold, "AlarmActions": [policy]},
        **{"Statistic": "Average", "Period": 60, "EvaluationPeriods": 1, "TreatMissingData": "notBreaching"},
        **metric,
    )


def test_a_service_scales_out_under_load_and_back_and_its_page_says_so(world: ContainerWorld, tmp_path: Path) -> None:
    target = {"MinCapacity": 1, "MaxCapacity": 2}
    world.client("application-autoscaling").register_scalable_target(**SCALED, **target)
    scales(world, "high", "GreaterThanOrEqualToThreshold", 60.0, 1, "Lower")
    said = world.project.run("sandbox", "drill", "fill", "web", "--seconds", "40").out
    assert said.startswith("drill fill: task ") and said.endswith(" of service cluster/web\n")
    counts: list[int] = []

    def reached(tasks: int) -> bool:
        counts.append(world.shown("web")["desiredCount"])
        return world.states("web") == ["healthy"] * tasks

    world.until(lambda: reached(2))  # a busy machine may start the second after the load of the first has ended
    scales(world, "low", "LessThanOrEqualToThreshold", 20.0, -1, "Upper")
    world.until(lambda: reached(1))
    assert {*counts} == {1, 2}, "never under its minimum, never above its maximum"
    happened = events(world.shown("web"))
    assert (
        "has set desired count to 2 (alarm high: policy high" in happened and "to 1 (alarm low: policy low" in happened
    )
    world.project.run("sandbox", "page", "--output", str(tmp_path / "page.html"))
    assert "has set desired count to 2" in (tmp_path / "page.html").read_text()
    world.client("application-autoscaling").deregister_scalable_target(**SCALED)  # the tests after it are of one task
    world.ecs.update_service(cluster="cluster", service="web", desiredCount=1)


def test_a_schedule_starts_its_task(world: ContainerWorld) -> None:
    role = world.client("iam").create_role(RoleName="scheduler", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    cluster = world.ecs.describe_clusters(clusters=["cluster"])["clusters"][0]["clusterArn"]
    job = world.revision("1", "job", command=["perl", "-e", "print qq(by the clock\\n)"])
    target = {"Arn": cluster, "RoleArn": role, "EcsParameters": {"TaskDefinitionArn": job}}
    scheduler = world.client("scheduler")
    scheduler.create_schedule(
        **{"Name": "each", "ScheduleExpression": "rate(1 minute)", "FlexibleTimeWindow": {"Mode": "OFF"}}, Target=target
    )
    logs = world.client("logs")

    def printed() -> int:
        return len(logs.filter_log_events(logGroupName="/ecs/web", filterPattern='"by the clock"')["events"])

    world.until(lambda: printed() >= 2)
    scheduler.delete_schedule(Name="each")


def test_a_sick_task_is_replaced(world: ContainerWorld) -> None:
    world.until(lambda: len(world.of("web")) == 1)  # that which leaves is drained first
    [before] = world.of("web")
    world.project.run("sandbox", "drill", "sick", "web", "--seconds", "600")
    world.until(lambda: world.states("web") == ["healthy"] and before not in world.of("web"))
    assert "is unhealthy in (target-group" in events(world.shown("web"))


TRUST = """{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "scheduler.amazonaws.com"}}]}"""
