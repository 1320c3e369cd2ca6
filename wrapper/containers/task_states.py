"""The life of a task, step by step: each function takes a task and what happened to it, and returns the task after it. Pure.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from .nouns import Attachment, Stop, Target, Task, TaskContainer
from .target_states import draining

EXITED = "Essential container in task exited"


def running(task: Task, containers: Sequence[TaskContainer], attachments: Sequence[Attachment], now: float) -> Task:
    """Every container runs; its targets are registered."""
    ports = {c.name: c.ports for c in containers}
    targets = tuple(
        Target(a.group, a.container, a.port, ports[a.container][a.port])
        for a in attachments
        if a.port in ports.get(a.container, {})
    )
    return replace(task, status="RUNNING", started=now, containers=tuple(containers), targets=targets)


def not_started(task: Task, reason: str, now: float) -> Task:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html"""
    containers = tuple(replace(c, status="STOPPED", reason=reason) for c in task.containers)
    code = task.code or "TaskFailedToStart"
    return replace(task, status="STOPPED", stopped=now, code=code, reason=task.reason or reason, containers=containers)


def died(task: Task, container: str, exit_code: int, reason: str, now: float) -> Task:
    """A container of it ended, by its id."""
    task = _changed(task, container, lambda c: replace(c, status="STOPPED", exit_code=exit_code, reason=reason))
    essential = any(c.id == container and c.essential for c in task.containers)
    if not essential or task.status != "RUNNING":
        return task
    return replace(task, status="STOPPING", ending=now, code="EssentialContainerExited", reason=EXITED, targets=())


def checked(task: Task, container: str, health: str) -> Task:
    """A container's own health check says so."""
    return _changed(task, container, lambda c: replace(c, health=health.upper() if c.checked else c.health))


def _changed(task: Task, container: str, change: Callable[[TaskContainer], TaskContainer]) -> Task:
    return replace(task, containers=tuple(change(c) if c.id == container else c for c in task.containers))


def ended(task: Task, stop: Stop, now: float) -> Task:
    """It is to stop: first it gets no new requests, then its containers get their signal."""
    if not task.active:
        return task
    status = "DEACTIVATING" if task.targets and task.status == "RUNNING" else "STOPPING"
    targets = tuple(draining(target) for target in task.targets)
    task = replace(task, status=status, ending=now, targets=targets, replaced=stop.replaced)
    return replace(task, code=stop.code, reason=stop.reason)


def drained(task: Task, delays: Mapping[str, float], now: float) -> Task:
    """After the longest deregistration delay of its target groups its containers are stopped."""
    longest = max((delays.get(target.group, 0.0) for target in task.targets), default=0.0)
    over = task.status == "DEACTIVATING" and task.ending is not None and now - task.ending >= longest
    return replace(task, status="STOPPING", targets=()) if over else task


def stopped(task: Task, exits: Mapping[str, int], now: float) -> Task:
    """All its containers are gone. ``exits``: their exit codes, by id."""
    containers = tuple(
        replace(c, status="STOPPED", exit_code=exits.get(c.id, c.exit_code) if c.exit_code is None else c.exit_code)
        for c in task.containers
    )
    return replace(task, status="STOPPED", stopped=now, containers=containers, targets=())
