"""What one look at an ECS service says."""

from __future__ import annotations

from typing import Any

import pytest
from ecs_answers import FAILED, NEW, OLD, deployment, service

from wrapper.aws.ecs_service_status import ExpectedService, given_up, judge, services, services_in_state, stopped_reason

WANTED = ExpectedService("web", "c", "acme", NEW, ("tg",))


NO_STATE = {k: v for k, v in deployment().items() if k != "rolloutState"}


@pytest.mark.parametrize(
    ("seen", "healthy", "state", "words"),
    [
        (service(deployment()), [2], "steady", "2 of 2 tasks run, 2 of 2 targets are healthy"),
        (service(deployment()), [], "steady", "2 of 2 tasks run"),
        (service(deployment()), [2, 1], "waiting", "2 of 2 tasks run, 1 of 2 targets are healthy"),
        (service(deployment()), [3], "steady", "2 of 2 tasks run, 3 of 2 targets are healthy"),
        (service(deployment(runningCount=3)), [3], "waiting", "3 of 2 tasks run, 3 of 2 targets are healthy"),
        (
            service(deployment(rolloutState="IN_PROGRESS")),
            [2],
            "waiting",
            "2 of 2 tasks run, 2 of 2 targets are healthy",
        ),
        (
            service(deployment(rolloutState="IN_PROGRESS", runningCount=0, failedTasks=2)),
            [],
            "waiting",
            "0 of 2 tasks run, 2 failed to start",
        ),
        (
            service(deployment(desiredCount=0, runningCount=0)),
            [0],
            "steady",
            "0 of 0 tasks run, 0 of 0 targets are healthy",
        ),
        (service(NO_STATE), [2], "steady", "2 of 2 tasks run, 2 of 2 targets are healthy"),
        (
            service(deployment(taskDefinition="acme-web:7")),
            [2],
            "steady",
            "2 of 2 tasks run, 2 of 2 targets are healthy",
        ),
        (
            service(deployment(rolloutState="FAILED", rolloutStateReason="no.")),
            [],
            "failed",
            "the new version failed: no.",
        ),
        (
            service(deployment(taskDefinition=OLD, rolloutState="IN_PROGRESS"), FAILED),
            [2],
            "failed",
            "ECS rolled back from acme-web:7 to acme-web:6: circuit breaker: tasks failed to start.",
        ),
        (
            service(deployment(taskDefinition=OLD)),
            [2],
            "failed",
            "ECS rolled back from acme-web:7 to acme-web:6: the new version failed",
        ),
        (
            service(deployment(taskDefinition=NEW[:-1] + "10")),
            [2],
            "failed",
            "another deployment replaced acme-web:7 with acme-web:10",
        ),
        (None, [], "failed", "the service no longer exists"),
        (service(deployment(), status="DRAINING"), [2], "failed", "the service no longer exists"),
        (
            service(deploymentController={"type": "CODE_DEPLOY"}),
            [],
            "steady",
            "another deployment controller rolls it out; not checked",
        ),
    ],
)
def test_one_look(seen: dict[str, Any] | None, healthy: list[int], state: str, words: str) -> None:
    verdict = judge(WANTED, seen, healthy)
    assert (verdict.state, verdict.words) == (state, words)


ONE = {"cluster": "c", "service": "acme", "task_definition": NEW}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, []),
        ({"services": None}, []),
        ({"services": ["web"]}, []),
        ({"services": {"web": "acme"}}, []),
        ({"services": {"web": {"cluster": "c", "service": None, "task_definition": NEW}}}, []),
        ({"services": {"web": ONE}}, [()]),
        ({"services": {"web": {**ONE, "target_groups": ["tg"]}}}, [("tg",)]),
        ({"services": {"web": {**ONE, "target_groups": {"http": "tg", "other": None}}}}, [("tg",)]),
        ({"services": {"web": {**ONE, "target_groups": None}, "b": {**ONE, "target_groups": "tg"}}}, [("tg",), ()]),
    ],
)
def test_which_services_a_root_gives_out(given: dict[str, Any], expected: list[tuple[str, ...]]) -> None:
    assert [w.target_groups for w in services(given)] == expected


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ({}, "ECS gives no reason"),
        ({"stoppedReason": "stopped", "containers": [{"name": "web", "exitCode": 0}]}, "stopped"),
        ({"stoppedReason": "no image", "containers": [{"name": "web", "reason": "no image"}]}, "no image"),
        (
            {"stoppedReason": "r", "containers": [{"name": "web", "exitCode": 137}, {"name": "b", "reason": "OOM"}]},
            "r; container web: exit code 137; container b: OOM",
        ),
    ],
)
def test_why_a_task_stopped(task: dict[str, Any], words: str) -> None:
    assert stopped_reason(task) == words


def _state(*resources: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    return {"resources": [{"mode": "managed", "type": t, "instances": [{"attributes": a}]} for t, a in resources]}


def test_the_services_in_a_state_without_outputs() -> None:
    """As a failed apply leaves it: ECS has gone back, the state still holds what was asked for."""
    state = _state(
        ("aws_ecs_task_definition", {"arn": OLD}),
        ("aws_ecs_task_definition", {"arn": NEW}),
        ("aws_ecs_task_definition", {"arn": NEW.replace("acme-web:7", "other:9")}),
        ("aws_ecs_service", {"name": "acme", "cluster": "c", "task_definition": OLD}),
        ("aws_ecs_service", {"name": "half", "cluster": None, "task_definition": OLD}),
        ("aws_ecs_service", {}),
    )
    assert services_in_state(state) == [ExpectedService("acme", "c", "acme", NEW)]
    assert services_in_state(None) == services_in_state({"resources": None}) == []


def test_what_ecs_has_given_up() -> None:
    failed = deployment(id="new", rolloutState="FAILED", rolloutStateReason="circuit breaker")
    assert given_up(service(failed), {"old"}) == "service acme: the new version failed: circuit breaker"
    assert given_up(service(failed), {"new"}) == ""
    assert given_up(service(deployment(id="new")), ()) == ""
    assert given_up(service(deployment(id="old"), failed | {"status": "ACTIVE"}), ()) == ""
