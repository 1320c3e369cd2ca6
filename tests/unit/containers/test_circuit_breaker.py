"""Which tasks count as failed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from wrapper.containers.circuit_breaker import failed, healed, noted
from wrapper.containers.nouns import Deployment, Target, Task

NEW = Deployment("new", "web:2", failed=1)
STOPPED = Task("a", "web:2", 0.0, "arn:service", "new", "STOPPED")


@pytest.mark.parametrize(
    ("task", "deployment", "counts"),
    [
        (STOPPED, NEW, True),
        (replace(STOPPED, was_healthy=True), NEW, False),
        (replace(STOPPED, replaced=True), NEW, False),
        (replace(STOPPED, deployment="old"), NEW, False),
        (STOPPED, replace(NEW, state="COMPLETED"), False),
    ],
)
def test_what_ended_before_it_was_healthy_counts(task: Task, deployment: Deployment, counts: bool) -> None:
    assert failed(deployment, task) is counts
    assert noted(deployment, task, 9.0).failed == 1 + counts


def test_a_task_that_gets_healthy_heals_once() -> None:
    well = replace(STOPPED, status="RUNNING", started=0.0, targets=(Target("group", "web", 80, state="healthy"),))
    assert healed(NEW, well, 1.0)
    assert not healed(NEW, replace(well, was_healthy=True), 1.0)
    assert not healed(NEW, replace(well, targets=(Target("group", "web", 80),)), 1.0)
