"""The deployments and events that a service of moto shows, and how they change."""

from __future__ import annotations

from typing import Any

from moto.core.utils import utcnow
from moto.moto_api._internal import mock_random


def opened(service: Any, earlier: list[dict[str, Any]]) -> None:
    """A new PRIMARY deployment; those before it are ACTIVE."""
    deployment = {**service.deployments[0], "id": f"ecs-svc/{mock_random.randint(10**18, 10**19 - 1)}"}
    deployment |= {"createdAt": utcnow(), "runningCount": 0, "failedTasks": 0, "status": "PRIMARY"}
    for other in earlier:
        other["status"] = "ACTIVE"
    service.deployments = [deployment, *earlier]
    state(service.deployments[0], "IN_PROGRESS", "in progress.")


def update(service: Any) -> None:
    """The PRIMARY deployment shows what the service was told last."""
    service.deployments[0].update(
        service.deployment_fields,
        capacityProviderStrategy=service.capacity_provider_strategy,
        launchType=service.launch_type,
        networkConfiguration=service.network_configuration,
        desiredCount=service.desired_count,
        taskDefinition=service.task_definition,
        updatedAt=utcnow(),
    )


def is_rolling(service: Any) -> bool:
    return bool(service.deployment_controller["type"] == "ECS")


def state(deployment: dict[str, Any], name: str, reason: str) -> None:
    words = (
        f"ECS deployment {reason}" if reason.startswith("circuit") else f"ECS deployment {deployment['id']} {reason}"
    )
    deployment.update(rolloutState=name, rolloutStateReason=words, updatedAt=utcnow())


def info(service: Any, words: str) -> None:
    """Events stand newest first."""
    event = {"id": str(mock_random.uuid4()), "createdAt": utcnow(), "message": f"(service {service.name}) {words}"}
    service.events = [event, *service.events][:100]
