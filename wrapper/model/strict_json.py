"""Text -> data, where others wrote the text: whatever is wrong with it is a ValueError, and nothing else is. Pure."""

from __future__ import annotations

import json
import math
from typing import Any


def parse(text: str | bytes) -> Any:
    """The data that a JSON text holds. ValueError for a text that is none: damaged, nested too deeply, in another encoding,
    with thousands of digits, or with one of the numbers that Python writes and JSON does not have."""
    try:
        return json.loads(text, parse_constant=_refused, parse_float=_finite)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refused(text: str) -> None:
    raise ValueError(f"{text} is no number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        _refused(text)
    return number
