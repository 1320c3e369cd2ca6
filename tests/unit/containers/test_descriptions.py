"""Tasks and events in ECS's words."""

from __future__ import annotations

from dataclasses import replace

from wrapper.containers import descriptions
from wrapper.containers.nouns import Deployment, EcsService, Target, Task, TaskContainer

ARN = "arn:aws:ecs:eu:1:task/cluster/abc"
SERVICE = EcsService("arn:service", "web", (Deployment("dep", "arn:td/web:1"),), cluster="cluster")
WEB = TaskContainer("web", "c1", "web:1", status="RUNNING", ports={8080: 4711}, exit_code=None)
STARTED = Task(ARN, "arn:td/web:1", 1.0, "arn:service", "dep", "PENDING")
RUNS = replace(STARTED, status="RUNNING", started=2.0, containers=(WEB,), targets=(Target("group", "web", 8080, 4711),))


def test_a_task_as_describe_tasks_shows_it() -> None:
    shown = descriptions.described(RUNS, SERVICE)
    assert (shown["lastStatus"], shown["desiredStatus"], shown["group"]) == ("RUNNING", "RUNNING", "service:web")
    assert shown["clusterArn"] == "arn:aws:ecs:eu:1:cluster/cluster"
    assert shown["containers"][0]["networkBindings"][0]["hostPort"] == 4711
    assert (shown["startedAt"], "stoppedAt" in shown, "stoppedReason" in shown) == (2.0, False, False)


def test_a_stopped_one_says_why() -> None:
    stopped = replace(
        RUNS, status="STOPPED", stopped=9.0, reason="why", code="c", containers=(replace(WEB, exit_code=1),)
    )
    shown = descriptions.described(stopped, SERVICE)
    assert (shown["desiredStatus"], shown["stoppedReason"], shown["stopCode"]) == ("STOPPED", "why", "c")
    assert shown["containers"][0]["exitCode"] == 1


def test_the_agent_of_execute_command_is_there_where_the_service_allows_it() -> None:
    allowed = descriptions.described(RUNS, replace(SERVICE, execute_command=True))
    assert allowed["enableExecuteCommand"]
    assert allowed["containers"][0]["managedAgents"] == [{"name": "ExecuteCommandAgent", "lastStatus": "RUNNING"}]
    refused = descriptions.described(RUNS, SERVICE)
    assert (refused["enableExecuteCommand"], "managedAgents" in refused["containers"][0]) == (False, False)


def test_the_health_of_a_task_is_that_of_its_essential_containers() -> None:
    well, sick = (replace(WEB, checked=True, health=state) for state in ("HEALTHY", "UNHEALTHY"))
    assert [descriptions.health_of(replace(RUNS, containers=c)) for c in ((WEB,), (well,), (well, sick))] == [
        "UNKNOWN",
        "HEALTHY",
        "UNHEALTHY",
    ]


def test_a_target_is_an_instance_and_port_or_an_address_and_port() -> None:
    by_instance = descriptions.target_health(RUNS, RUNS.targets[0], "instance")
    assert by_instance["id"].startswith("i-") and by_instance["port"] == 4711
    by_address = descriptions.target_health(
        replace(RUNS, containers=(replace(WEB, address="172.17.0.2"),)), RUNS.targets[0], "ip"
    )
    assert (by_address["id"], by_address["port"]) == ("172.17.0.2", 8080)


def events(before: Task | None, after: Task) -> list[str]:
    return list(descriptions.events({before.arn: before} if before else {}, [after]))


def test_events_say_what_changed() -> None:
    assert events(None, STARTED) == ["has started 1 tasks: (task abc)."]
    assert events(STARTED, RUNS) == ["registered 1 targets in (target-group group)"]
    sick = replace(RUNS, targets=(replace(RUNS.targets[0], state="unhealthy", description="[404]"),))
    assert events(RUNS, sick) == ["(port 4711) is unhealthy in (target-group group) due to (reason [404])"]
    assert events(sick, sick) == []
    leaving = replace(RUNS, status="DEACTIVATING")
    assert events(RUNS, leaving) == [
        "deregistered 1 targets in (target-group group)",
        "has begun draining connections on 1 tasks.",
    ]
    assert events(leaving, replace(leaving, status="STOPPING")) == ["has stopped 1 running tasks: (task abc)."]


def test_a_summary_leaves_out_what_is_gone() -> None:
    found = descriptions.summary(SERVICE, [RUNS, replace(RUNS, status="STOPPED")])
    assert (found["running"], len(found["tasks"]), found["state"]) == (1, 1, "IN_PROGRESS")
