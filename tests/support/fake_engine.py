"""An engine for the data plane that holds containers as data, and the state of a plane with one service on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from wrapper.containers.clock import PlaneClock
from wrapper.containers.engine import FoundContainer, NotStarted, TaskEngine
from wrapper.containers.logs import LogShipper
from wrapper.containers.nouns import Deployment, EcsService, TaskContainer
from wrapper.containers.plane_state import PlaneState
from wrapper.containers.service_runner import ServiceRunner
from wrapper.containers.task_runner import TaskRunner

CONTAINER = {"name": "web", "image": "web:1", "essential": True, "environment": {}, "missing": []}
DEFINITIONS = {"web:1": {"network": "bridge", "memory": 64, "containers": [CONTAINER]}}
SERVICE = EcsService("arn:aws:ecs:eu:1:service/c/web", "web", (Deployment("d1", "web:1"),), cluster="c")


@dataclass
class FakeEngine(TaskEngine):
    """``broken``: why no task starts."""

    broken: str = ""
    running: dict[str, Mapping[str, str]] = field(default_factory=dict)  # id -> labels
    told: list[Mapping[str, Any]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)
    done: list[str] = field(default_factory=list)
    waits: Callable[[], Any] = lambda: None  # what a start waits for
    used: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)  # id -> what the engine's stream says

    def start(
        self, labels: Mapping[str, str], definition: Mapping[str, Any], wait: Callable[[str, str], None]
    ) -> list[TaskContainer]:
        self.waits()
        if self.broken:
            raise NotStarted(self.broken)
        name = f"id-{next(self.numbers)}"
        self.running[name] = labels
        return [TaskContainer(c["name"], name, c["image"], status="RUNNING") for c in definition["containers"]]

    def stop(self, containers: Sequence[tuple[str, int]], ended: Callable[[str], None]) -> dict[str, int]:
        for name, _ in containers:
            self.running.pop(name, None)
            ended(name)
        return {name: 143 for name, _ in containers}

    def found(self) -> list[FoundContainer]:
        return [FoundContainer(name, labels, True, 0, {}, "", "") for name, labels in self.running.items()]

    def events(self, since: float) -> Iterator[Mapping[str, Any]]:
        yield from self.told

    def sweep(self, keep: Callable[[FoundContainer], bool] = lambda _: False) -> int:
        gone = [one.id for one in self.found() if not keep(one)]
        for name in gone:
            del self.running[name]
        return len(gone)

    def kill(self, container: str) -> None:
        self.done.append(f"kill {container}")

    def burn(self, container: str, seconds: float) -> None:
        self.done.append(f"burn {container} {seconds:g}")

    def usage(self, container: str) -> Iterator[Mapping[str, Any]]:
        yield from self.used.get(container, ())

    def processors(self) -> int:
        return 2

    def logs(self, container: str, since: float = 0.0) -> Iterator[bytes]:
        yield from ()


class FakePlane:
    """Its parts but the loop; ``hear`` carries out what other threads told."""

    def __init__(self, engine: FakeEngine | None = None) -> None:
        self.engine = engine or FakeEngine()
        self.state = PlaneState(PlaneClock(), {"definitions": DEFINITIONS, "target_groups": [], "services": []})
        self.runner = TaskRunner(self.state, self.engine, LogShipper(self.engine.logs))
        self.services = ServiceRunner(self.state, self.runner)

    def hear(self, messages: int = 1) -> None:
        for _ in range(messages):
            self.state.messages.get(timeout=30)()

    def schedule(self, desired: int = 1) -> None:
        self.services.schedule(replace(SERVICE, desired=desired))

    def statuses(self) -> list[str]:
        return [task.status for task in self.state.tasks.values()]
