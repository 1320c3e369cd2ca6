"""What changes a service without a request: scaling gives it another number of tasks; a circuit breaker or an alarm ends a
deployment, and rolls it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ecs.models import ecs_backends

from .alarm_states import ALARM
from .moto_patches.deployments import info, state


class EcsScaling:
    """``keep``: shows what a service was told without a new deployment."""

    def __init__(self, keep: Callable[[Any], None]) -> None:
        self._keep = keep
        self._ignored: set[str] = set()  # deployments that began while an alarm of theirs rang

    def tasks_of(self, region: str, resource: str) -> int | None:
        found = _service(region, resource)
        return None if found is None else int(found.desired_count)

    def scale(self, region: str, resource: str, tasks: int, why: str) -> None:
        service = _service(region, resource)
        if service is not None:
            info(service, f"has set desired count to {tasks} ({why}).")
            service.desired_count = tasks
            self._keep(service)

    def deployed(self, service: Any) -> None:
        """A deployment begins. "ECS ignores the alarm configuration" for one that begins while an alarm of it rings.
        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html"""
        if ringing(service):
            self._ignored.add(service.deployments[0]["id"])

    def watch_deployments(self) -> None:
        """A deployment fails while an alarm that its service names rings."""
        for _, backend in list(ecs_backends[DEFAULT_ACCOUNT_ID].items()):
            for service in filter(self._is_watched, backend.services.values()):
                if ringing(service):
                    trip(service, "alarm detected", service.deployment_configuration["alarms"])  # type: ignore[attr-defined]

    def _is_watched(self, service: Any) -> bool:
        for primary in service.deployments[:1]:
            begun = primary["rolloutState"] == "IN_PROGRESS" and primary["rolloutStateReason"] != ROLLING_BACK
            return begun and primary["id"] not in self._ignored
        return False


def _service(region: str, resource: str) -> Any:
    """By Application Auto Scaling's name of it: ``service/CLUSTER/NAME``."""
    _, cluster, name = resource.split("/")
    found = ecs_backends[DEFAULT_ACCOUNT_ID][region].services.values()
    return next((s for s in found if (s.cluster_name, s.name) == (cluster, name) and s.status == "ACTIVE"), None)


def ringing(service: Any) -> list[str]:
    """The alarms of a service's deployments that ring now."""
    asked = (service.deployment_configuration or {}).get("alarms") or {}
    known = cloudwatch_backends[DEFAULT_ACCOUNT_ID][service.region_name].alarms
    names = asked.get("alarmNames") or () if asked.get("enable") else ()
    return [name for name in names if name in known and known[name].state_value == ALARM]


ROLLING_BACK = "ECS deployment circuit breaker: rolling back."


def trip(service: Any, why: str = "tasks failed to start", settings: dict[str, Any] | None = None) -> None:
    """The deployment has failed: back to the last one that COMPLETED, which is IN_PROGRESS again. ``settings``: of what found it,
    the circuit breaker or the alarms. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html"""
    failed = service.deployments[0]
    settings = settings or service.deployment_configuration["deploymentCircuitBreaker"]
    by = "circuit breaker: " if why.startswith("tasks") else "failed: "
    state(failed, "FAILED", f"{by}{why}.")
    info(service, f"(deployment {failed['id']}) deployment failed: {why}.")
    back = next((d for d in service.deployments[1:] if d["rolloutState"] == "COMPLETED"), None)
    if not settings.get("rollback") or back is None:
        return
    failed["status"], back["status"], back["failedTasks"] = "ACTIVE", "PRIMARY", 0
    service.task_definition = back["taskDefinition"]
    service.deployments = [back, *(d for d in service.deployments if d is not back)]
    back["desiredCount"] = service.desired_count
    state(back, "IN_PROGRESS", "circuit breaker: rolling back.")
    info(service, f"rolling back to deployment {back['id']}.")
