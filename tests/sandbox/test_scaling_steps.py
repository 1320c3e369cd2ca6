"""How many tasks a scaling policy wants."""

from __future__ import annotations

from typing import Any

import pytest

from wrapper.sandbox.scaling_steps import Activity, allowed, stepped, tracked

OUT = [
    {"MetricIntervalLowerBound": 0.0, "MetricIntervalUpperBound": 20.0, "ScalingAdjustment": 1},
    {"MetricIntervalLowerBound": 20.0, "ScalingAdjustment": 3},
]
IN = [{"MetricIntervalUpperBound": 0.0, "ScalingAdjustment": -1}]


@pytest.mark.parametrize(
    ("steps", "kind", "breach", "expected"),
    [
        (OUT, "ChangeInCapacity", 0.0, 5),
        (OUT, "ChangeInCapacity", 19.9, 5),
        (OUT, "ChangeInCapacity", 20.0, 7),
        (IN, "ChangeInCapacity", 0.0, 3),  # below zero it is the upper bound that belongs to a step
        (IN, "ChangeInCapacity", -5.0, 3),
        (OUT, "ExactCapacity", 1.0, 1),
        (OUT, "PercentChangeInCapacity", 1.0, 5),
        ([{"ScalingAdjustment": -60}], "PercentChangeInCapacity", -1.0, 2),
        ([{"ScalingAdjustment": 0}], "ChangeInCapacity", 1.0, 4),
    ],
)
def test_the_step_that_holds(steps: list[dict[str, Any]], kind: str, breach: float, expected: int) -> None:
    assert stepped(4, steps, kind, breach) == expected


def test_target_tracking_comes_to_its_target() -> None:
    assert [tracked(2, metric, 50.0) for metric in (50.0, 60.0, 100.0, 10.0)] == [2, 3, 4, 1]


@pytest.mark.parametrize(
    ("current", "wanted", "last", "expected"),
    [
        (2, 3, None, 3),
        (2, 9, None, 4),
        (2, 0, None, 1),
        (2, 3, Activity(0.0, 1, 2, 60.0), 2),  # what the last one added counts
        (2, 4, Activity(0.0, 1, 2, 60.0), 3),
        (2, 1, Activity(0.0, 1, 2, 60.0), 2),
        (2, 1, Activity(0.0, 3, 2, 60.0), 2),
        (2, 3, Activity(0.0, 3, 2, 60.0), 3),  # a cooldown of taking away holds no adding
        (2, 1, Activity(0.0, 1, 2, 30.0), 1),
    ],
)
def test_bounds_and_cooldowns(current: int, wanted: int, last: Activity | None, expected: int) -> None:
    assert allowed(current, wanted, (1, 4), last, now=45.0) == expected
