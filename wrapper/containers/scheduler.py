"""The service scheduler of Amazon ECS for rolling updates: a service, its tasks and the time -> what is to be done. Pure.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil

from .nouns import Action, Complete, Deployment, EcsService, Fail, HoldTasks, Start, Stop, Task

# A task without any health check counts towards the minimum when it has run so long (API_DeploymentConfiguration).
SETTLES = 40.0
LEAST_FAILURES, MOST_FAILURES = 3, 200
LONGEST_PAUSE = 60.0  # between two starts of what fails again and again

DEPLOYED = "Scaling activity initiated by (deployment {})"
UNHEALTHY = "Task failed container health checks"
BAD_TARGET = "Task failed ELB health checks in (target-group {})"


def threshold(desired: int) -> int:
    """Failed tasks at which the circuit breaker trips: half of those desired, 3 at least, 200 at most."""
    return min(MOST_FAILURES, max(LEAST_FAILURES, ceil(desired / 2)))


def bounds(service: EcsService) -> tuple[int, int]:
    """Tasks that must be healthy (rounded up), and that may be there at all (rounded down)."""
    return ceil(service.desired * service.minimum / 100), service.desired * service.maximum // 100


def sound(task: Task) -> bool:
    """It runs, and every check that it has says well."""
    checked = [c.health for c in task.containers if c.checked and c.essential]
    states = [target.state for target in task.targets]
    return task.status == "RUNNING" and {*checked} <= {"HEALTHY"} and {*states} <= {"healthy"}


def counts(task: Task, now: float) -> bool:
    """Whether it counts towards the minimum."""
    checks = bool(task.targets) or any(c.checked and c.essential for c in task.containers)
    settled = task.started is not None and now - task.started >= SETTLES
    return sound(task) and (checks or task.was_healthy or settled)


def failing(service: EcsService, task: Task, now: float) -> str:
    """Why it must be replaced, or "". Until the grace period is over no check counts."""
    if task.status != "RUNNING" or task.started is None or now - task.started < service.grace:
        return ""
    if any(c.health == "UNHEALTHY" and c.essential for c in task.containers):
        return UNHEALTHY
    return next((BAD_TARGET.format(t.group) for t in task.targets if t.state == "unhealthy"), "")


def decide(service: EcsService, tasks: Sequence[Task], now: float) -> tuple[Action, ...]:
    active = [task for task in tasks if task.active]
    if service.status != "ACTIVE" or not service.deployments:
        return tuple(Stop(t.arn, "Service was deleted or scaled in") for t in active)
    primary = service.primary
    if primary.state == "IN_PROGRESS" and service.breaker and primary.failed >= threshold(service.desired):
        return (Fail(primary.id),)
    return tuple(_Turn(service, active, now).actions(tasks))


class _Turn:
    """One look at one service."""

    def __init__(self, service: EcsService, active: Sequence[Task], now: float) -> None:
        self._service, self._now = service, now
        self._lower, self._upper = bounds(service)
        self._bad = {t.arn: reason for t in active if (reason := failing(service, t, now))}
        self._good = {t.arn for t in active if counts(t, now)}
        self._mine = [t for t in active if t.deployment == service.primary.id]
        self._old = [t for t in active if t.deployment != service.primary.id]

    def actions(self, tasks: Sequence[Task]) -> Iterator[Action]:
        kept = self._kept_of_old()
        unhealthy = self._unhealthy(kept)
        stops = [*self._replaced(kept), *self._surplus(), *unhealthy]
        yield from stops
        room = self._upper - (len(self._mine) + len(self._old) - len(stops))
        if unhealthy and self._service.primary.state == "IN_PROGRESS":
            room = 0  # first the failure is counted: it may be the one that trips the breaker
        for start in self._starts(kept):
            if room > 0:
                room -= 1
                yield start
        yield from self._holds(kept)
        if self._complete(tasks, stops):
            yield Complete(self._service.primary.id)

    # -- the deployments before ---------------------------------------------------------------

    def _keep(self) -> int:
        """How many tasks of earlier deployments the minimum still needs."""
        return max(0, self._lower - sum(t.arn in self._good for t in self._mine))

    def _kept_of_old(self) -> list[Task]:
        return sorted(self._old, key=self._worth, reverse=True)[: self._keep()]

    def _worth(self, task: Task) -> tuple[bool, bool, float]:
        return task.arn in self._good, task.status == "RUNNING" and task.arn not in self._bad, -task.created

    def _replaced(self, kept: Sequence[Task]) -> list[Stop]:
        words = DEPLOYED.format(self._service.primary.id)
        return [Stop(task.arn, words) for task in self._old if task not in kept]

    def _held(self, deployment: Deployment, kept: Sequence[Task]) -> int:
        """As many as it kept so far, and no more than the minimum needs. What it lost itself comes back in its own version.
        https://aws.amazon.com/about-aws/whats-new/2025/11/amazon-ecs-service-availability-rolling-deployments"""
        mine = sum(t.deployment == deployment.id for t in kept)
        before = self._service.desired if deployment.held is None else deployment.held
        spare = self._keep() - len(kept)
        return mine if deployment.state == "FAILED" else min(before, mine + spare)

    def _holds(self, kept: Sequence[Task]) -> Iterator[HoldTasks]:
        for deployment in self._service.deployments[1:]:
            held = self._held(deployment, kept)
            if held != deployment.held:
                yield HoldTasks(deployment.id, held)

    # -- the primary deployment ---------------------------------------------------------------

    def _surplus(self) -> list[Stop]:
        """Of those that are well, what is above the desired number."""
        well = sorted((t for t in self._mine if t.arn not in self._bad), key=self._worth, reverse=True)
        words = DEPLOYED.format(self._service.primary.id)
        return [Stop(task.arn, words) for task in well[self._service.desired :]]

    def _unhealthy(self, kept: Sequence[Task]) -> list[Stop]:
        """Each when its replacement is healthy; or one of them, where the maximum leaves no room for a replacement."""
        bad = [t for t in (*self._mine, *kept) if t.arn in self._bad]
        there = len(self._mine) + len(kept)
        crowded = there >= self._upper and there - len(bad) < self._service.desired
        chosen = bad if len(self._good) >= self._service.desired else bad[: int(crowded)]
        return [Stop(t.arn, self._bad[t.arn], replaced=False) for t in chosen]

    def _starts(self, kept: Sequence[Task]) -> Iterator[Start]:
        spare = self._keep() - len(kept)
        for deployment in self._service.deployments[1:]:
            lost = self._held(deployment, kept) - sum(t.deployment == deployment.id for t in kept)
            for _ in range(min(lost, spare)):
                yield Start(deployment.id, deployment.definition)
            spare -= max(0, lost)
        primary = self._service.primary
        if primary.state != "FAILED" and self._rested(primary):
            well = sum(t.arn not in self._bad for t in self._mine)
            for _ in range(self._service.desired - well):
                yield Start(primary.id, primary.definition)

    def _rested(self, deployment: Deployment) -> bool:
        """ECS throttles the start of tasks that fail again and again (service-throttle-logic)."""
        pause = min(LONGEST_PAUSE, 2.0 ** (deployment.failed - 1)) if deployment.failed else 0.0
        return self._now - deployment.failed_at >= pause

    def _complete(self, tasks: Sequence[Task], stops: Sequence[Stop]) -> bool:
        """Every wanted task is well, and of those before none is left, draining ones neither."""
        left = any(t.status != "STOPPED" and t.deployment != self._service.primary.id for t in tasks)
        well = sum(sound(t) for t in self._mine) >= self._service.desired
        return self._service.primary.state == "IN_PROGRESS" and well and not left and not stops and not self._bad
