"""A service as data, and whether it is well."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from ecs_answers import FAILED, NEW, OLD, deployment, service

from wrapper.aws.ecs_service_status import ExpectedService
from wrapper.operations.deployed_services import DeployedService
from wrapper.operations.service_status import ServiceAnswers, alarm, described, summary

ONE = DeployedService(ExpectedService("acme", "arn:aws:ecs:r:1:cluster/c", "acme", NEW, ("tg",)))
AT = datetime(2026, 11, 29, 16, 30, tzinfo=UTC)


def health(*states: str) -> list[dict[str, Any]]:
    return [
        {"Target": {"Id": f"i-{n}", "Port": 80}, "TargetHealth": {"State": state, "Reason": f"Target.{state}"}}
        for n, state in enumerate(states)
    ]


WELL = ServiceAnswers(service(deployment(), desiredCount=2, runningCount=2), {"tg": health("healthy", "healthy")})


def test_well() -> None:
    found = described(ONE, WELL)
    assert (found["well"], found["verdict"]) == (True, "2 of 2 tasks run, 2 of 2 targets are healthy")
    assert (found["desired"], found["running"], found["scaling"]) == (2, 2, None)


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        (ServiceAnswers(None), "the service no longer exists"),
        (replace(WELL, targets={"tg": health("healthy", "unhealthy")}), "2 of 2 tasks run, 1 of 2 targets are healthy"),
        (replace(WELL, service=service(deployment(runningCount=1))), "1 of 2 tasks run, 2 of 2 targets are healthy"),
        (replace(WELL, service=service(deployment(rolloutState="IN_PROGRESS"))), "2 of 2 tasks run, 2 of 2 targets"),
        (replace(WELL, service=service(deployment(taskDefinition=OLD), FAILED)), "ECS rolled back from acme-web:7"),
    ],
)
def test_not_well(answers: ServiceAnswers, verdict: str) -> None:
    found = described(ONE, answers)
    assert not found["well"] and found["verdict"].startswith(verdict), found["verdict"]


def test_a_target_group_that_aws_does_not_tell_of_is_no_trouble() -> None:
    assert described(ONE, replace(WELL, targets={}))["well"]


def test_tasks_targets_events_and_scaling_are_there() -> None:
    running = {
        "taskArn": "a/b/t1",
        "lastStatus": "RUNNING",
        "startedAt": AT,
        "availabilityZone": "z",
        "launchType": "FARGATE",
    }
    stopped = {
        "taskArn": "a/b/t2",
        "stoppedAt": AT,
        "stoppedReason": "OOM",
        "containers": [{"name": "web", "exitCode": 137}],
    }
    answers = replace(
        WELL,
        service=service(deployment(), events=[{"createdAt": AT, "message": str(n)} for n in range(9)]),
        tasks=[running],
        stopped=[{**stopped, "taskArn": "a/b/old", "stoppedAt": datetime(2026, 1, 1, tzinfo=UTC)}, stopped],
        scaling={"MinCapacity": 1, "MaxCapacity": 4},
        activities=[{"StartTime": AT, "Description": "Setting desired count to 2.", "StatusCode": "Successful"}],
        scheduled=[
            {
                "ScheduledActionName": "night",
                "Schedule": "cron(0 20 * * ? *)",
                "ScalableTargetAction": {"MaxCapacity": 0},
            }
        ],
    )
    found = described(ONE, answers)
    assert [(t["id"], t["zone"], t["place"], t["started"]) for t in found["tasks"]] == [
        ("t1", "z", "FARGATE", "2026-11-29T16:30:00Z")
    ]
    assert [t["id"] for t in found["stopped"]] == ["t2", "old"], "the newest first"
    assert found["stopped"][0]["reason"] == "OOM; container web: exit code 137"
    assert [e["message"] for e in found["events"]] == ["0", "1", "2", "3", "4"]
    assert (found["scaling"]["max"], found["scaling"]["activities"][0]["status"]) == (4, "Successful")
    assert found["scheduled"][0]["expression"] == "cron(0 20 * * ? *)"
    assert [t["reason"] for t in found["targets"]] == ["Target.healthy"] * 2


def test_a_line() -> None:
    found = summary(ONE, service(deployment(runningCount=1), desiredCount=2, runningCount=1))
    assert (found["well"], found["verdict"], found["desired"], found["running"]) == (False, "1 of 2 tasks run", 2, 1)
    assert not summary(ONE, None)["well"]


def test_an_alarm_that_only_scales_is_no_trouble() -> None:
    policy = "arn:aws:autoscaling:r:1:scalingPolicy:x:resource/ecs/service/c/acme:policyName/scale-in"
    assert alarm({"AlarmName": "low", "AlarmActions": [policy]})["scales"]
    assert not alarm({"AlarmName": "5xx", "AlarmActions": [policy, "arn:aws:sns:r:1:oncall"]})["scales"]
    assert not alarm({"AlarmName": "5xx", "AlarmActions": []})["scales"]
