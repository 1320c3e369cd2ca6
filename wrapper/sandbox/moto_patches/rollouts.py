"""Patches of Amazon ECS: how a deployment goes on, and how it ends well or badly, as the process's ``WhatRuns`` says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from moto.core.responses import ActionResult
from moto.ecs.models import EC2ContainerServiceBackend
from moto.ecs.responses import EC2ContainerServiceResponse

from .patch_set import Patch, PatchSet
from .timed import Timed, is_broken
from .what_runs import WhatRuns

__all__ = ["PATCHES", "advance", "begin", "is_broken", "keep", "tell", "told"]

_told: list[WhatRuns] = [Timed()]


def tell(source: WhatRuns) -> None:
    """From now on this one says what runs."""
    _told[:] = [source]


def told() -> WhatRuns:
    return _told[0]


def begin(service: Any) -> None:
    told().begin(service)


def keep(service: Any) -> None:
    told().keep(service)


def advance(service: Any) -> None:
    told().advance(service)


def deployment_goes_on(patch_set: PatchSet) -> None:
    """AWS shows a deployment IN_PROGRESS, then COMPLETED with every task running; or FAILED, and rolled back to the
    version before when the circuit breaker says so.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
    moto leaves every deployment as it began. No run could see a rollback here before it meets AWS.
    """

    def around(original: Any, self: EC2ContainerServiceBackend, *args: Any, **kwargs: Any) -> Any:
        services, failures = original(self, *args, **kwargs)
        for service in services:
            advance(service)
        return services, failures

    patch_set.wrap(EC2ContainerServiceBackend, "describe_services", around)


def stopped_tasks_say_why(patch_set: PatchSet) -> None:
    """AWS shows the tasks of a service that stopped, for an hour, each with its reason.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-errors.html
    moto starts no task for a service, lists those of all services for each, and has no reason.
    """

    def listed(original: Any, self: EC2ContainerServiceResponse) -> Any:
        name, cluster = self._get_param("serviceName"), self._get_param("cluster", "default")
        wanted = self._get_param("desiredStatus") or "RUNNING"
        if not name:
            return ActionResult({"taskArns": [*original(self).result["taskArns"], *of_cluster(self, cluster, wanted)]})
        service = self.ecs_backend._get_service(cluster, name)
        return ActionResult({"taskArns": [t["taskArn"] for t in told().tasks(service) if t["desiredStatus"] == wanted]})

    def described(original: Any, self: EC2ContainerServiceResponse) -> Any:
        wanted = self._get_param("tasks", [])
        mine = [task for task in every_task(self.ecs_backend) if is_named(task, wanted)]
        return ActionResult({"tasks": mine, "failures": []}) if mine else original(self)

    patch_set.wrap(EC2ContainerServiceResponse, "list_tasks", listed)
    patch_set.wrap(EC2ContainerServiceResponse, "describe_tasks", described)


def every_task(backend: EC2ContainerServiceBackend) -> list[dict[str, Any]]:
    """Of services, and those that RunTask started."""
    every = [task for service in backend.services.values() for task in told().tasks(service)]
    return every + [task for cluster in backend.clusters.values() for task in told().run_tasks(cluster.arn)]


def is_named(task: dict[str, Any], names: Iterable[str]) -> bool:
    """By ARN or id."""
    return bool({task["taskArn"], task["taskArn"].rpartition("/")[2]} & {*names})


def of_cluster(response: EC2ContainerServiceResponse, cluster: str, wanted: str) -> list[str]:
    """Tasks that RunTask started, by what ListTasks asks for."""
    family, started_by = response._get_param("family"), response._get_param("startedBy")
    return [
        task["taskArn"]
        for task in told().run_tasks(response.ecs_backend._get_cluster(cluster).arn)
        if task["desiredStatus"] == wanted
        and family in (None, task["taskDefinitionArn"].rpartition("/")[2].partition(":")[0])
        and started_by in (None, task.get("startedBy"))
    ]


def run_task_runs(patch_set: PatchSet) -> None:
    """AWS runs the task, on an instance or on Fargate.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
    moto refuses it without an instance, and says of one on Fargate that it runs. With containers it does.
    """

    def run(original: Any, self: EC2ContainerServiceBackend, *args: Any, **kwargs: Any) -> Any:
        names = ("cluster_str", "task_definition_str", "count", "overrides", "started_by", "tags", "launch_type")
        asked = dict(zip((*names, "network", "group"), args, strict=False)) | kwargs
        cluster, definition = self._get_cluster(asked["cluster_str"]), asked["task_definition_str"]
        fields = {"overrides": asked.get("overrides"), "startedBy": asked.get("started_by")}
        fields |= {"launchType": asked.get("launch_type") or "EC2", "group": asked.get("group")}
        found = told().run(cluster, self.describe_task_definition(definition), int(asked.get("count") or 1), **fields)
        return original(self, *args, **kwargs) if found is None else found

    def stop(original: Any, self: EC2ContainerServiceBackend, cluster_str: str, task_str: str, reason: str) -> Any:
        return told().stop(task_str, reason) or original(self, cluster_str, task_str, reason)

    patch_set.wrap(EC2ContainerServiceBackend, "run_task", run)
    patch_set.wrap(EC2ContainerServiceBackend, "stop_task", stop)


def deleted_service_drains(patch_set: PatchSet) -> None:
    """AWS shows a deleted service DRAINING until its tasks are gone, and INACTIVE then.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html
    moto calls it INACTIVE at once, so that its containers would run on behind it.
    """

    def around(original: Any, self: EC2ContainerServiceBackend, *args: Any, **kwargs: Any) -> Any:
        service = original(self, *args, **kwargs)
        told().deleted(service)
        return service

    patch_set.wrap(EC2ContainerServiceBackend, "delete_service", around)


PATCHES: tuple[Patch, ...] = (deployment_goes_on, stopped_tasks_say_why, run_task_runs, deleted_service_drains)
