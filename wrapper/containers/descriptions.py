"""Tasks, targets and events in ECS's and Elastic Load Balancing's own words, as their APIs answer them. Pure.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .nouns import EcsService, Target, Task, TaskContainer


def described(task: Task, service: EcsService | None) -> dict[str, Any]:
    """A task as DescribeTasks shows it; times as seconds since 1970."""
    cluster = task.arn.replace(":task/", ":cluster/").rpartition("/")[0]
    times = {"createdAt": task.created, "startedAt": task.started, "stoppingAt": task.ending, "stoppedAt": task.stopped}
    words = {"stopCode": task.code, "stoppedReason": task.reason}
    return {
        "taskArn": task.arn,
        "clusterArn": cluster,
        "taskDefinitionArn": task.definition,
        "group": f"service:{service.name}"
        if service
        else f"family:{task.definition.rpartition('/')[2].partition(':')[0]}",
        "startedBy": task.deployment,
        "launchType": service.launch_type if service else "EC2",
        "desiredStatus": "RUNNING" if task.active else "STOPPED",
        "lastStatus": task.status,
        "healthStatus": health_of(task),
        "connectivity": "CONNECTED",
        "enableExecuteCommand": service is not None and service.execute_command,
        "containers": [_container(task, one) | _agents(one, service) for one in task.containers],
        "attachments": [],
        "tags": [],
        **{name: value for name, value in times.items() if value is not None},
        **{name: value for name, value in words.items() if value},
    }


def health_of(task: Task) -> str:
    found = {c.health for c in task.containers if c.checked and c.essential}
    return next(
        (state for state in ("UNHEALTHY", "HEALTHY") if state in found and found <= {state, "HEALTHY"}), "UNKNOWN"
    )


def _container(task: Task, one: TaskContainer) -> dict[str, Any]:
    binding = [
        {"bindIP": "127.0.0.1", "containerPort": inside, "hostPort": outside, "protocol": "tcp"}
        for inside, outside in one.ports.items()
    ]
    found = {
        "containerArn": task.arn.replace(":task/", ":container/") + f"/{one.name}",
        "taskArn": task.arn,
        "name": one.name,
        "image": one.image,
        "runtimeId": one.id,
        "lastStatus": one.status,
        "healthStatus": one.health,
        "networkBindings": binding,
        "networkInterfaces": [],
    }
    more = {"exitCode": one.exit_code, "reason": one.reason or None}
    return found | {name: value for name, value in more.items() if value is not None}


def _agents(one: TaskContainer, service: EcsService | None) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html"""
    if service is None or not service.execute_command:
        return {}
    state = {"RUNNING": "RUNNING", "STOPPED": "STOPPED"}.get(one.status, "PENDING")
    return {"managedAgents": [{"name": "ExecuteCommandAgent", "lastStatus": state}]}


def target_health(task: Task, target: Target, kind: str) -> dict[str, Any]:
    """A target as DescribeTargetHealth shows it. No machine is there: an instance's name is made of the task's."""
    name = f"i-{hashlib.sha256(b'one machine').hexdigest()[:17]}"
    address = next((c.address for c in task.containers if c.name == target.container and c.address), "127.0.0.1")
    where = {"id": name, "port": target.host_port} if kind == "instance" else {"id": address, "port": target.port}
    return {**where, "state": target.state, "reason": target.reason, "description": target.description}


def summary(service: EcsService, tasks: Sequence[Task]) -> dict[str, Any]:
    """A service and its living tasks, for a person."""
    alive = [task for task in tasks if task.status != "STOPPED"]
    return {
        "name": service.name,
        "cluster": service.cluster,
        "desired": service.desired,
        "running": sum(task.status == "RUNNING" for task in alive),
        "state": service.primary.state if service.status == "ACTIVE" else service.status,
        "tasks": [
            {
                "id": task.id,
                "definition": task.definition.rpartition("/")[2],
                "images": [container.image for container in task.containers],
                "status": task.status,
                "targets": [{"port": t.host_port, "state": t.state} for t in task.targets],
            }
            for task in alive
        ],
    }


# -- events -------------------------------------------------------------------------------------


def events(before: Mapping[str, Task], after: Sequence[Task]) -> Iterator[str]:
    """What ECS says of the changes to a service's tasks: its events, without "(service NAME)", which begins each."""
    pairs = [(before.get(task.arn), task) for task in after]
    yield from _counted([t for old, t in pairs if old is None], "has started {n} tasks: {tasks}.")
    registered = [t for old, t in pairs if t.targets and t.status == "RUNNING" and old and not old.targets]
    yield from _targets(registered, "registered {n} targets in (target-group {group})")
    for old, task in pairs:
        yield from _unhealthy(old, task)
    leaving = [t for old, t in pairs if old and old.status == "RUNNING" and t.status == "DEACTIVATING"]
    yield from _targets(leaving, "deregistered {n} targets in (target-group {group})")
    yield from _counted(leaving, "has begun draining connections on {n} tasks.")
    stopped = [t for old, t in pairs if old and old.status in ("DEACTIVATING", "RUNNING") and t.status == "STOPPING"]
    yield from _counted(stopped, "has stopped {n} running tasks: {tasks}.")


def _counted(tasks: Sequence[Task], words: str) -> Iterator[str]:
    if tasks:
        listed = " ".join(f"(task {task.id})" for task in tasks)
        yield words.format(n=len(tasks), tasks=listed)


def _targets(tasks: Sequence[Task], words: str) -> Iterator[str]:
    for group in dict.fromkeys(target.group for task in tasks for target in task.targets):
        number = sum(target.group == group for task in tasks for target in task.targets)
        yield words.format(n=number, group=group)


def _unhealthy(old: Task | None, task: Task) -> Iterator[str]:
    before = {t.group: t.state for t in old.targets} if old else {}
    for target in task.targets:
        if target.state == "unhealthy" != before.get(target.group):
            yield (
                f"(port {target.host_port}) is unhealthy in (target-group {target.group}) "
                f"due to (reason {target.description})"
            )
