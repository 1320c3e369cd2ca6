"""The order of the tests that mostly wait. Each worker takes two of them at once, and gives back neither: so the longest
is followed by the shortest, the second longest by the second shortest, and all workers end together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain, zip_longest
from typing import TypeVar

import pytest

Test = TypeVar("Test")
SOME = 150


def paired(tests: Sequence[Test], seconds: Callable[[Test], float]) -> list[Test]:
    ordered = sorted(tests, key=seconds, reverse=True)
    longer, shorter = ordered[: (len(ordered) + 1) // 2], ordered[(len(ordered) + 1) // 2 :]
    pairs = zip_longest(longer, reversed(shorter))
    return [test for test in chain.from_iterable(pairs) if test is not None]


def takes(item: pytest.Item) -> float:
    """The seconds that the mark ``long`` of a test says, or some; 0 of one without it."""
    mark = item.get_closest_marker("long")
    return float((*mark.args, SOME)[0]) if mark else 0.0
