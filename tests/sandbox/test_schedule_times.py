"""When schedules are due."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from wrapper.sandbox.schedule_times import due, matches

NOON = datetime(2026, 1, 30, 12, 0, tzinfo=UTC).timestamp()  # a Friday


def test_a_rate_counts_from_its_making() -> None:
    assert list(due("rate(5 minutes)", "UTC", NOON, NOON, NOON + 700)) == [NOON + 300, NOON + 600]
    assert list(due("rate(1 hour)", "UTC", NOON, NOON + 3600, NOON + 7199)) == []


def test_at_is_once_in_its_time_zone() -> None:
    asked = ("at(2026-01-30T22:00:00)", "Asia/Tokyo", 0.0)  # 13:00 in UTC
    assert list(due(*asked, NOON, NOON + 3600)) == [NOON + 3600]
    assert list(due(*asked, NOON + 3600, NOON + 7200)) == []


def test_a_cron_is_due_in_each_minute_that_it_names() -> None:
    assert list(due("cron(0/15 12 * * ? *)", "UTC", 0.0, NOON, NOON + 2000)) == [NOON + 900, NOON + 1800]
    assert list(due("cron(30 23 ? * FRI *)", "Australia/Sydney", 0.0, NOON, NOON + 3600)) == [NOON + 1800]
    assert len(list(due("cron(* * * * ? *)", "UTC", 0.0, 0.0, NOON))) == 1441, "not all since 1970"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("0 12 30 1 ? 2026", True),
        ("0 12 30 JAN ? 2027", False),
        ("0 9-17 * * ? *", True),
        ("0 1,12 ? * MON-FRI *", True),
        ("0 12 ? * SAT,SUN *", False),
        ("0 12 L * ? *", False),
        ("0 12 LW * ? *", True),
        ("0 12 31W * ? *", True),
        ("0 12 ? * 6#5 *", True),
        ("0 12 ? * 6#4 *", False),
        ("0 12 ? * 6L *", True),
        ("0 12 ? * L *", False),
    ],
)
def test_each_field(fields: str, expected: bool) -> None:
    """30 January 2026 is the last Friday of its month, the fifth, and its last working day."""
    assert matches(fields, datetime(2026, 1, 30, 12, 0, tzinfo=UTC)) is expected
