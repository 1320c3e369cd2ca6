"""The state of an alarm by its samples."""

from __future__ import annotations

from dataclasses import replace

import pytest

from wrapper.sandbox.alarm_states import ALARM, OK, UNKNOWN, AlarmRule, datapoints, reason, state

HIGH = AlarmRule("GreaterThanOrEqualToThreshold", 70.0, "Average", 60, 3, 3, "notBreaching")


def test_each_whole_period_is_one_datapoint_and_the_one_that_is_not_over_counts_not() -> None:
    samples = {60.0: [10.0, 30.0], 120.0: [50.0], 185.0: [99.0]}
    assert datapoints(HIGH, samples, now=190.0) == [50.0, 20.0, None]
    counted = replace(HIGH, statistic="SampleCount", period=120, periods=1)
    assert datapoints(counted, samples, now=245.0) == [2.0]


@pytest.mark.parametrize(
    ("rule", "points", "expected"),
    [
        (HIGH, [70.0, 80.0, 90.0], ALARM),
        (HIGH, [70.0, None, 90.0], OK),
        (replace(HIGH, needed=2), [70.0, None, 90.0], ALARM),
        (replace(HIGH, comparison="LessThanThreshold"), [1.0, 69.0, 70.0], OK),
        (replace(HIGH, comparison="LessThanThreshold", missing="breaching"), [None, None, None], ALARM),
        (replace(HIGH, missing="missing"), [None, None, None], UNKNOWN),
        (replace(HIGH, missing="ignore"), [None, None, None], "before"),
    ],
)
def test_the_state(rule: AlarmRule, points: list[float | None], expected: str) -> None:
    assert state(rule, points, "before") == expected


def test_the_reason() -> None:
    assert reason(HIGH, [70.0, None]) == (
        "Threshold Crossed: 1 datapoints [70.0] against greater than or equal to threshold (70)."
    )
