"""Carries out what the scheduler decides for services, and what RunTask and StopTask ask for."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from . import task_states
from .nouns import Complete, EcsService, Fail, HoldTasks, Start, Stop, TargetGroup, Task
from .one_off import overridden
from .plane_state import PlaneState
from .scheduler import decide
from .task_runner import TaskRunner

MOST_TASKS = 60
NO_PLACE = (
    "was unable to place a task because no container instance met all of its requirements. Reason: the sandbox runs at most "
    f"{MOST_TASKS} tasks."
)


class ServiceRunner:
    def __init__(self, state: PlaneState, runner: TaskRunner) -> None:
        self._state, self._runner = state, runner
        self._unplaced: dict[str, float] = {}

    def schedule(self, service: EcsService) -> None:
        for deployment in service.deployments:
            self._state.deployments[deployment.id] = deployment
        for action in decide(service, self._state.of(service), self._state.clock.now()):
            self._act(service, action)

    def _act(self, service: EcsService, action: Any) -> None:
        state = self._state
        if isinstance(action, Start):
            self._start(service, action)
        elif isinstance(action, Stop):
            self._end(action)
        elif isinstance(action, HoldTasks):
            state.remember(action.deployment, lambda one: replace(one, held=action.tasks))
        elif isinstance(action, Complete):
            state.verdicts.setdefault(service.arn, {})["completed"] = action.deployment
        elif isinstance(action, Fail):
            state.verdicts.setdefault(service.arn, {})["failed"] = action.deployment
            state.start_over()

    def _end(self, stop: Stop) -> None:
        now = self._state.clock.now()
        self._runner.change(stop.task, lambda task: task_states.ended(task, stop, now))

    def _start(self, service: EcsService, start: Start) -> None:
        now = self._state.clock.now()
        if sum(task.status != "STOPPED" for task in self._state.tasks.values()) >= MOST_TASKS:
            if now - self._unplaced.get(service.arn, 0.0) > 60:
                self._unplaced[service.arn] = now
                self._state.happens(service, [NO_PLACE])
            return
        arn = f"{service.arn.replace(':service/', ':task/').rpartition('/')[0]}/{uuid.uuid4().hex}"
        task = Task(arn, start.definition, now, service.arn, start.deployment, status="PENDING")
        self._runner.launch(task, self._state.world["definitions"][start.definition], service)

    def run_one_off(self) -> None:
        """What RunTask started and StopTask ends. One that began and is not here any more was lost, and does not begin again."""
        for asked in self._state.world.get("tasks", ()):
            if asked["arn"] not in self._state.tasks:
                self._begin(asked)
        for arn, reason in self._state.world.get("stops", {}).items():
            self._end(Stop(arn, reason, "UserInitiated", replaced=False))

    def _begin(self, asked: Mapping[str, Any]) -> None:
        task = Task(asked["arn"], asked["definition"], self._state.clock.now(), status="PENDING")
        definition = overridden(self._state.world["definitions"][task.definition], asked["overrides"])
        if asked["begun"]:
            self._state.tasks[task.arn] = task
            self._runner.failed(task.arn, "Task was lost with the sandbox's data plane", definition)
        else:
            self._runner.launch(task, definition, None)

    def register(self, services: Mapping[str, EcsService]) -> None:
        """Targets of tasks that were adopted."""
        for task in list(self._state.tasks.values()):
            service = services.get(task.service)
            if service and task.status == "RUNNING" and not task.targets and service.attachments:
                since = task.started or self._state.clock.now()
                found = task_states.running(task, task.containers, service.attachments, since)
                targets = tuple(replace(t, state="healthy", reason="", description="") for t in found.targets)
                self._state.tasks[task.arn] = replace(found, targets=targets)

    def end_orphans(self, services: Mapping[str, EcsService]) -> None:
        """Tasks of services that the server does not know any more."""
        for task in list(self._state.tasks.values()):
            if task.service and task.service not in services and task.active:
                self._end(Stop(task.arn, "Service was deleted"))

    def drain(self, groups: Mapping[str, TargetGroup]) -> None:
        delays, now = {arn: group.delay for arn, group in groups.items()}, self._state.clock.now()
        for arn in list(self._state.tasks):
            self._runner.change(arn, lambda task: task_states.drained(task, delays, now))
