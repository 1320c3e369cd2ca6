"""Containers whose lines are wanted: of services, of a task, of the last that stopped."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from live_aws import BEGAN, GROUP, IDS, MIGRATE, NOW, RUN_TASK, WEB, LiveAws, services

from wrapper.aws.calls import AwsCalls
from wrapper.model.errors import NotFoundError
from wrapper.operations.deployed_services import parse
from wrapper.operations.status_reader import StatusReader
from wrapper.operations.task_logs import TaskLogs

SERVICES = parse("r/s/acme", {"services": services()})
OLD = WEB.replace(":7", ":6")


def logs(**answers: Any) -> TaskLogs:
    world = LiveAws(**answers)
    calls = AwsCalls(lambda: world, "ap-southeast-2", "r/s/acme", lambda _: None)
    return TaskLogs(StatusReader(calls), SERVICES, {n: t["taskDefinition"] for n, t in RUN_TASK.items()})


def test_of_services() -> None:
    found = logs().of_services()
    assert [(s.service, s.container, s.group) for s in found.sources] == [
        ("acme", "web", GROUP),
        ("acme", "side", GROUP),
        ("acme/worker", "worker", GROUP),
    ]


def test_in_a_deployment_the_version_before_counts_too() -> None:
    def answer(taskDefinition: str) -> Any:  # noqa: N803
        options = {"awslogs-group": taskDefinition[-1], "awslogs-stream-prefix": "p"}
        one = {"name": "web", "logConfiguration": {"logDriver": "awslogs", "options": options}}
        return {"taskDefinition": {"taskDefinitionArn": taskDefinition, "containerDefinitions": [one]}}

    both = {"serviceName": "acme", "deployments": [{"taskDefinition": WEB}, {"taskDefinition": OLD}]}
    found = logs(describe_services={"services": [both]}, describe_task_definition=answer).of_services()
    assert [s.group for s in found.sources] == ["7", "6", "3"]


@pytest.mark.parametrize("wanted", [IDS[WEB], "aaaa", f"arn:aws:ecs:r:1:task/c/{IDS[WEB]}"])
def test_a_task_by_its_id(wanted: str) -> None:
    found = logs().of_task(wanted)
    assert (found.id, found.begun) == (IDS[WEB], int(BEGAN.timestamp() * 1000))
    assert [s.container for s in found.logs.sources] == ["web", "side"]


def test_a_task_that_was_run_by_hand() -> None:
    found = logs().of_task(IDS[MIGRATE])
    assert [(s.service, s.beginning) for s in found.logs.sources] == [("migrate", "migrate/web/")]


def test_a_task_that_ecs_has_forgotten_is_looked_for_among_the_services() -> None:
    found = logs().of_task("e" * 32)
    assert (found.id, found.begun, len(found.logs.sources)) == ("e" * 32, 0, 3)


def test_a_task_of_another_tenant() -> None:
    other = {"taskArn": f"a/c/{'f' * 32}", "taskDefinitionArn": WEB.replace("acme", "globex")}
    with pytest.raises(NotFoundError, match="is of globex-web:7, which is not this layer's"):
        logs(describe_tasks={"tasks": [other]}).of_task("f" * 32)


def stopped(number: str, minutes: int) -> dict[str, Any]:
    at = NOW - timedelta(minutes=minutes)
    return {
        "taskArn": f"a/c/{number}",
        "taskDefinitionArn": WEB,
        "stoppedAt": at,
        "createdAt": at,
        "stoppedReason": "OOM",
    }


def test_the_task_that_stopped_last() -> None:
    def listed(desiredStatus: str, **_: Any) -> Any:  # noqa: N803
        return {"taskArns": ["x"] if desiredStatus == "STOPPED" else []}

    found = logs(
        list_tasks=listed, describe_tasks={"tasks": [stopped("1", 9), stopped("2", 3), stopped("3", 5)]}
    ).previous()
    assert (found.id, found.words.endswith(": OOM")) == ("2", True)


def test_one_that_ecs_has_forgotten_has_the_newest_stream() -> None:
    streams = [f"web/web/{IDS[WEB]}", f"other/web/{'f' * 32}", f"web/web/{'e' * 32}"]
    found = logs(describe_log_streams={"logStreams": [{"logStreamName": s} for s in streams]}).previous()
    assert (found.id, found.begun) == ("e" * 32, 0)


def test_none_has_stopped() -> None:
    with pytest.raises(NotFoundError, match="no task has stopped"):
        logs(describe_log_streams={"logStreams": []}).previous()
