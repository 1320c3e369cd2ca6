"""What the engine tells of containers: deaths, and what their own health checks say. In a thread of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

from . import task_states
from .engine import TaskEngine
from .plane_state import PlaneState
from .task_runner import TaskRunner

log = logging.getLogger("containers")


class EngineEvents:
    def __init__(self, state: PlaneState, engine: TaskEngine, runner: TaskRunner) -> None:
        self._state, self._engine, self._runner = state, engine, runner

    def listen(self, ended: threading.Event) -> None:
        """An engine that goes away for a while is asked again, and what was missed is looked up. What happens between that look and
        the first event is told too: a death that is told twice is one."""
        while not ended.is_set():
            try:
                since = time.time()
                self._state.messages.put(self._look_up)
                for event in self._engine.events(since):
                    self._heard(event)
            except Exception as error:
                log.warning("the engine's events ended: %s", error)
            ended.wait(1.0)

    def _heard(self, event: Mapping[str, Any]) -> None:
        container, action = str(event["id"]), str(event["Action"])
        attributes = event["Actor"]["Attributes"]
        if action == "die":
            code = int(attributes.get("exitCode", 1))
            self._state.messages.put(lambda: self._runner.died(container, code, ""))
        elif action.startswith("health_status:"):
            state = action.partition(":")[2].strip()
            self._state.messages.put(lambda: self._health(container, state))

    def _look_up(self) -> None:
        """Deaths that no event told."""
        there = {one.id: one for one in self._engine.found()}
        for task in list(self._state.tasks.values()):
            for container in task.containers if task.status == "RUNNING" else ():
                one = there.get(container.id)
                if container.status == "RUNNING" and not (one and one.running):
                    self._runner.died(container.id, one.exit_code if one else 137, "")

    def _health(self, container: str, state: str) -> None:
        task = self._state.owner(container)
        if task:
            self._runner.change(task.arn, lambda one: task_states.checked(one, container, state))
