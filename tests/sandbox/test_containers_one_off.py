"""Tasks that RunTask started: from what was asked for to how they ended."""

from __future__ import annotations

from types import SimpleNamespace

from wrapper.sandbox.containers_one_off import OneOffTasks

CLUSTER = SimpleNamespace(arn="arn:aws:ecs:eu-west-1:1:cluster/app")
DEFINITION = SimpleNamespace(arn="arn:td/web:1", container_definitions=[{"name": "web"}])


def test_a_task_is_wanted_until_it_ended_and_starts_once() -> None:
    tasks = OneOffTasks()
    overrides = {"containerOverrides": [{"name": "web", "command": ["x"]}]}
    [made] = tasks.start(CLUSTER, DEFINITION, 1, startedBy="me", overrides=overrides, group=None)
    arn = made["taskArn"]
    assert arn.startswith("arn:aws:ecs:eu-west-1:1:task/app/") and "group" not in made
    [wanted] = tasks.wanted()
    assert (wanted["begun"], wanted["overrides"]) == (False, overrides["containerOverrides"])
    tasks.note(
        {arn: {"taskArn": arn, "taskDefinitionArn": "arn:td/web:1", "clusterArn": CLUSTER.arn, "lastStatus": "RUNNING"}}
    )
    [wanted] = tasks.wanted()
    assert wanted["begun"] is True
    assert tasks.find(arn.rpartition("/")[2])["startedBy"] == "me"  # type: ignore[index]
    tasks.note(
        {arn: {"taskArn": arn, "taskDefinitionArn": "arn:td/web:1", "clusterArn": CLUSTER.arn, "lastStatus": "STOPPED"}}
    )
    assert (list(tasks.wanted()), [t["lastStatus"] for t in tasks.shown(CLUSTER.arn)]) == ([], ["STOPPED"])


def test_what_nothing_started_is_not_noted() -> None:
    tasks = OneOffTasks()
    tasks.note({"arn:t": {"taskArn": "arn:t"}})
    assert (tasks.find("arn:t"), tasks.shown(CLUSTER.arn)) == (None, [])
