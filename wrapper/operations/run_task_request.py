"""What RunTask is asked for: a task that the root declares, or a service's own with another command. Pure.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..model.errors import ConfigError, NotFoundError, UsageError
from ..model.naming import unknown
from .deployed_services import DeployedService

LINES = """\
output "run_task" {
  value = { migrate = {
    cluster        = aws_ecs_cluster.this.arn
    taskDefinition = aws_ecs_task_definition.migrate.arn
    launchType     = "EC2"
    overrides      = { containerOverrides = [{ name = "web", command = ["./migrate"] }] }
  } }
}"""


@dataclass(frozen=True)
class TaskChanges:
    """What is changed for this once. ``cpu`` and ``memory``: ECS's units and MiB, 0: as they are."""

    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    cpu: int = 0
    memory: int = 0


def declared(label: str, outputs: Mapping[str, Any], name: str, where: str = "") -> dict[str, Any]:
    """The input of RunTask that the root gives out. By its key, or by the end of it. ConfigError where it gives out none,
    NotFoundError for another name."""
    tasks = outputs.get("run_task")
    if not isinstance(tasks, Mapping) or not all(_is_input(one) for one in tasks.values()):
        raise ConfigError(
            f'{label}: its Terraform root has no output "run_task" that says how a task starts',
            where=where,
            hint=f"add it, and apply:\n{LINES}",
        )
    if not tasks:
        raise NotFoundError(
            f"no task {name!r}: {label} declares none",
            where=where,
            hint="declare it (one_off_tasks, scheduled_tasks), and apply; or give a service another command: -- COMMAND",
        )
    matching = [name] if name in tasks else [one for one in tasks if one.endswith(f"/{name}")]
    if len(matching) != 1:
        raise unknown("task", name, tasks, label)
    return {**tasks[matching[0]], "count": 1}


def definitions(outputs: Mapping[str, Any]) -> dict[str, str]:
    """The task definition of each declared task, by name; as far as the root says them."""
    tasks = outputs.get("run_task")
    found = tasks.items() if isinstance(tasks, Mapping) else ()
    return {name: one["taskDefinition"] for name, one in found if _is_input(one)}


def _is_input(one: Any) -> bool:
    return isinstance(one, Mapping) and all(isinstance(one.get(k), str) for k in ("cluster", "taskDefinition"))


def of_service(one: DeployedService, service: Mapping[str, Any]) -> dict[str, Any]:
    """As ECS runs the service now: its build, network, roles and place."""
    strategy = service.get("capacityProviderStrategy") or None
    taken = {
        "cluster": one.cluster,
        "taskDefinition": service.get("taskDefinition") or one.expected.task_definition,
        "count": 1,
        "capacityProviderStrategy": strategy,
        "launchType": None if strategy else service.get("launchType"),
        "platformVersion": service.get("platformVersion"),
        "networkConfiguration": service.get("networkConfiguration"),
        "placementConstraints": service.get("placementConstraints"),
        "enableECSManagedTags": service.get("enableECSManagedTags"),
        "enableExecuteCommand": service.get("enableExecuteCommand"),
        "propagateTags": "TASK_DEFINITION",
    }
    return {name: value for name, value in taken.items() if value}


def container_of(label: str, containers: Sequence[str], service: Mapping[str, Any], known: Sequence[str]) -> str:
    """The container that is meant where none is named: that which the root names first, or which takes the requests, or the only
    one. UsageError where several may be meant."""
    of_balancer = [b["containerName"] for b in service.get("loadBalancers") or () if b.get("containerName")]
    found = [name for name in (*containers[:1], *of_balancer[:1]) if name in known]
    if not found and len(known) != 1:
        raise UsageError(
            f"{label}: which of its containers is meant is not known: {', '.join(known)}",
            hint=f"name it: --container {known[0]}" if known else "its task definition has none",
        )
    return found[0] if found else known[0]


def changed(request: Mapping[str, Any], container: str, changes: TaskChanges) -> dict[str, Any]:
    """The request with what is other this once. On Fargate cpu and memory are the task's, not a container's."""
    before = request.get("overrides") or {}
    others = [o for o in before.get("containerOverrides") or () if o.get("name") != container]
    mine: dict[str, Any] = dict(
        next((o for o in before.get("containerOverrides") or () if o.get("name") == container), {"name": container})
    )
    if changes.command:
        mine["command"] = list(changes.command)
    if changes.environment:
        kept = [e for e in mine.get("environment") or () if e["name"] not in changes.environment]
        mine["environment"] = [*kept, *({"name": n, "value": v} for n, v in changes.environment.items())]
    sizes = {name: value for name, value in (("cpu", changes.cpu), ("memory", changes.memory)) if value}
    if on_fargate(request):
        before = {**before, **{name: str(value) for name, value in sizes.items()}}
    else:
        mine |= sizes
    overrides = {**before, "containerOverrides": [*others, *([mine] if len(mine) > 1 else [])]}
    return {**request, "overrides": {name: value for name, value in overrides.items() if value}}


def on_fargate(request: Mapping[str, Any]) -> bool:
    providers = [str(one.get("capacityProvider", "")) for one in request.get("capacityProviderStrategy") or ()]
    return request.get("launchType") == "FARGATE" or any(p.startswith("FARGATE") for p in providers)


def shown(request: Mapping[str, Any]) -> dict[str, Any]:
    """For a dry run: an environment's values may be secrets."""
    overrides = request.get("overrides") or {}
    containers = [
        {**one, "environment": [{"name": e["name"], "value": "***"} for e in one["environment"]]}
        if one.get("environment")
        else one
        for one in overrides.get("containerOverrides") or ()
    ]
    return {**request, "overrides": {**overrides, "containerOverrides": containers}} if overrides else dict(request)
