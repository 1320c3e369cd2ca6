"""One ECS service in moto, made and looked at; and time that goes by for its deployments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID as ACCOUNT_ID
from moto.ecs.models import ecs_backends

REGION = "ap-southeast-2"
Asked = Callable[..., tuple[Any, Any]]


def prepare(ecs_client: Any) -> None:
    ecs_client.create_cluster(clusterName="cluster")
    for image in ("web:1", "web:2"):
        ecs_client.register_task_definition(
            family="web", containerDefinitions=[{"name": "web", "image": image, "memory": 64}]
        )


def create(ecs_client: Any, **fields: Any) -> None:
    ecs_client.create_service(cluster="cluster", serviceName="web", taskDefinition="web:1", desiredCount=2, **fields)


def described(ecs_client: Any) -> Any:
    return ecs_client.describe_services(cluster="cluster", services=["web"])["services"][0]


def later(seconds: float = 60) -> None:
    """So much time goes by for every deployment that is under way."""
    for service in ecs_backends[ACCOUNT_ID][REGION].services.values():
        if hasattr(service, "began"):
            service.began -= seconds
