"""A length of time as it is typed, with one grammar for every option and setting: 90s, 5m, 1h30m, 2d. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from .errors import UsageError

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART = r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(ms|s|m|h|d)"
_LONGEST = 366 * _UNITS["d"]  # what a timer of the operating system certainly takes


def parse(text: str, name: str = "") -> float:
    """Its seconds. UsageError for what is none, and for one that is 0 or of more than a year; ``name``: the option."""
    seconds = parse_or_zero(text, name)
    if not seconds:
        raise _none(text, name, "is 0", "leave it out, or give a longer time: 90s, 5m, 1h30m, 2d")
    return seconds


def parse_or_zero(text: str, name: str = "") -> float:
    """The same where 0 is a time too (``0``, ``0s``): it does not wait."""
    if text == "0":
        return 0.0
    parts = re.findall(_PART, text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise _none(text, name, "is not a duration", "for example: 90s, 5m, 1h30m, 2d")
    seconds = sum(float(number) * _UNITS[unit] for number, unit in parts)
    if seconds > _LONGEST:
        raise _none(text, name, "is more than a year", "give a shorter time: 90s, 5m, 1h30m, 2d")
    return seconds


def _none(text: str, name: str, what: str, hint: str) -> UsageError:
    return UsageError(f"{name} {text!r} {what}".lstrip(), hint=hint)


def bounded(
    pause: Callable[[float], None], seconds: float, late: Callable[[], Exception], clock: Callable[[], float]
) -> Callable[[float], None]:
    """The same pause, until so many seconds have passed from now: then it raises what ``late`` says."""
    end = clock() + seconds

    def wait(seconds: float) -> None:
        if clock() >= end:
            raise late()
        pause(seconds)

    return wait
