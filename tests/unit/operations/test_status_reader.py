"""What is asked of AWS for a status: by AWS's own models, and in few requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from live_aws import CLUSTER, WEB, LiveAws, refused, services
from stubbed_aws import StubbedAws

from wrapper.aws.calls import AwsCalls, CallRefused
from wrapper.aws.ecs_service_status import ExpectedService
from wrapper.operations.deployed_services import DeployedService, parse
from wrapper.operations.status_reader import StatusReader

ACME, WORKER = parse("r/s/acme", {"services": services()})


@pytest.fixture
def aws() -> Iterator[StubbedAws]:
    made = StubbedAws()
    yield made
    made.close()


def live(world: LiveAws) -> StatusReader:
    return StatusReader(AwsCalls(lambda: world, "ap-southeast-2", "r/s/acme", lambda _: None))


def test_one_service_in_full(aws: StubbedAws) -> None:
    target = {"ServiceNamespace": "ecs", "ResourceId": "service/c/acme"}
    found = {"Target": {"Id": "i-1", "Port": 80}, "TargetHealth": {"State": "draining"}}
    named = {"cluster": CLUSTER, "serviceName": "acme"}
    scaling = "application-autoscaling"
    aws.answers("ecs", "describe_services", {"services": [{"serviceName": "acme"}]}, cluster=CLUSTER, services=["acme"])
    aws.answers(
        "elbv2",
        "describe_target_health",
        {"TargetHealthDescriptions": [found]},
        TargetGroupArn=ACME.expected.target_groups[0],
    )
    aws.answers("ecs", "list_tasks", {"taskArns": ["t1"]}, **named, desiredStatus="RUNNING")
    aws.answers("ecs", "describe_tasks", {"tasks": [{"taskArn": "t1"}]}, cluster=CLUSTER, tasks=["t1"])
    aws.answers("ecs", "list_tasks", {"taskArns": []}, **named, desiredStatus="STOPPED")
    bounds = {**target, "ScalableDimension": "ecs:service:DesiredCount", "MinCapacity": 1, "MaxCapacity": 2}
    bounds |= {"RoleARN": "r", "CreationTime": 0}
    asked = {"ServiceNamespace": "ecs", "ResourceIds": ["service/c/acme"]}
    aws.answers(scaling, "describe_scalable_targets", {"ScalableTargets": [bounds]}, **asked)
    aws.answers(scaling, "describe_scaling_activities", {"ScalingActivities": []}, **target, MaxResults=5)
    aws.answers(scaling, "describe_scheduled_actions", {"ScheduledActions": []}, **target)
    reader = StatusReader(aws.calls())
    there = reader.services([ACME])
    answers = reader.read(ACME, there["service/c/acme"])
    aws.check_all_was_asked()
    assert (answers.targets, answers.tasks) == ({ACME.expected.target_groups[0]: [found]}, [{"taskArn": "t1"}])
    assert answers.scaling and answers.scaling["MaxCapacity"] == 2
    assert reader.unknown == []


def test_ringing_alarms_by_name(aws: StubbedAws) -> None:
    kinds = ["MetricAlarm", "CompositeAlarm"]
    rings = {"AlarmName": "a", "StateValue": "ALARM"}
    answer = {"MetricAlarms": [rings, {"AlarmName": "b", "StateValue": "OK"}]}
    aws.answers("cloudwatch", "describe_alarms", answer, StateValue="ALARM", AlarmNames=["a", "b"], AlarmTypes=kinds)
    assert StatusReader(aws.calls()).ringing(["a", "b"]) == [rings]


def test_a_thousand_services_take_a_hundred_requests() -> None:
    world = LiveAws(describe_alarms={"MetricAlarms": []})
    many = [DeployedService(ExpectedService(f"t{n}", CLUSTER, f"t{n}", WEB)) for n in range(1000)]
    reader = live(world)
    assert len(reader.services(many)) == 1000
    assert reader.ringing(None) == []
    assert (len(world.of("describe_services")), len(world.of("describe_alarms"))) == (100, 1)


@pytest.mark.parametrize(
    ("operation", "what"),
    [
        ("describe_target_health", "elasticloadbalancing:DescribeTargetHealth"),
        ("describe_scalable_targets", "application-autoscaling:DescribeScalableTargets"),
        ("describe_scaling_activities", "application-autoscaling:DescribeScalingActivities"),
        ("describe_scheduled_actions", "application-autoscaling:DescribeScheduledActions"),
        ("describe_alarms", "cloudwatch:DescribeAlarms"),
    ],
)
def test_what_may_not_be_asked_is_said_and_left_out(operation: str, what: str) -> None:
    reader = live(LiveAws(**{operation: refused("AccessDenied")}))
    answers = reader.read(ACME, {"serviceName": "acme"})
    reader.ringing(["a"])
    assert [what in text for text in reader.unknown] == [True]
    assert len(answers.tasks) == 1


@pytest.mark.parametrize(
    "answers", [{"describe_services": refused("AccessDenied")}, {"list_tasks": refused("AccessDenied")}]
)
def test_without_the_tasks_there_is_no_status(answers: dict[str, Any]) -> None:
    reader = live(LiveAws(**answers))
    with pytest.raises(CallRefused, match="not allowed: ecs:"):
        reader.read(ACME, reader.services([ACME])["service/c/acme"])


def test_an_expired_login_is_no_detail() -> None:
    with pytest.raises(CallRefused, match="credentials no longer"):
        live(LiveAws(describe_alarms=refused("ExpiredTokenException"))).ringing(["a"])


def test_of_a_cluster_that_is_gone_no_service_is_there() -> None:
    assert live(LiveAws(describe_services=refused("ClusterNotFoundException"))).services([ACME]) == {}
