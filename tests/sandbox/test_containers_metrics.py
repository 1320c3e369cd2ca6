"""Metrics, alarms and scaling policies over what the data plane measured; deployments that an alarm ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from observed_world import REGION, ObservedWorld

RESOURCE, DIMENSION = "service/cluster/web", "ecs:service:DesiredCount"
OF_SERVICE = {"ServiceNamespace": "ecs", "ResourceId": RESOURCE, "ScalableDimension": DIMENSION}
DIMENSIONS = {"ClusterName": "cluster", "ServiceName": "web"}


class Scaled(ObservedWorld):
    """One service of 1 to 3 tasks; minutes pass."""

    def __init__(self) -> None:
        super().__init__()
        self.minute = 0
        self.scaling = self.client("application-autoscaling")
        self.cloudwatch = self.client("cloudwatch")

    def client(self, name: str) -> Any:
        return boto3.client(name, REGION, aws_access_key_id="a", aws_secret_access_key="b")  # type: ignore[call-overload]

    def policy(self, name: str, kind: str, **settings: Any) -> str:
        made = self.scaling.put_scaling_policy(PolicyName=name, PolicyType=kind, **OF_SERVICE, **settings)
        return str(made["PolicyARN"])

    def step(self, name: str, adjustment: int, cooldown: int, **bounds: float) -> str:
        step = {"ScalingAdjustment": adjustment, **bounds}
        settings = {"AdjustmentType": "ChangeInCapacity", "Cooldown": cooldown, "StepAdjustments": [step]}
        return self.policy(name, "StepScaling", StepScalingPolicyConfiguration=settings)

    def alarm(self, name: str, comparison: str, threshold: float, *actions: str, **more: Any) -> None:
        usual = {"Namespace": "AWS/ECS", "MetricName": "CPUUtilization", "Statistic": "Average", "Period": 60}
        dimensions = [{"Name": name, "Value": value} for name, value in DIMENSIONS.items()]
        settings = {
            **usual,
            "EvaluationPeriods": 2,
            "TreatMissingData": "notBreaching",
            "Dimensions": dimensions,
            **more,
        }
        self.cloudwatch.put_metric_alarm(
            AlarmName=name, ComparisonOperator=comparison, Threshold=threshold, AlarmActions=list(actions), **settings
        )

    def minutes(self, *each: float | None, at: int = 0) -> list[int]:
        """The processors' use in each minute; the number of tasks after it."""
        return [self._minute(used) for used in each]

    def _minute(self, used: float | None) -> int:
        named = {"region": REGION, "namespace": "AWS/ECS", "metric": "CPUUtilization", "dimensions": DIMENSIONS}
        found = [] if used is None else [{**named, "values": [used], "at": self.minute * 60.0}]
        self.minute += 1
        self.observed.take({"services": {}, "metrics": found, "measured": self.minute * 60.0}, [])
        return int(self.shown()["desiredCount"])

    def state(self, name: str) -> str:
        return str(self.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"])


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scaled]:
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    with Scaled.begun() as made:
        made.scaling.register_scalable_target(**OF_SERVICE, MinCapacity=1, MaxCapacity=3)
        yield made


def test_the_two_alarms_of_a_service_scale_it_out_and_in_and_never_beyond_its_bounds(world: Scaled) -> None:
    out = world.step("out", 1, 120, MetricIntervalLowerBound=0.0)
    back = world.step("in", -1, 0, MetricIntervalUpperBound=0.0)
    world.alarm("high", "GreaterThanOrEqualToThreshold", 70.0, out)
    world.alarm("low", "LessThanOrEqualToThreshold", 20.0, back)
    assert world.minutes(90, 90, 90, 90, 90, 90, 90) == [1, 2, 2, 3, 3, 3, 3], (
        "two periods, then a cooldown of two minutes"
    )
    assert (world.state("high"), world.state("low")) == ("ALARM", "OK")
    assert world.minutes(5, 5, 5, 5, 5) == [3, 2, 1, 1, 1]
    assert world.minutes(None, None) == [1, 1] and world.state("low") == "OK", "silence takes no task away"
    assert any(
        "has set desired count to 2 (alarm high: policy out, 90 %)" in e["message"] for e in world.shown()["events"]
    )


