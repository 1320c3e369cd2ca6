"""When a schedule of AWS fires next: ``cron(0 3 * * ? *)``, ``at(2030-12-24T08:00:00)``. Pure.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo

_MONTHS = {name.upper(): n for n, name in enumerate(calendar.month_abbr) if n}
_DAYS = {name: n for n, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}
_AHEAD = 366 * 5  # days that are looked at


def next_time(expression: str, zone: tzinfo, now: datetime) -> datetime | None:
    """The next moment after ``now``, in ``zone``. None for a rate, whose beginning AWS does not tell, for what is over, and for
    what this does not know: AWS's W."""
    kind, _, rest = expression.strip().partition("(")
    inner = rest.rstrip(") ")
    try:
        if kind == "at":
            moment = datetime.fromisoformat(inner).replace(tzinfo=zone)
            return moment if moment > now else None
        return _next_cron(inner.split(), now.astimezone(zone)) if kind == "cron" else None
    except (ValueError, KeyError):
        return None


def _next_cron(fields: list[str], now: datetime) -> datetime | None:
    minutes, hours, days, months, weekdays, years = fields
    found_minutes, found_hours = _numbers(minutes, 0, 59), _numbers(hours, 0, 23)
    found_months, found_years = _numbers(months, 1, 12, _MONTHS), _numbers(years, 1970, 2199)
    for day in _from(now):
        if day.year not in found_years or day.month not in found_months:
            continue
        if not (_is_day(days, day) and _is_weekday(weekdays, day)):
            continue
        for hour in sorted(found_hours):
            for minute in sorted(found_minutes):
                moment = day.replace(hour=hour, minute=minute)
                if moment > now:
                    return moment
    return None


def _from(now: datetime) -> Iterator[datetime]:
    first = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=n) for n in range(_AHEAD))


def _is_day(field: str, day: datetime) -> bool:
    last = calendar.monthrange(day.year, day.month)[1]
    return day.day == last if field == "L" else day.day in _numbers(field, 1, 31)


def _is_weekday(field: str, day: datetime) -> bool:
    """SUN is 1; ``6L`` the last Friday of the month, ``3#2`` the second Tuesday."""
    number = day.isoweekday() % 7 + 1
    if special := re.fullmatch(r"(\w+?)(?:#(\d)|L)", field):
        if number != _number(special[1], _DAYS):
            return False
        last = calendar.monthrange(day.year, day.month)[1]
        return (day.day - 1) // 7 + 1 == int(special[2]) if special[2] else day.day + 7 > last
    return number in _numbers("7" if field == "L" else field, 1, 7, _DAYS)


def _numbers(field: str, low: int, high: int, names: dict[str, int] | None = None) -> set[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        begin = low if span in "*?" else _number(first, names or {})
        end = high if span in "*?" or (step and not last) else _number(last or first, names or {})
        found |= set(range(begin, end + 1, int(step or 1)))
    return found


def _number(text: str, names: dict[str, int]) -> int:
    return names[text.upper()] if text.upper() in names else int(text)
