"""A number as it is written -> the number that Python keeps, digit for digit; or a refusal. Pure.

Terraform keeps about 150 digits, Python's float 17. What is passed on must be the number that stands in the file.
"""

from __future__ import annotations

from ..model.errors import ConfigError

_MOST_DIGITS = 1000  # Python refuses to read 4,300


def exact(text: str, where: str) -> int | float:
    """The number that ``text`` is. ConfigError with its place for one of more digits than are kept."""
    if len(text) <= _MOST_DIGITS:
        found = int(text) if text.lstrip("-").isdigit() else float(text)
        if isinstance(found, int) or _same(text, found):
            return found
    raise ConfigError(
        f"the number {text[:40]} has more digits than are kept",
        where=where,
        hint="round it; or put it in quotes, for Terraform to read",
    )


def _same(text: str, found: float) -> bool:
    from decimal import Decimal, InvalidOperation  # few numbers have a point, and few starts need it

    try:
        return Decimal(text) == Decimal(repr(found))
    except InvalidOperation:  # an exponent of more digits than Decimal takes
        return False
