"""Patches of Amazon ECS: how a deployment goes on, and how it ends well or badly.

Nothing runs in the sandbox, so that a clock and the image's tag decide: a good version runs after ``STARTS`` seconds; one
with an image that cannot be pulled (``is_broken``) never does, and trips the circuit breaker after ``TRIPS``.
"""

from __future__ import annotations

import time
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ecs.models import EC2ContainerServiceBackend
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.moto_api._internal import mock_random

from .patch_set import Patch, PatchSet

STARTS, TRIPS = 1.0, 2.0  # seconds
FAILURES = 3  # tasks; the least at which AWS's circuit breaker trips


def is_broken(image: str) -> bool:
    """Whether the sandbox takes an image for one that cannot be pulled: its tag is ``broken`` or ends with ``-broken``."""
    tag = image.rpartition("/")[2].rpartition(":")[2]
    return tag == "broken" or tag.endswith("-broken")


# -- a deployment's life ------------------------------------------------------------------------


def begin(service: Any) -> None:
    """A new PRIMARY deployment of the service's present task definition; the ones before run on beside it."""
    if service.deployment_controller["type"] != "ECS":
        return
    before = [d for d in service.deployments if d["runningCount"]]
    deployment = {**service.deployments[0], "id": f"ecs-svc/{mock_random.randint(10**18, 10**19 - 1)}"}
    deployment |= {"createdAt": utcnow(), "runningCount": 0, "failedTasks": 0, "status": "PRIMARY"}
    for other in before:
        other["status"] = "ACTIVE"
    service.deployments = [deployment, *before]
    service.began = time.monotonic()
    state(service, "IN_PROGRESS", "in progress.")
    keep(service)


def keep(service: Any) -> None:
    """What an update changed without a new deployment, shown on the one there is."""
    if service.deployment_controller["type"] != "ECS":
        return
    service.deployments[0].update(
        service.deployment_fields,
        capacityProviderStrategy=service.capacity_provider_strategy,
        launchType=service.launch_type,
        networkConfiguration=service.network_configuration,
        desiredCount=service.desired_count,
        taskDefinition=service.task_definition,
        updatedAt=utcnow(),
    )
    if service.deployments[0]["rolloutState"] == "COMPLETED":
        service.deployments[0]["runningCount"] = service.desired_count
    count(service)


def advance(service: Any) -> None:
    """What happened since the last look."""
    primary = service.deployments[0] if service.deployments else {}
    if service.status != "ACTIVE" or primary.get("rolloutState") != "IN_PROGRESS" or not hasattr(service, "began"):
        return
    age = time.monotonic() - service.began
    image = broken_image(service)
    if image:
        fail(service, image, age)
    elif age >= STARTS:
        complete(service)


def complete(service: Any) -> None:
    service.deployments = [service.deployments[0] | {"runningCount": service.desired_count, "pendingCount": 0}]
    service.steady = service.task_definition
    state(service, "COMPLETED", "completed.")
    info(service, f"(deployment {service.deployments[0]['id']}) deployment completed.")
    info(service, "has reached a steady state.")
    count(service)


def fail(service: Any, image: str, age: float) -> None:
    """Tasks start, and stop because their image cannot be pulled; a circuit breaker has enough of it some time."""
    primary = service.deployments[0]
    if not hasattr(service, "stopped_tasks"):
        service.stopped_tasks = []
    tripped = age >= TRIPS
    for _ in range((FAILURES if tripped else 1) - primary["failedTasks"]):
        service.stopped_tasks.append(stopped_task(service, image))
        primary["failedTasks"] += 1
    if tripped and service.deployment_configuration["deploymentCircuitBreaker"].get("enable"):
        trip(service)


def trip(service: Any) -> None:
    failed = service.deployments[0]
    state(service, "FAILED", "circuit breaker: tasks failed to start.")
    info(service, f"(deployment {failed['id']}) deployment failed: tasks failed to start.")
    steady = getattr(service, "steady", None)
    if not service.deployment_configuration["deploymentCircuitBreaker"].get("rollback") or steady is None:
        return
    service.task_definition = steady
    service.deployments = [d for d in service.deployments if d["taskDefinition"] != steady]
    before = service.desired_count
    begin(service)
    service.deployments.append(failed | {"status": "ACTIVE"})
    service.deployments[0]["runningCount"] = before  # the version before never stopped
    state(service, "IN_PROGRESS", "circuit breaker: rolling back.")
    info(service, f"rolling back to deployment {service.deployments[0]['id']}.")
    count(service)


def state(service: Any, name: str, reason: str) -> None:
    deployment = service.deployments[0]
    words = (
        f"ECS deployment {reason}" if reason.startswith("circuit") else f"ECS deployment {deployment['id']} {reason}"
    )
    deployment.update(rolloutState=name, rolloutStateReason=words, updatedAt=utcnow())


def count(service: Any) -> None:
    service.running_count = sum(d["runningCount"] for d in service.deployments)
    service.pending_count = service.deployments[0]["pendingCount"] = 0


def info(service: Any, words: str) -> None:
    """Events stand newest first."""
    event = {"id": str(mock_random.uuid4()), "createdAt": utcnow(), "message": f"(service {service.name}) {words}"}
    service.events = [event, *service.events][:100]


def broken_image(service: Any) -> str:
    """An image of the service's task definition that cannot be pulled, or ""."""
    definition = service._backend.describe_task_definition(service.task_definition)
    return next((c["image"] for c in definition.container_definitions if is_broken(c.get("image", ""))), "")


def stopped_task(service: Any, image: str) -> dict[str, Any]:
    """As DescribeTasks shows it (docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html)."""
    reason = f"CannotPullContainerError: failed to resolve ref {image}: not found"
    definition = service._backend.describe_task_definition(service.task_definition)
    arn = service.arn.replace(":service/", ":task/").rpartition("/")[0]
    broken = [c["name"] for c in definition.container_definitions if is_broken(c.get("image", ""))]
    return {
        "taskArn": f"{arn}/{mock_random.uuid4().hex}",
        "clusterArn": service.cluster_arn,
        "taskDefinitionArn": service.task_definition,
        "group": f"service:{service.name}",
        "desiredStatus": "STOPPED",
        "lastStatus": "STOPPED",
        "stopCode": "TaskFailedToStart",
        "stoppedReason": reason,
        "stoppedAt": utcnow(),
        "containers": [{"name": name, "lastStatus": "STOPPED", "reason": reason} for name in broken],
    }


# -- the patches --------------------------------------------------------------------------------


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
        stopped = getattr(service, "stopped_tasks", []) if self._get_param("desiredStatus") == "STOPPED" else []
        return ActionResult({"taskArns": [task["taskArn"] for task in stopped]})

    def described(original: Any, self: EC2ContainerServiceResponse) -> Any:
        wanted = self._get_param("tasks", [])
        every = [t for s in self.ecs_backend.services.values() for t in getattr(s, "stopped_tasks", [])]
        mine = [task for task in every if {task["taskArn"], task["taskArn"].rpartition("/")[2]} & set(wanted)]
        return ActionResult({"tasks": mine, "failures": []}) if mine else original(self)

    patch_set.wrap(EC2ContainerServiceResponse, "list_tasks", listed)
    patch_set.wrap(EC2ContainerServiceResponse, "describe_tasks", described)


PATCHES: tuple[Patch, ...] = (deployment_goes_on, stopped_tasks_say_why)
