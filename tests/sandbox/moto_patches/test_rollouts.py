"""A deployment goes on, and ends well or badly, as ECS shows it."""

from __future__ import annotations

from typing import Any

import pytest
from service_in_moto import Asked, create, described, later

from wrapper.sandbox.moto_patches import ecs, elbv2, rollouts

PATCHES = (
    ecs.service_keeps_its_fields,
    ecs.service_update_becomes_a_deployment,
    rollouts.deployment_goes_on,
    rollouts.stopped_tasks_say_why,
    elbv2.services_register_their_tasks,
)
ROLLBACK = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}


@pytest.mark.parametrize(
    ("image", "broken"),
    [
        ("web:91-broken", True),
        ("registry:5000/web:broken", True),
        ("web:broken-91", False),
        ("web", False),
        ("broken", True),
        ("broken/web", False),
        ("broken:1", False),
    ],
)
def test_which_image_cannot_be_pulled(image: str, broken: bool) -> None:
    assert rollouts.is_broken(image) is broken


def prepare(ecs_client: Any, *images: str) -> None:
    ecs_client.create_cluster(clusterName="cluster")
    for image in images:
        container = {"name": "web", "image": image, "memory": 64, "portMappings": [{"containerPort": 80}]}
        ecs_client.register_task_definition(family="web", containerDefinitions=[container])


def deployments(ecs_client: Any) -> list[tuple[str, str, str, int]]:
    return [
        (d["status"], d["taskDefinition"][-5:], d["rolloutState"], d["runningCount"])
        for d in described(ecs_client)["deployments"]
    ]


def diffs(ecs_client: Any) -> list[Any]:
    """What is seen now, and after a while, and after another."""
    seen = [deployments(ecs_client)]
    for _ in range(2):
        later()
        seen.append(deployments(ecs_client))
    return seen


def test_a_service_that_can_run_gets_there(asked: Asked) -> None:
    def question(client: Any) -> Any:
        prepare(client("ecs"), "web:1")
        create(client("ecs"))
        return diffs(client("ecs")), described(client("ecs"))["runningCount"], len(described(client("ecs"))["events"])

    unpatched, patched = asked(question, *PATCHES)
    assert unpatched == ([[("PRIMARY", "web:1", "IN_PROGRESS", 0)]] * 3, 0, 0)
    done = [("PRIMARY", "web:1", "COMPLETED", 2)]
    assert patched == ([[("PRIMARY", "web:1", "IN_PROGRESS", 0)], done, done], 2, 2)


def test_the_version_before_runs_on_until_the_new_one_does(asked: Asked) -> None:
    def question(client: Any) -> Any:
        prepare(client("ecs"), "web:1", "web:2")
        create(client("ecs"))
        later()
        described(client("ecs"))
        client("ecs").update_service(cluster="cluster", service="web", taskDefinition="web:2")
        return described(client("ecs"))["runningCount"], diffs(client("ecs"))

    unpatched, patched = asked(question, *PATCHES)
    assert unpatched[0] == 0
    done = [("PRIMARY", "web:2", "COMPLETED", 2)]
    begun = [("PRIMARY", "web:2", "IN_PROGRESS", 0), ("ACTIVE", "web:1", "COMPLETED", 2)]
    assert patched == (2, [begun, done, done])


def test_a_broken_version_is_rolled_back(asked: Asked) -> None:
    def question(client: Any) -> Any:
        prepare(client("ecs"), "web:1", "web:2-broken")
        create(client("ecs"), deploymentConfiguration=ROLLBACK)
        later()
        described(client("ecs"))
        client("ecs").update_service(cluster="cluster", service="web", taskDefinition="web:2")
        seen = diffs(client("ecs"))
        service = described(client("ecs"))
        return seen, service["taskDefinition"][-5:], service["runningCount"], [e["message"] for e in service["events"]]

    unpatched, patched = asked(question, *PATCHES)
    assert unpatched[0] == [[("PRIMARY", "web:1", "IN_PROGRESS", 0)]] * 3
    seen, runs, running, events = patched
    assert seen == [
        [("PRIMARY", "web:2", "IN_PROGRESS", 0), ("ACTIVE", "web:1", "COMPLETED", 2)],
        [("PRIMARY", "web:1", "IN_PROGRESS", 2), ("ACTIVE", "web:2", "FAILED", 0)],
        [("PRIMARY", "web:1", "COMPLETED", 2)],
    ]
    assert (runs, running) == ("web:1", 2)
    assert "rolling back to deployment" in events[2] and "deployment failed: tasks failed to start." in events[3]


@pytest.mark.parametrize("breaker", [{"enable": True, "rollback": True}, {"enable": True, "rollback": False}])
def test_a_first_version_that_is_broken_has_nothing_to_go_back_to(asked: Asked, breaker: dict[str, bool]) -> None:
    def question(client: Any) -> Any:
        prepare(client("ecs"), "web:1-broken")
        create(client("ecs"), deploymentConfiguration={"deploymentCircuitBreaker": breaker})
        return diffs(client("ecs"))

    _, patched = asked(question, *PATCHES)
    failed = [("PRIMARY", "web:1", "FAILED", 0)]
    assert patched == [[("PRIMARY", "web:1", "IN_PROGRESS", 0)], failed, failed]


def test_without_a_circuit_breaker_it_tries_for_ever(asked: Asked) -> None:
    def question(client: Any) -> Any:
        prepare(client("ecs"), "web:1-broken")
        create(client("ecs"))
        seen = diffs(client("ecs"))
        return seen, described(client("ecs"))["deployments"][0]["failedTasks"]

    _, patched = asked(question, *PATCHES)
    assert patched == ([[("PRIMARY", "web:1", "IN_PROGRESS", 0)]] * 3, 3)


def test_stopped_tasks_say_why(asked: Asked) -> None:
    def question(client: Any) -> Any:
        prepare(client("ecs"), "web:1-broken")
        create(client("ecs"), deploymentConfiguration=ROLLBACK)
        later()
        described(client("ecs"))
        asked = {"cluster": "cluster", "serviceName": "web"}
        running = client("ecs").list_tasks(**asked)["taskArns"]
        arns = client("ecs").list_tasks(**asked, desiredStatus="STOPPED")["taskArns"]
        tasks = client("ecs").describe_tasks(cluster="cluster", tasks=arns)["tasks"]
        return len(running), {t["stoppedReason"] for t in tasks}, len(tasks)

    unpatched, patched = asked(question, *PATCHES)
    assert "Tasks cannot be empty" in str(unpatched)
    assert patched == (0, {"CannotPullContainerError: failed to resolve ref web:1-broken: not found"}, 3)


@pytest.mark.parametrize("kind", ["instance", "ip"])
def test_services_register_their_tasks(asked: Asked, kind: str) -> None:
    def question(client: Any) -> Any:
        vpc = client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        group = client("elbv2").create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc, TargetType=kind)
        arn = group["TargetGroups"][0]["TargetGroupArn"]
        prepare(client("ecs"), "web:1")
        balancer = {"targetGroupArn": arn, "containerName": "web", "containerPort": 80}
        create(client("ecs"), loadBalancers=[balancer])
        seen = []
        for _ in range(2):
            health = client("elbv2").describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
            seen.append([h["TargetHealth"]["State"] for h in health])
            later()
        client("ecs").delete_service(cluster="cluster", service="web", force=True)
        return seen, client("elbv2").describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]

    unpatched, patched = asked(question, *PATCHES)
    assert unpatched == ([[], []], [])
    assert patched == ([[], ["healthy", "healthy"]], [])
