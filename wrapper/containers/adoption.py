"""Containers that are there, by their labels -> the tasks that they are. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .engine import LABEL, FoundContainer
from .nouns import Task, TaskContainer


def adopted(found: Sequence[FoundContainer], is_ours: Callable[[Mapping[str, str]], bool], now: float) -> list[Task]:
    """Tasks of which every container runs."""
    by_task: dict[str, list[FoundContainer]] = defaultdict(list)
    for one in found:
        if is_ours(one.labels) and one.labels.get(f"{LABEL}.task"):
            by_task[one.labels[f"{LABEL}.task"]].append(one)
    return [_task(arn, mine, now) for arn, mine in by_task.items() if _whole(mine)]


def _whole(mine: Sequence[FoundContainer]) -> bool:
    """Its essential containers run."""
    return all(one.running for one in mine if one.labels.get(f"{LABEL}.essential") != "false")


def _task(arn: str, mine: Sequence[FoundContainer], now: float) -> Task:
    labels = mine[0].labels
    containers = tuple(map(_container, mine))
    of: dict[str, Any] = {name: labels.get(f"{LABEL}.{name}", "") for name in ("definition", "service", "deployment")}
    return Task(arn, created=now, started=now, status="RUNNING", was_healthy=True, containers=containers, **of)


def _container(one: FoundContainer) -> TaskContainer:
    name, image = (one.labels.get(f"{LABEL}.{word}", "") for word in ("container", "image"))
    essential, checked = one.labels.get(f"{LABEL}.essential") != "false", one.labels.get(f"{LABEL}.checked") == "true"
    status = "RUNNING" if one.running else "STOPPED"
    usual: dict[str, Any] = {"essential": essential, "checked": checked, "ports": one.ports, "address": one.address}
    return TaskContainer(name, one.id, image, status=status, health=(one.health or "unknown").upper(), **usual)
