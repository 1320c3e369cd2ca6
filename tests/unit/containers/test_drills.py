"""Drills on a fake engine: each once, on the task that it names."""

from __future__ import annotations

from typing import Any

from fake_engine import FakePlane

from wrapper.containers.drills import SICK, Drills
from wrapper.containers.target_states import HealthAnswer

WELL = HealthAnswer(200)


def drilled(kind: str, task: str = "") -> tuple[FakePlane, Drills, str]:
    plane = FakePlane()
    plane.schedule(desired=2)
    plane.hear(2)
    first = next(iter(plane.state.tasks.values()))
    asked: dict[str, Any] = {"kind": kind, "task": task or first.id, "seconds": 30}
    plane.state.world = {**plane.state.world, "drills": [asked]}
    drills = Drills(plane.state, plane.engine)
    drills.begin()
    return plane, drills, first.arn


def test_one_is_killed_and_one_fills_its_processors() -> None:
    assert drilled("kill")[0].engine.done == ["kill id-0"]
    assert drilled("fill")[0].engine.done == ["burn id-0 30"]


def test_a_sick_one_answers_503_until_it_is_over() -> None:
    plane, drills, arn = drilled("sick")
    assert [drills.answered(arn, WELL), drills.answered("another", WELL), plane.engine.done] == [SICK, WELL, []]
    plane.state.clock._began += 31
    assert drills.answered(arn, WELL) == WELL


def test_a_task_that_is_not_there_is_left_alone() -> None:
    assert drilled("kill", "gone")[0].engine.done == []
