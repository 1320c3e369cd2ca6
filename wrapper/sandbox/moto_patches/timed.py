"""A clock and an image's tag say what runs, since nothing does: a good version runs after ``STARTS`` seconds; one with an
image that cannot be pulled (``is_broken``) never does, and trips the circuit breaker after ``TRIPS``.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator
from typing import Any

from moto.core.utils import utcnow
from moto.elbv2.models import FakeHealthStatus, FakeTargetGroup
from moto.moto_api._internal import mock_random

from .deployments import info, is_rolling, opened, state, update

STARTS, TRIPS = 1.0, 2.0  # seconds
FAILURES = 3  # tasks; the least at which AWS's circuit breaker trips


def is_broken(image: str) -> bool:
    """Whether the sandbox takes an image for one that cannot be pulled: its tag is ``broken`` or ends with ``-broken``."""
    tag = image.rpartition("/")[2].rpartition(":")[2]
    return tag == "broken" or tag.endswith("-broken")


class Timed:
    """What runs, by the clock (:class:`.what_runs.WhatRuns`)."""

    def begin(self, service: Any) -> None:
        if not is_rolling(service):
            return
        opened(service, [d for d in service.deployments if d["runningCount"]])
        service.began = time.monotonic()
        self.keep(service)

    def keep(self, service: Any) -> None:
        if not is_rolling(service):
            return
        update(service)
        if service.deployments[0]["rolloutState"] == "COMPLETED":
            service.deployments[0]["runningCount"] = service.desired_count
        count(service)

    def advance(self, service: Any) -> None:
        primary = service.deployments[0] if service.deployments else {}
        waiting = primary.get("rolloutState") == "IN_PROGRESS" and hasattr(service, "began")
        if service.status != "ACTIVE" or not waiting:
            return
        age = time.monotonic() - service.began
        image = broken_image(service)
        if image:
            self._fail(service, image, age)
        elif age >= STARTS:
            complete(service)

    def tasks(self, service: Any) -> Iterable[dict[str, Any]]:
        stopped: list[dict[str, Any]] = getattr(service, "stopped_tasks", [])
        return stopped

    def targets(self, group: FakeTargetGroup, services: Iterable[Any]) -> Iterator[FakeHealthStatus]:
        """One target per task that runs behind the group. Their names are made up: no machine joins a cluster here."""
        for service in services:
            self.advance(service)
            for number in range(service.running_count):
                digest = hashlib.sha256(f"{service.arn} {number}".encode()).hexdigest()
                by_instance = group.target_type == "instance"
                name = f"i-{digest[:17]}" if by_instance else f"10.0.{number // 250}.{number % 250 + 4}"
                port = 32768 + number if by_instance else group.port
                yield FakeHealthStatus(name, str(port), group.health_check_port, "healthy")

    def deleted(self, service: Any) -> None:
        """Its tasks are gone at once."""

    def run(self, cluster: Any, definition: Any, count: int, **fields: Any) -> None:
        """moto does."""

    def run_tasks(self, cluster: str) -> list[dict[str, Any]]:
        return []

    def stop(self, task: str, reason: str) -> None:
        """moto does."""

    def _fail(self, service: Any, image: str, age: float) -> None:
        """Tasks start, and stop because their image cannot be pulled; a circuit breaker has enough of it some time."""
        primary = service.deployments[0]
        if not hasattr(service, "stopped_tasks"):
            service.stopped_tasks = []
        tripped = age >= TRIPS
        for _ in range((FAILURES if tripped else 1) - primary["failedTasks"]):
            service.stopped_tasks.append(stopped_task(service, image))
            primary["failedTasks"] += 1
        if tripped and service.deployment_configuration["deploymentCircuitBreaker"].get("enable"):
            self._trip(service)

    def _trip(self, service: Any) -> None:
        failed = service.deployments[0]
        state(failed, "FAILED", "circuit breaker: tasks failed to start.")
        info(service, f"(deployment {failed['id']}) deployment failed: tasks failed to start.")
        steady = getattr(service, "steady", None)
        if not service.deployment_configuration["deploymentCircuitBreaker"].get("rollback") or steady is None:
            return
        service.task_definition = steady
        service.deployments = [d for d in service.deployments if d["taskDefinition"] != steady]
        before = service.desired_count
        self.begin(service)
        service.deployments.append(failed | {"status": "ACTIVE"})
        service.deployments[0]["runningCount"] = before  # the version before never stopped
        state(service.deployments[0], "IN_PROGRESS", "circuit breaker: rolling back.")
        info(service, f"rolling back to deployment {service.deployments[0]['id']}.")
        count(service)


def complete(service: Any) -> None:
    service.deployments = [service.deployments[0] | {"runningCount": service.desired_count, "pendingCount": 0}]
    service.steady = service.task_definition
    state(service.deployments[0], "COMPLETED", "completed.")
    info(service, f"(deployment {service.deployments[0]['id']}) deployment completed.")
    info(service, "has reached a steady state.")
    count(service)


def count(service: Any) -> None:
    service.running_count = sum(d["runningCount"] for d in service.deployments)
    service.pending_count = service.deployments[0]["pendingCount"] = 0


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
