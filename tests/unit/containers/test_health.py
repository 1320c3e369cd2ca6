"""Health checks of targets: each at its interval, as long as it is wanted."""

from __future__ import annotations

import queue
import threading

from wrapper.containers.health import Checker
from wrapper.containers.nouns import HealthCheck
from wrapper.containers.target_states import HealthAnswer


def test_a_target_is_asked_at_once_and_again_until_it_is_not_wanted() -> None:
    told: queue.Queue[tuple[str, str, int]] = queue.Queue()
    asked: list[tuple[int, str, float]] = []

    def ask(port: int, check: HealthCheck, timeout: float) -> HealthAnswer:
        asked.append((port, check.path, timeout))
        return HealthAnswer(200)

    checker = Checker(lambda task, group, answer: told.put((task, group, answer.code)), 100.0, ask)
    key = ("task", "group", 4711)
    checker.watch({key: HealthCheck("/h", interval=1.0, timeout=5.0)})
    assert [told.get(timeout=30), told.get(timeout=30)] == [("task", "group", 200)] * 2
    assert asked[0] == (4711, "/h", 0.05)
    before = set(threading.enumerate())
    checker.watch({key: HealthCheck("/h", interval=1.0)})
    assert set(threading.enumerate()) <= before, "asked by one thread"
    checker.watch({})
    for thread in before - {threading.current_thread()}:
        if thread.daemon and "_go" in thread.name:
            thread.join(30)
            assert not thread.is_alive()


def test_another_path_applies_to_a_target_that_is_checked_already() -> None:
    told: queue.Queue[str] = queue.Queue()

    def ask(_port: int, check: HealthCheck, _timeout: float) -> HealthAnswer:
        told.put(check.path)
        return HealthAnswer(200)

    checker, key = Checker(lambda *_: None, 100.0, ask), ("task", "group", 4711)
    checker.watch({key: HealthCheck("/before", interval=1.0)})
    assert told.get(timeout=30) == "/before"
    checker.watch({key: HealthCheck("/after", interval=1.0)})
    assert "/after" in [told.get(timeout=30) for _ in range(3)]
    checker.watch({})


def test_the_first_check_waits_until_the_application_listens() -> None:
    told: queue.Queue[int] = queue.Queue()
    answers = iter([HealthAnswer(), HealthAnswer(), HealthAnswer(200)])
    checker = Checker(lambda _task, _group, answer: told.put(answer.code), 1.0, lambda *_: next(answers))
    checker.watch({("task", "group", 4711): HealthCheck(interval=1000.0)})
    assert told.get(timeout=30) == 200
    checker.watch({})


def test_one_that_never_listens_is_told_after_an_interval() -> None:
    told: queue.Queue[int] = queue.Queue()
    checker = Checker(lambda _task, _group, answer: told.put(answer.code), 1.0, lambda *_: HealthAnswer())
    checker.watch({("task", "group", 4711): HealthCheck(interval=0.4)})
    assert told.get(timeout=30) == 0
    checker.watch({})
