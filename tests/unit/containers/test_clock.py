"""A clock that may run faster."""

from __future__ import annotations

from wrapper.containers.clock import PlaneClock


def test_minutes_become_seconds() -> None:
    times = iter([100.0, 101.0])
    assert PlaneClock(60.0, lambda: next(times), began=1000.0).now() == 1060.0
