"""What the data plane reports, as AWS's clients see it; and what is said of a report that is old."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from observed_world import ObservedWorld

from wrapper.sandbox.containers_desired import desired
from wrapper.sandbox.containers_observed import STALE
from wrapper.sandbox.moto_patches import rollouts
from wrapper.sandbox.moto_patches.timed import Timed


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[ObservedWorld]:
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    with ObservedWorld.begun() as made:
        yield made


def test_counts_are_those_of_the_report_and_nothing_is_known_before(world: ObservedWorld) -> None:
    assert (world.shown()["runningCount"], world.shown()["deployments"][0]["rolloutState"]) == (0, "IN_PROGRESS")
    world.report({world.deployment: 1})
    assert world.shown()["runningCount"] == 1
    world.complete()
    assert world.shown()["deployments"][0]["rolloutState"] == "COMPLETED"
    assert "has reached a steady state" in world.shown()["events"][0]["message"]


def test_an_old_report_is_not_believed(world: ObservedWorld) -> None:
    task = {"taskArn": "arn:t/1", "desiredStatus": "RUNNING", "lastStatus": "RUNNING", "createdAt": 1.0}
    world.report({world.deployment: 1}, [task])
    assert world.ecs.list_tasks(cluster="cluster", serviceName="web")["taskArns"] == ["arn:t/1"]
    world.now = STALE + 1
    assert world.shown()["runningCount"] == 0
    assert world.ecs.list_tasks(cluster="cluster", serviceName="web")["taskArns"] == []


def test_tasks_are_described_with_times(world: ObservedWorld) -> None:
    task = {
        "taskArn": "arn:t/1",
        "desiredStatus": "STOPPED",
        "lastStatus": "STOPPED",
        "stoppedAt": 1.0,
        "stoppedReason": "why",
    }
    world.report({world.deployment: 0}, [task])
    [arn] = world.ecs.list_tasks(cluster="cluster", serviceName="web", desiredStatus="STOPPED")["taskArns"]
    [shown] = world.ecs.describe_tasks(cluster="cluster", tasks=[arn])["tasks"]
    assert (shown["stoppedReason"], shown["stoppedAt"].year) == ("why", 1970)


def refusal(world: ObservedWorld, **asked: str) -> str:
    with pytest.raises(world.ecs.exceptions.ClientError) as error:
        world.ecs.execute_command(cluster="cluster", interactive=True, command="sh", task="1", **asked)
    return f"{error.value.response['Error']['Code']}: {error.value.response['Error']['Message']}"


def test_execute_command_is_refused_as_in_aws_or_says_which_container_it_is(world: ObservedWorld) -> None:
    containers = [{"name": name, "runtimeId": f"{name}-0123456789abcdef"} for name in ("web", "side")]
    task: dict[str, Any] = {
        "taskArn": "arn:t/1",
        "desiredStatus": "RUNNING",
        "lastStatus": "RUNNING",
        "containers": containers,
    }
    assert refusal(world) == "InvalidParameterException: The task provided was not found."
    world.report({world.deployment: 1}, [task])
    assert "execute command was not enabled" in refusal(world)
    world.report({world.deployment: 1}, [task | {"enableExecuteCommand": True}])
    assert "Specify a container" in refusal(world) and "Container not found" in refusal(world, container="no")
    said = refusal(world, container="web")
    assert said.startswith("TargetNotConnectedException: ") and said.endswith("docker exec -it web-01234567 sh")
    rollouts.tell(Timed())
    with pytest.raises(NotImplementedError):
        world.ecs.execute_command(cluster="cluster", interactive=True, command="sh", task="1")


def test_a_failed_deployment_is_rolled_back_to_the_one_that_completed(world: ObservedWorld) -> None:
    world.complete()
    first = world.deployment
    world.ecs.update_service(cluster="cluster", service="web", taskDefinition="web:2")
    second = world.deployment
    assert second != first
    world.report({first: 1}, failed=second)
    shown = world.shown()
    assert [(d["id"], d["status"], d["rolloutState"]) for d in shown["deployments"]] == [
        (first, "PRIMARY", "IN_PROGRESS"),
        (second, "ACTIVE", "FAILED"),
    ]
    assert shown["taskDefinition"].endswith("web:1")
    assert f"rolling back to deployment {first}" in shown["events"][0]["message"]
    world.complete()
    assert [d["id"] for d in world.shown()["deployments"]] == [first]


def test_without_an_earlier_one_it_stays_failed(world: ObservedWorld) -> None:
    first = world.deployment
    world.report({}, failed=first)
    [deployment] = world.shown()["deployments"]
    assert (deployment["id"], deployment["rolloutState"]) == (first, "FAILED")


def test_a_deleted_service_is_draining_until_its_tasks_stop(world: ObservedWorld) -> None:
    task = {"taskArn": "arn:t/1", "desiredStatus": "RUNNING", "lastStatus": "RUNNING"}
    world.report({world.deployment: 1}, [task])
    world.ecs.delete_service(cluster="cluster", service="web", force=True)
    assert world.shown()["status"] == "DRAINING"
    with pytest.raises(world.ecs.exceptions.InvalidParameterException, match="still Draining"):
        world.ecs.create_service(cluster="cluster", serviceName="web", taskDefinition="web:1", desiredCount=1)
    world.report({}, [task | {"lastStatus": "DEACTIVATING"}])
    assert world.shown()["status"] == "DRAINING"
    world.report({}, [task | {"lastStatus": "STOPPING"}])
    assert world.shown()["status"] == "INACTIVE"


def test_targets_are_those_of_the_report(world: ObservedWorld) -> None:
    class Group:
        arn, health_check_port = "arn:g", "traffic-port"

    shown = {
        "id": "i-1",
        "port": 4711,
        "state": "unhealthy",
        "reason": "Target.Timeout",
        "description": "Request timed out",
    }
    world.observed.take({"targets": {"arn:g": [shown]}}, [])
    [target] = world.observed.targets(Group(), [])  # type: ignore[arg-type]
    assert (target.target, target.status, target.reason) == (
        {"Id": "i-1", "Port": "4711"},
        "unhealthy",
        "Target.Timeout",
    )
    world.now = STALE + 1
    assert list(world.observed.targets(Group(), [])) == []  # type: ignore[arg-type]


def test_what_ought_to_run(world: ObservedWorld) -> None:
    [service] = desired()["services"]
    assert (service["name"], service["desired"], service["breaker"], service["minimum"]) == ("web", 1, True, 100)
    [container] = desired()["definitions"][service["deployments"][0]["definition"]]["containers"]
    assert (container["image"], container["environment"], container["missing"]) == ("web:1", {}, [])
    world.ecs.delete_service(cluster="cluster", service="web", force=True)
    assert [s["status"] for s in desired()["services"]] == ["DRAINING"]


def test_a_task_that_was_run_by_hand_is_the_data_planes(world: ObservedWorld) -> None:
    asked = {"cluster": "cluster", "taskDefinition": "web:1", "launchType": "EC2", "startedBy": "me"}
    [task] = world.ecs.run_task(**asked)["tasks"]
    assert (task["lastStatus"], task["startedBy"]) == ("PROVISIONING", "me")
    assert world.ecs.list_tasks(cluster="cluster", startedBy="me")["taskArns"] == [task["taskArn"]]
    assert world.ecs.list_tasks(cluster="cluster", startedBy="other")["taskArns"] == []
    [wanted] = world.observed.one_off.wanted()
    assert desired([wanted])["definitions"].keys() == {task["taskDefinitionArn"]}
    stopped = world.ecs.stop_task(cluster="cluster", task=task["taskArn"], reason="enough")["task"]
    assert (stopped["desiredStatus"], world.observed.one_off.stops) == ("STOPPED", {task["taskArn"]: "enough"})
    ended = {
        "taskArn": task["taskArn"],
        "taskDefinitionArn": task["taskDefinitionArn"],
        "clusterArn": task["clusterArn"],
    }
    ended |= {"lastStatus": "STOPPED", "desiredStatus": "STOPPED", "stoppedReason": "enough"}
    world.observed.take({"tasks": {task["taskArn"]: ended}}, [])
    [shown] = world.ecs.describe_tasks(cluster="cluster", tasks=[task["taskArn"]])["tasks"]
    assert (shown["lastStatus"], shown["stoppedReason"], shown["startedBy"]) == ("STOPPED", "enough", "me")
