"""In which order the tests that mostly wait begin."""

from __future__ import annotations

import re

import pytest
from forked import ROOT
from pairs import SOME, paired, takes


@pytest.mark.parametrize(
    ("seconds", "order"),
    [([], []), ([5], [5]), ([1, 2, 3, 4], [4, 1, 3, 2]), ([3, 1, 2], [3, 1, 2]), ([2, 2, 2], [2, 2, 2])],
)
def test_the_longest_is_followed_by_the_shortest(seconds: list[float], order: list[float]) -> None:
    assert paired(seconds, float) == order


@pytest.mark.parametrize(("said", "seconds"), [((120,), 120), ((), SOME)])
def test_a_long_test_says_how_long(request: pytest.FixtureRequest, said: tuple[int, ...], seconds: float) -> None:
    assert takes(request.node) == 0
    request.node.add_marker(pytest.mark.__getattr__("long").with_args(*said))
    assert takes(request.node) == seconds


def test_no_worker_has_more_than_two() -> None:
    """A third one would begin where it stands in the list, after two others."""
    made = re.search(r"-m long -n (\d+)", (ROOT / "Makefile").read_text())
    files = (
        file.read_text() for name in ("e2e", "sandbox", "terraform") for file in (ROOT / "tests" / name).rglob("*.py")
    )
    assert made and sum(text.count("pytest.mark." + "long") for text in files) <= 2 * int(made[1])
