"""What the engine tells: deaths and health, and deaths that it did not tell."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from fake_engine import FakeEngine, FakePlane

from wrapper.containers.engine_events import EngineEvents


def died(container: str, code: int) -> Mapping[str, Any]:
    return {"id": container, "Action": "die", "Actor": {"Attributes": {"exitCode": str(code)}}}


class EndingEngine(FakeEngine):
    """Its stream of events ends, and with it the listener."""

    def events(self, since: float) -> Iterator[Mapping[str, Any]]:
        self.asked_since = since
        yield from self.told
        self.ended.set()

    @cached_property
    def ended(self) -> threading.Event:
        return threading.Event()


def listened(*told: Mapping[str, Any], lose: bool = False) -> FakePlane:
    engine = EndingEngine(told=list(told))
    plane = FakePlane(engine)
    plane.schedule()
    plane.hear()
    if lose:
        engine.running.clear()
    EngineEvents(plane.state, engine, plane.runner).listen(engine.ended)
    return plane


def test_a_death_ends_its_task_with_the_exit_code() -> None:
    plane = listened(died("id-0", 3))
    plane.hear(2)  # the look at what is there, and the death
    [task] = plane.state.tasks.values()
    assert (task.status, task.containers[0].exit_code) == ("STOPPING", 3)


def test_what_happens_between_the_look_and_the_first_event_is_told_too() -> None:
    began = time.time()
    plane = listened()
    assert isinstance(plane.engine, EndingEngine) and began <= plane.engine.asked_since <= time.time()


def test_a_death_that_is_looked_up_and_told_ends_its_task_once() -> None:
    plane = listened(died("id-0", 3), lose=True)
    plane.hear(2)
    [task] = plane.state.tasks.values()
    assert task.status == "STOPPING"
    plane.hear()
    assert plane.statuses() == ["STOPPED"] and plane.state.messages.empty()


def test_a_container_that_is_gone_without_a_word_is_dead() -> None:
    plane = listened(lose=True)
    plane.hear()
    [task] = plane.state.tasks.values()
    assert (task.status, task.containers[0].exit_code) == ("STOPPING", 137)
