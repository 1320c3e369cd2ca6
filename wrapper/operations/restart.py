"""Starts a new deployment of what a service runs already, and waits until ECS has taken it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..aws.calls import AwsCalls
from ..aws.ecs_rollout import RolloutWatch
from ..aws.ecs_service_status import ExpectedService
from .deployed_services import DeployedService


def request(one: DeployedService) -> dict[str, Any]:
    """The input of UpdateService."""
    return {"cluster": one.cluster, "service": one.service_name, "forceNewDeployment": True}


@dataclass(frozen=True)
class Restart:
    """``watch``: None where it is not waited for."""

    calls: AwsCalls
    watch: RolloutWatch | None

    def run(self, one: DeployedService) -> Mapping[str, Any]:
        """The new deployment. RolloutFailed where ECS does not take it, TimeoutExpired where it takes too long."""
        service = self.calls.ask("ecs", "update_service", **request(one))["service"]
        deployments = service.get("deployments") or [{}]
        primary: Mapping[str, Any] = next((d for d in deployments if d.get("status") == "PRIMARY"), deployments[0])
        if self.watch:
            self.watch.check([as_it_runs(one.expected, service)])
        return primary


def as_it_runs(expected: ExpectedService, service: Mapping[str, Any]) -> ExpectedService:
    """It runs on what it ran, which need not be what its state says."""
    return replace(expected, task_definition=service.get("taskDefinition") or expected.task_definition)
