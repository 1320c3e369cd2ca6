"""Patches of Amazon ECS: how a deployment goes on, and how it ends well or badly, as the process's ``WhatRuns`` says."""

from __future__ import annotations

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
        name = self._get_param("serviceName")
        if not name:
            return original(self)
        service = self.ecs_backend._get_service(self._get_param("cluster", "default"), name)
        wanted = self._get_param("desiredStatus") or "RUNNING"
        return ActionResult({"taskArns": [t["taskArn"] for t in told().tasks(service) if t["desiredStatus"] == wanted]})

    def described(original: Any, self: EC2ContainerServiceResponse) -> Any:
        wanted = self._get_param("tasks", [])
        every = [task for service in self.ecs_backend.services.values() for task in told().tasks(service)]
        mine = [task for task in every if {task["taskArn"], task["taskArn"].rpartition("/")[2]} & set(wanted)]
        return ActionResult({"tasks": mine, "failures": []}) if mine else original(self)

    patch_set.wrap(EC2ContainerServiceResponse, "list_tasks", listed)
    patch_set.wrap(EC2ContainerServiceResponse, "describe_tasks", described)


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


PATCHES: tuple[Patch, ...] = (deployment_goes_on, stopped_tasks_say_why, deleted_service_drains)
