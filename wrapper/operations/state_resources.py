"""What else of a layer has to do with its services, as its state has it: alarms, and schedules that start tasks. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any

from ..aws.schedule_expression import next_time
from ..model.errors import OrchestrateError
from .service_status import moment

_ALARMS = ("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm")
_SCHEDULES = {  # type -> its fields for expression, zone, and whether it is on
    "aws_scheduler_schedule": ("schedule_expression", "schedule_expression_timezone"),
    "aws_cloudwatch_event_rule": ("schedule_expression", ""),
}
Zones = Callable[[str], tzinfo]


def alarm_names(state: Mapping[str, Any]) -> list[str]:
    return sorted({str(a["alarm_name"]) for _, a in _attributes(state, *_ALARMS) if a.get("alarm_name")})


def schedules(state: Mapping[str, Any], zones: Zones, now: datetime) -> list[dict[str, Any]]:
    """Those that start tasks by the clock, the next one first, those without a known time last."""
    found = [_schedule(kind, one, zones, now) for kind, one in _attributes(state, *_SCHEDULES)]
    return sorted((s for s in found if s["expression"]), key=_order)


def timed(one: Mapping[str, Any], zones: Zones, now: datetime) -> dict[str, Any]:
    """A schedule with the time at which it is next; "" where that is not known."""
    try:
        found = next_time(one["expression"], zones(one.get("timezone") or "UTC"), now)
    except OrchestrateError:  # a zone that this machine does not have
        found = None
    return {**one, "next": moment(found)}


def _schedule(kind: str, one: Mapping[str, Any], zones: Zones, now: datetime) -> dict[str, Any]:
    expression, zone = _SCHEDULES[kind]
    is_on = one.get("state", "ENABLED") == "ENABLED" and one.get("is_enabled") is not False
    plain = {"name": one.get("name", ""), "expression": one.get(expression) or "", "timezone": one.get(zone) or "UTC"}
    return timed(plain, zones, now) | {"enabled": is_on} | ({} if is_on else {"next": ""})


def _order(one: Mapping[str, Any]) -> tuple[bool, str, str]:
    return not one["next"], one["next"], one["name"]


def _attributes(state: Mapping[str, Any], *kinds: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for resource in state.get("resources") or ():
        if resource.get("type") in kinds and resource.get("mode") == "managed":
            yield from (
                (resource["type"], i["attributes"]) for i in resource.get("instances") or () if i.get("attributes")
            )
