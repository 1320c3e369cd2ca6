"""A new deployment of the same, waited for."""

from __future__ import annotations

from typing import Any

import pytest
from live_aws import CLUSTER, WEB, LiveAws, refused, services
from stubbed_aws import StubbedAws

from wrapper.aws.calls import AwsCalls, CallRefused
from wrapper.aws.ecs_rollout import RolloutWatch
from wrapper.model.errors import RolloutFailed
from wrapper.operations.deployed_services import parse
from wrapper.operations.restart import Restart

ACME = parse("r/s/acme", {"services": services()})[0]
OTHER = WEB.replace(":7", ":9")


def restart(world: LiveAws, *, waits: bool = True) -> Restart:
    calls = AwsCalls(lambda: world, "ap-southeast-2", "r/s/acme", lambda _: None)
    watch = RolloutWatch(world, "ap-southeast-2", "r/s/acme", 60, lambda _: None, lambda _: None)
    return Restart(calls, watch if waits else None)


def test_the_request_is_as_aws_has_it() -> None:
    aws = StubbedAws()
    try:
        answer = {"service": {"deployments": [{"id": "new", "status": "PRIMARY"}, {"id": "old", "status": "ACTIVE"}]}}
        aws.answers("ecs", "update_service", answer, cluster=CLUSTER, service="acme", forceNewDeployment=True)
        assert Restart(aws.calls(), None).run(ACME)["id"] == "new"
    finally:
        aws.close()


def test_it_is_waited_for() -> None:
    world = LiveAws()
    restart(world).run(ACME)
    assert [operation for operation, _ in world.asked] == [
        "update_service",
        "describe_services",
        "describe_target_health",
    ]


def service(rollout: str) -> dict[str, Any]:
    primary = {
        "status": "PRIMARY",
        "taskDefinition": OTHER,
        "rolloutState": rollout,
        "desiredCount": 0,
        "runningCount": 0,
    }
    return {"serviceName": "acme", "status": "ACTIVE", "taskDefinition": OTHER, "deployments": [primary]}


def test_it_runs_on_what_it_ran_whatever_the_state_says() -> None:
    well = service("COMPLETED")
    world = LiveAws(update_service={"service": well}, describe_services={"services": [well]})
    assert restart(world).run(ACME)["taskDefinition"] == OTHER


def test_one_that_ecs_does_not_take_fails() -> None:
    world = LiveAws(update_service={"service": service("")}, describe_services={"services": [service("FAILED")]})
    with pytest.raises(RolloutFailed, match="the new version failed"):
        restart(world).run(ACME)


def test_without_permission() -> None:
    with pytest.raises(CallRefused, match="not allowed: ecs:UpdateService"):
        restart(LiveAws(update_service=refused("AccessDeniedException"))).run(ACME)
