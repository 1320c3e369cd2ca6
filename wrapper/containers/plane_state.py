"""What the data plane knows at a moment: what the server said last, and what it knows itself. One thread changes it; other
threads hand that one their messages."""

from __future__ import annotations

import queue
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .clock import PlaneClock
from .nouns import Deployment, EcsService, Task, World

REMEMBERED = 3600.0  # seconds that ECS shows a stopped task

Message = Callable[[], None]


@dataclass
class PlaneState:
    clock: PlaneClock
    world: World = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    deployments: dict[str, Deployment] = field(default_factory=dict)
    early: dict[str, tuple[int, str]] = field(default_factory=dict)  # deaths of containers that are not known yet
    happened: dict[str, list[str]] = field(default_factory=dict)  # service -> its events since the last report
    verdicts: dict[str, dict[str, str]] = field(default_factory=dict)  # service -> what its deployment came to
    told: dict[str, Task] = field(default_factory=dict)  # the tasks as events last told of them
    metrics: list[dict[str, Any]] = field(default_factory=list)  # samples since the last report
    measured: float = 0.0  # up to when there are all
    messages: queue.SimpleQueue[Message] = field(default_factory=queue.SimpleQueue)

    def of(self, service: EcsService) -> list[Task]:
        return [task for task in self.tasks.values() if task.service == service.arn]

    def owner(self, container: str) -> Task | None:
        return next((t for t in self.tasks.values() for c in t.containers if c.id == container), None)

    def remember(self, deployment: str, change: Callable[[Deployment], Deployment]) -> None:
        found = self.deployments.get(deployment)
        if found:
            self.deployments[deployment] = change(found)

    def start_over(self) -> None:
        """The breaker has tripped: what a deployment that completed had to keep, and its failures, count no more."""
        self.deployments = {
            name: replace(one, held=None, failed=0) if one.state == "COMPLETED" else one
            for name, one in self.deployments.items()
        }

    def happens(self, service: EcsService, words: list[str]) -> None:
        self.happened.setdefault(service.arn, []).extend(words)

    def definition(self, arn: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.world["definitions"].get(arn, {"containers": ()})
        return found

    def forget(self) -> None:
        now = self.clock.now()
        old = [t.arn for t in self.tasks.values() if t.stopped and now - t.stopped > REMEMBERED]
        for arn in old:
            del self.tasks[arn]
