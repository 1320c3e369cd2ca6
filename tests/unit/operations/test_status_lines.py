"""A status as text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from wrapper.operations import status_lines
from wrapper.operations.status_lines import TableOf

NOW = datetime(2026, 11, 29, 16, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("", "-"),
        ("2026-11-29T16:30:00Z", "0s"),
        ("2026-11-29T16:29:55Z", "5s"),
        ("2026-11-29T16:26:40Z", "3m20s"),
        ("2026-11-29T14:30:00Z", "2h"),
        ("2026-11-25T13:29:59Z", "4d3h"),
        ("2026-11-29T17:00:00Z", "0s"),
    ],
)
def test_age(at: str, expected: str) -> None:
    assert status_lines.age(at, NOW) == expected


def test_a_line_for_each_tenant() -> None:
    row = {"tenant": "acme", "well": False, "builds": {"web-build": "9"}, "desired": 2, "running": 1, "pending": 1}
    data = {"tenants": [{**row, "alarms": ["5xx"], "verdict": "web: 1 of 2 tasks run"}], "unknown": ["why"]}
    table, unknown = status_lines.of_tenants(data)
    assert isinstance(table, TableOf)
    assert table.rows == (("acme", "not well", "web=9", "1/2 (+1)", "5xx", "web: 1 of 2 tasks run"),)
    assert unknown == "not known: why"
