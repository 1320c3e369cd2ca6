"""When a schedule fires next."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from wrapper.aws.schedule_expression import next_time

NOW = datetime(2026, 11, 29, 16, 30, tzinfo=UTC)  # a Sunday


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("cron(0 3 * * ? *)", "2026-11-30T03:00"),
        ("cron(45 16 * * ? *)", "2026-11-29T16:45"),
        ("cron(0/15 * * * ? *)", "2026-11-29T16:45"),
        ("cron(0 8 ? * MON-FRI *)", "2026-11-30T08:00"),
        ("cron(0 8 ? * 2#1 *)", "2026-12-07T08:00"),
        ("cron(0 8 ? * 6L *)", "2026-12-25T08:00"),
        ("cron(0 0 L * ? *)", "2026-11-30T00:00"),
        ("cron(0 0 1 JAN,JUL ? 2027)", "2027-01-01T00:00"),
        ("cron(0 0 ? * L *)", "2026-12-05T00:00"),
        ("at(2030-12-24T08:00:00)", "2030-12-24T08:00"),
    ],
)
def test_next(expression: str, expected: str) -> None:
    found = next_time(expression, UTC, NOW)
    assert found is not None and found.strftime("%Y-%m-%dT%H:%M") == expected


def test_in_its_zone() -> None:
    found = next_time("cron(0 3 * * ? *)", ZoneInfo("Australia/Sydney"), NOW)
    assert found is not None and found.astimezone(UTC).hour == 16 and found.day == 1


@pytest.mark.parametrize(
    "expression",
    ["rate(1 hour)", "at(2020-01-01T00:00:00)", "cron(0 0 15W * ? *)", "cron(0 0 1 1 ? 2020)", "cron(x)", ""],
)
def test_unknown(expression: str) -> None:
    assert next_time(expression, UTC, NOW) is None