def test_the_metric_can_be_read(world: Scaled) -> None:
    world.minutes(40, 60)
    asked = {
        "Namespace": "AWS/ECS",
        "MetricName": "CPUUtilization",
        "Period": 60,
        "Statistics": ["Average", "SampleCount"],
    }
    dimensions = [{"Name": name, "Value": value} for name, value in DIMENSIONS.items()]
    times = {"StartTime": datetime.fromtimestamp(0, UTC), "EndTime": datetime.fromtimestamp(120, UTC)}
    found = world.cloudwatch.get_metric_statistics(**asked, Dimensions=dimensions, **times)["Datapoints"]
    assert sorted((point["Average"], point["SampleCount"]) for point in found) == [(40.0, 1.0), (60.0, 1.0)]


def test_the_alarm_that_no_task_runs_rings_when_no_sample_comes(world: Scaled) -> None:
    world.alarm("none", "LessThanThreshold", 1.0, Statistic="SampleCount", TreatMissingData="breaching")
    world.minutes(1, 1)
    assert world.state("none") == "OK"
    world.minutes(None, None)
    assert world.state("none") == "ALARM"


def test_target_tracking_comes_to_its_target_and_back(world: Scaled) -> None:
    metric = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}
    settings = {
        "TargetValue": 50.0,
        "PredefinedMetricSpecification": metric,
        "ScaleInCooldown": 60,
        "ScaleOutCooldown": 60,
    }
    world.policy("track", "TargetTrackingScaling", TargetTrackingScalingPolicyConfiguration=settings)
    assert world.minutes(120, 120, 120) == [1, 1, 3], "three minutes above it"
    assert world.minutes(*[10] * 15)[-2:] == [3, 1], "fifteen minutes below it"


def test_what_is_not_measured_leaves_its_alarms_alone(world: Scaled) -> None:
    world.alarm("other", "LessThanThreshold", 1.0, MetricName="Other", TreatMissingData="breaching")
    metric = {"PredefinedMetricType": "ALBRequestCountPerTarget", "ResourceLabel": "a/b"}
    settings = {"TargetValue": 5.0, "PredefinedMetricSpecification": metric}
    world.policy("track", "TargetTrackingScaling", TargetTrackingScalingPolicyConfiguration=settings)
    assert world.minutes(90, 90, 90, 90) == [1, 1, 1, 1] and world.state("other") == "OK"


def test_a_suspended_target_stays(world: Scaled) -> None:
    world.alarm("high", "GreaterThanThreshold", 70.0, world.step("out", 1, 0, MetricIntervalLowerBound=0.0))
    suspended = {"DynamicScalingOutSuspended": True}
    world.scaling.register_scalable_target(**OF_SERVICE, MinCapacity=1, MaxCapacity=3, SuspendedState=suspended)
    assert world.minutes(90, 90, 90) == [1, 1, 1]


def deploy(world: Scaled, revision: int = 2, **alarms: Any) -> None:
    settings = {"alarmNames": ["high"], "enable": True, "rollback": True, **alarms}
    world.ecs.update_service(
        cluster="cluster", service="web", taskDefinition=f"web:{revision}", deploymentConfiguration={"alarms": settings}
    )


def test_an_alarm_ends_a_deployment_and_rolls_it_back(world: Scaled) -> None:
    world.complete()
    world.alarm("high", "GreaterThanThreshold", 70.0)
    deploy(world)
    world.minutes(90, 90)
    shown = world.shown()
    assert [(d["status"], d["rolloutState"]) for d in shown["deployments"]] == [
        ("PRIMARY", "IN_PROGRESS"),
        ("ACTIVE", "FAILED"),
    ]
    assert shown["taskDefinition"].endswith("web:1")
    assert shown["deployments"][1]["rolloutStateReason"].endswith("failed: alarm detected.")
    world.minutes(90)
    assert world.shown()["taskDefinition"].endswith("web:1"), "the way back is not watched"


def test_one_that_begins_while_its_alarm_rings_is_not_watched_nor_one_without_alarms(world: Scaled) -> None:
    world.complete()
    world.alarm("high", "GreaterThanThreshold", 70.0)
    deploy(world, enable=False)
    world.minutes(90, 90)
    assert world.shown()["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    world.complete()
    deploy(world, 1)
    world.minutes(90)
    assert world.shown()["deployments"][0]["rolloutState"] == "IN_PROGRESS"
