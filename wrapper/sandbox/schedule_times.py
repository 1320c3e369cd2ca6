"""When a schedule of EventBridge or of scheduled scaling is due: ``rate``, ``cron`` and ``at``. Pure.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_UNITS = {"minute": 60, "hour": 3600, "day": 86400}
_MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
_WEEK = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}
_MOST = 1440  # minutes that are looked through at once: what a clock that stood still has missed longer than a day stays missed


def due(expression: str, zone: str, created: float, after: float, until: float) -> Iterator[float]:
    """The times after ``after`` and up to ``until``, as seconds since 1970. ``created``: what a rate counts from."""
    kind, _, inside = expression.partition("(")
    inside = inside.rstrip(")")
    if kind == "rate":
        number, unit = inside.split()
        seconds = int(number) * _UNITS[unit.rstrip("s")]
        first = created + max(1, (after - created) // seconds + 1) * seconds
        yield from _steps(first, until, seconds)
    elif kind == "at":
        moment = datetime.fromisoformat(inside).replace(tzinfo=ZoneInfo(zone)).timestamp()
        yield from [moment] if after < moment <= until else []
    else:
        minutes = _steps(max(after // 60 + 1, until // 60 - _MOST) * 60, until, 60)
        yield from (at for at in minutes if matches(inside, datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone))))


def _steps(first: float, until: float, seconds: float) -> Iterator[float]:
    while first <= until:
        yield first
        first += seconds


def matches(fields: str, moment: datetime) -> bool:
    """Whether a cron expression of six fields names this minute."""
    minute, hour, day, month, week, year = fields.upper().split()
    return (
        _among(minute, moment.minute, 0, 59)
        and _among(hour, moment.hour, 0, 23)
        and _among(_numbered(month, _MONTHS), moment.month, 1, 12)
        and _among(year, moment.year, 1970, 2199)
        and _is_day(day, moment)
        and _is_weekday(_numbered(week, _WEEK), moment)
    )


def _among(field: str, value: int, least: int, most: int) -> bool:
    return any(value in _values(item, least, most) for item in field.split(","))


def _values(item: str, least: int, most: int) -> range:
    span, _, step = item.partition("/")
    first, _, last = span.partition("-")
    begin = least if first in ("*", "?") else int(first)
    end = int(last) if last else most if step or first in ("*", "?") else begin
    return range(begin, end + 1, int(step or 1))


def _numbered(field: str, names: dict[str, int]) -> str:
    return re.sub("|".join(names), lambda found: str(names[found[0]]), field)


def _is_day(field: str, moment: datetime) -> bool:
    last = calendar.monthrange(moment.year, moment.month)[1]
    if field == "L":
        return moment.day == last
    if field.endswith("W"):
        return moment.day == _working_day(moment, last if field == "LW" else int(field[:-1]), last)
    return _among(field, moment.day, 1, 31)


def _working_day(moment: datetime, wanted: int, last: int) -> int:
    """The working day next to a day of this month, in this month."""
    near = sorted(range(1, last + 1), key=lambda day: (abs(day - wanted), day))
    return next(day for day in near if moment.replace(day=day).weekday() < 5)


def _is_weekday(field: str, moment: datetime) -> bool:
    today = moment.isoweekday() % 7 + 1  # Sunday is 1
    if field == "L":
        return today == 7
    if field.endswith("L"):
        return today == int(field[:-1]) and (moment + timedelta(days=7)).month != moment.month
    if "#" in field:
        weekday, number = map(int, field.split("#"))
        return today == weekday and (moment.day - 1) // 7 + 1 == number
    return _among(field, today, 1, 7)
