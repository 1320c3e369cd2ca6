"""Alarms and schedules, as a state has them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from live_aws import ALARM, RESOURCES

from wrapper.operations import state_resources
from wrapper.reaper import time_zones

NOW = datetime(2026, 11, 29, 16, 30, tzinfo=UTC)


def schedule(name: str, expression: str, **more: Any) -> dict[str, Any]:
    kind = "aws_cloudwatch_event_rule" if "is_enabled" in more else "aws_scheduler_schedule"
    attributes = {"name": name, "schedule_expression": expression, **more}
    return {"mode": "managed", "type": kind, "instances": [{"attributes": attributes}]}


def test_names_of_alarms() -> None:
    data = {**RESOURCES[0], "mode": "data", "instances": [{"attributes": {"alarm_name": "another's"}}]}
    assert state_resources.alarm_names({"resources": [*RESOURCES, data]}) == [ALARM]


def test_the_next_one_first() -> None:
    found = [
        schedule("hourly", "rate(1 hour)"),
        schedule("late", "cron(0 23 * * ? *)", state="ENABLED"),
        schedule("soon", "cron(0 5 * * ? *)", schedule_expression_timezone="Australia/Sydney"),
        schedule("off", "cron(0 17 * * ? *)", state="DISABLED"),
        schedule("nowhere", "cron(0 17 * * ? *)", schedule_expression_timezone="Mars/Base"),
        schedule("rule", "cron(0 22 * * ? *)", is_enabled=True),
        schedule("pattern", "", is_enabled=True),
    ]
    shown = state_resources.schedules({"resources": found}, time_zones.zone, NOW)
    assert [(s["name"], s["next"]) for s in shown] == [
        ("soon", "2026-11-29T18:00:00Z"),
        ("rule", "2026-11-29T22:00:00Z"),
        ("late", "2026-11-29T23:00:00Z"),
        ("hourly", ""),
        ("nowhere", ""),
        ("off", ""),
    ]
