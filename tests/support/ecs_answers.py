"""Answers of DescribeServices, as far as a roll-out reads them."""

from __future__ import annotations

from typing import Any

NEW = "arn:aws:ecs:ap-southeast-2:1:task-definition/acme-web:7"
OLD = "arn:aws:ecs:ap-southeast-2:1:task-definition/acme-web:6"


def deployment(**changes: Any) -> dict[str, Any]:
    counts = {"desiredCount": 2, "runningCount": 2, "failedTasks": 0}
    return {"status": "PRIMARY", "taskDefinition": NEW, "rolloutState": "COMPLETED", **counts, **changes}


def service(*deployments: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"serviceName": "acme", "status": "ACTIVE", "deployments": list(deployments), **changes}


FAILED = deployment(
    status="ACTIVE", rolloutState="FAILED", rolloutStateReason="circuit breaker: tasks failed to start."
)
