"""What RunTask is asked for."""

from __future__ import annotations

from typing import Any

import pytest
from live_aws import MIGRATE, RUN_TASK, WEB, services

from wrapper.model.errors import ConfigError, NotFoundError, UsageError
from wrapper.operations import run_task_request
from wrapper.operations.deployed_services import parse
from wrapper.operations.run_task_request import TaskChanges, changed, container_of, declared, of_service

ACME = parse("r/s/acme", {"services": services()})[0]
NETWORK = {"awsvpcConfiguration": {"subnets": ["s-1"], "securityGroups": ["sg-1"], "assignPublicIp": "DISABLED"}}
PLACE = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]


def test_a_declared_task() -> None:
    found = declared("r/s/acme", {"run_task": RUN_TASK}, "migrate")
    assert (found["taskDefinition"], found["count"], found["launchType"]) == (MIGRATE, 1, "EC2")
    one, other = RUN_TASK["migrate"], {**RUN_TASK["migrate"], "cluster": "other"}
    assert declared("l", {"run_task": {"api/migrate": other, "x": one}}, "migrate")["cluster"] == "other"
    with pytest.raises(NotFoundError, match="no task 'migrate'"):
        declared("l", {"run_task": {"api/migrate": one, "web/migrate": other}}, "migrate")
    with pytest.raises(NotFoundError, match="no task 'migrat'") as error:
        declared("r/s/acme", {"run_task": RUN_TASK}, "migrat")
    assert error.value.hint == "did you mean migrate?"


def test_definitions_of_declared_tasks() -> None:
    assert run_task_request.definitions({"run_task": {**RUN_TASK, "odd": {"cluster": "c"}}}) == {"migrate": MIGRATE}
    assert run_task_request.definitions({"run_task": ["x"]}) == run_task_request.definitions({}) == {}


@pytest.mark.parametrize("outputs", [{}, {"run_task": "x"}, {"run_task": {"migrate": {"cluster": "c"}}}])
def test_a_root_that_does_not_say_gets_the_lines(outputs: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match='no output "run_task"') as error:
        declared("r/s/acme", outputs, "migrate", "outputs.tf")
    assert run_task_request.LINES in error.value.hint and error.value.where == "outputs.tf"


def test_as_the_service_runs() -> None:
    service = {
        "taskDefinition": WEB,
        "launchType": "FARGATE",
        "capacityProviderStrategy": PLACE,
        "platformVersion": "1.4.0",
        "networkConfiguration": NETWORK,
        "placementConstraints": [],
        "enableExecuteCommand": True,
    }
    assert of_service(ACME, service) == {
        "cluster": ACME.cluster,
        "taskDefinition": WEB,
        "count": 1,
        "capacityProviderStrategy": PLACE,
        "platformVersion": "1.4.0",
        "networkConfiguration": NETWORK,
        "enableExecuteCommand": True,
        "propagateTags": "TASK_DEFINITION",
    }
    assert of_service(ACME, {"taskDefinition": WEB, "launchType": "EC2"})["launchType"] == "EC2"
    assert of_service(ACME, {})["taskDefinition"] == WEB, "another deployment controller has task sets instead"


def test_what_is_other_this_once_on_machines() -> None:
    changes = TaskChanges(("./x", "a b"), {"A": "1"}, 64, 128)
    found = changed({**RUN_TASK["migrate"]}, "web", changes)
    assert found["overrides"] == {
        "containerOverrides": [
            {
                "name": "web",
                "command": ["./x", "a b"],
                "environment": [{"name": "A", "value": "1"}],
                "cpu": 64,
                "memory": 128,
            }
        ]
    }


def test_what_is_other_this_once_on_fargate() -> None:
    found = changed({"capacityProviderStrategy": PLACE}, "web", TaskChanges(("x",), cpu=256, memory=512))
    assert found["overrides"] == {
        "cpu": "256",
        "memory": "512",
        "containerOverrides": [{"name": "web", "command": ["x"]}],
    }


def test_what_the_root_overrides_stays() -> None:
    web = {"name": "web", "environment": [{"name": "B", "value": "2"}]}
    before = {"containerOverrides": [{"name": "side", "command": ["s"]}, web]}
    found = changed({"overrides": before}, "web", TaskChanges(environment={"A": "1"}))["overrides"][
        "containerOverrides"
    ]
    assert found[0] == {"name": "side", "command": ["s"]}
    assert [e["name"] for e in found[1]["environment"]] == ["B", "A"]
    assert changed({"launchType": "EC2"}, "web", TaskChanges()) == {"launchType": "EC2", "overrides": {}}


def test_the_container_that_is_meant() -> None:
    balanced = {"loadBalancers": [{"containerName": "web"}]}
    assert container_of("l", ("side",), balanced, ["web", "side"]) == "side"
    assert container_of("l", (), balanced, ["side", "web"]) == "web"
    assert container_of("l", ("gone",), {}, ["only"]) == "only"
    with pytest.raises(UsageError, match="web, side") as error:
        container_of("l", (), {}, ["web", "side"])
    assert error.value.hint == "name it: --container web"


def test_a_dry_run_shows_no_value() -> None:
    request = changed({}, "web", TaskChanges(environment={"A": "secret"}))
    assert "secret" not in str(run_task_request.shown(request)) and "'A'" in str(run_task_request.shown(request))
    assert run_task_request.shown({"cluster": "c"}) == {"cluster": "c"}
