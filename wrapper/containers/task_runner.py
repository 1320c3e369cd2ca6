"""Tasks set going and ended: the engine's work happens in threads of a pool, which tell the loop what came of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from . import circuit_breaker, task_states
from .engine import LABEL, NotStarted, TaskEngine
from .logs import LogShipper, LogStream, stream_of
from .nouns import EcsService, Task, TaskContainer
from .plane_state import PlaneState
from .scheduler import counts

STOP_TIMEOUT = 30  # seconds; ECS's own
_DEPENDS = 180.0  # seconds that a container waits for another one
log = logging.getLogger("containers")


class TaskRunner:
    def __init__(self, state: PlaneState, engine: TaskEngine, logs: LogShipper) -> None:
        self._state, self._engine, self._logs = state, engine, logs
        self._pool = ThreadPoolExecutor(16)
        self._work: set[Future[None]] = set()

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def busy(self) -> bool:
        """Whether a task is being started or ended."""
        return any(not work.done() for work in list(self._work))

    def _submit(self, work: Callable[..., None], *given: Any) -> None:
        submitted = self._pool.submit(work, *given)
        self._work.add(submitted)
        submitted.add_done_callback(self._work.discard)

    def change(self, arn: str, change: Callable[[Task], Task]) -> None:
        """One task after something; what follows from its new state is set going."""
        state, now = self._state, self._state.clock.now()
        before = state.tasks.get(arn)
        if before is None:
            return
        after = change(before)
        primary = state.deployments.get(after.deployment)
        if primary and circuit_breaker.healed(primary, after, now):
            state.remember(primary.id, lambda one: replace(one, failed=0))
        after = replace(after, was_healthy=after.was_healthy or counts(after, now))
        state.tasks[arn] = after
        if after.status == "STOPPING" != before.status and after.containers:
            self._submit(self._end, after)
        if before.active and not after.active and primary:
            state.remember(primary.id, lambda one: circuit_breaker.noted(one, after, now))

    # -- starting -------------------------------------------------------------------------------

    def launch(self, task: Task, definition: Mapping[str, Any], service: EcsService | None) -> None:
        self._state.tasks[task.arn] = task
        self._submit(self._launch, task, definition, service)

    def _launch(self, task: Task, definition: Mapping[str, Any], service: EcsService | None) -> None:
        """In a thread of the pool."""
        labels = {
            f"{LABEL}.task": task.arn,
            f"{LABEL}.definition": task.definition,
            f"{LABEL}.service": task.service,
            f"{LABEL}.deployment": task.deployment,
        }
        tell = self._state.messages.put
        try:
            containers = self._engine.start(labels, definition, self._await)
        except NotStarted as error:
            reason = str(error)
            tell(lambda: self.failed(task.arn, reason, definition))
        except Exception as error:
            log.exception("a task was not started")
            reason = f"CannotStartContainerError: {error}"
            tell(lambda: self.failed(task.arn, reason, definition))
        else:
            tell(lambda: self._launched(task.arn, containers, service))

    def _await(self, container: str, condition: str) -> None:
        """What a container's dependsOn wants. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html"""
        deadline = time.monotonic() + _DEPENDS
        while time.monotonic() < deadline:
            status, code, health = self._engine.state(container)
            if condition == "START" or (condition == "HEALTHY" and health == "healthy"):
                return
            if status == "exited" and condition in ("COMPLETE", "SUCCESS") and (condition == "COMPLETE" or code == 0):
                return
            if status == "exited":
                raise NotStarted(f"A container that another one depends on ended with {code} before it was {condition}")
            time.sleep(0.2)
        raise NotStarted(f"A container that another one depends on was not {condition} in time")

    def failed(self, arn: str, reason: str, definition: Mapping[str, Any]) -> None:
        names = tuple(TaskContainer(c["name"], image=c["image"]) for c in definition["containers"])
        log.info("task %s: %s", arn.rpartition("/")[2], reason)
        now = self._state.clock.now()
        self.change(arn, lambda task: task_states.not_started(replace(task, containers=names), reason, now))

    def _launched(self, arn: str, containers: list[TaskContainer], service: EcsService | None) -> None:
        task = replace(self._state.tasks[arn], containers=tuple(containers))
        self.follow([task])
        now = self._state.clock.now()
        after = task_states.running(task, containers, service.attachments if service else (), now)
        if not task.active:  # it was told to stop while it started
            self._state.tasks[arn] = task
            self._submit(self._end, task)
            return
        self.change(arn, lambda _: after)
        for one in containers:
            if one.id in self._state.early:
                self.died(one.id, *self._state.early.pop(one.id))

    # -- ending ---------------------------------------------------------------------------------

    def died(self, container: str, code: int, reason: str) -> None:
        task, now = self._state.owner(container), self._state.clock.now()
        if task is None:
            self._state.early[container] = code, reason
        else:
            self.change(task.arn, lambda one: task_states.died(one, container, code, reason, now))

    def _end(self, task: Task) -> None:
        """In a thread of the pool."""
        definition = self._state.definition(task.definition)
        limits = {c["name"]: int(c.get("stopTimeout") or STOP_TIMEOUT) for c in definition["containers"]}
        asked = [(c.id, limits.get(c.name, STOP_TIMEOUT)) for c in reversed(task.containers) if c.id]
        try:
            exits = self._engine.stop(asked, self._logs.finish)
        except Exception:
            log.exception("a task was not stopped")
            exits = {}
        now = self._state.clock.now
        self._state.messages.put(lambda: self.change(task.arn, lambda one: task_states.stopped(one, exits, now())))

    # -- what they print ------------------------------------------------------------------------

    def follow(self, tasks: Iterable[Task]) -> None:
        found: dict[str, LogStream] = {}
        for task in tasks:
            definition = self._state.definition(task.definition)
            by_name = {one["name"]: stream_of(task, one) for one in definition["containers"]}
            found |= {c.id: stream for c in task.containers if c.id and (stream := by_name.get(c.name))}
        self._logs.watch(found)
