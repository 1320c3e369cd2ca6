"""What goes wrong on request, to see what happens then: a task is killed, gets sick, or keeps its processors busy."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from .engine import TaskEngine
from .nouns import Task
from .plane_state import PlaneState
from .target_states import HealthAnswer

SICK = HealthAnswer(503)
log = logging.getLogger("containers")


class Drills:
    def __init__(self, state: PlaneState, engine: TaskEngine) -> None:
        self._state, self._engine = state, engine
        self._sick: dict[str, float] = {}  # task -> until when

    def begin(self) -> None:
        """Each that the server was asked for; it tells each once."""
        for asked in self._state.world.get("drills", ()):
            for task in self._state.tasks.values():
                if task.id == asked["task"] and task.status == "RUNNING":
                    log.info("drill %s: task %s", asked["kind"], task.id)
                    self._begin(task, asked)

    def _begin(self, task: Task, asked: Mapping[str, Any]) -> None:
        seconds = float(asked["seconds"])
        if asked["kind"] == "sick":
            self._sick[task.arn] = self._state.clock.now() + seconds * self._state.clock.factor
            return
        for container in (
            task.containers if asked["kind"] == "fill" else [c for c in task.containers if c.essential][:1]
        ):
            if container.status == "RUNNING":
                self._engine.kill(container.id) if asked["kind"] == "kill" else self._engine.burn(container.id, seconds)

    def answered(self, task: str, answer: HealthAnswer) -> HealthAnswer:
        """What a target answers, by its task's ARN; that of a sick one is another."""
        return SICK if self._sick.get(task, 0.0) > self._state.clock.now() else answer
