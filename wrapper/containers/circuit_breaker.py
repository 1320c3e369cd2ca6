"""Which tasks count as failed in a deployment, as Amazon ECS's circuit breaker counts them. Pure.

A task counts that ends before it was healthy, whether it ever ran or not; one that gets healthy sets the count back to zero.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentCircuitBreaker.html (resetOnHealthyTask)
https://github.com/aws/containers-roadmap/issues/1206
"""

from __future__ import annotations

from dataclasses import replace

from .nouns import Deployment, Task
from .scheduler import counts


def failed(deployment: Deployment, task: Task) -> bool:
    """Whether a task that has just ended, or is about to, is a failure of its deployment."""
    mine = deployment.state == "IN_PROGRESS" and task.deployment == deployment.id
    return mine and not task.was_healthy and not task.replaced


def noted(deployment: Deployment, task: Task, now: float) -> Deployment:
    """The deployment after a task of it ended."""
    return replace(deployment, failed=deployment.failed + 1, failed_at=now) if failed(deployment, task) else deployment


def healed(deployment: Deployment, task: Task, now: float) -> bool:
    """Whether this task sets the count back: it is healthy for the first time."""
    return task.deployment == deployment.id and not task.was_healthy and counts(task, now)
