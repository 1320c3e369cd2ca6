"""In which order the tests that mostly wait begin."""

from __future__ import annotations

import pytest
from pairs import paired, takes


@pytest.mark.parametrize(
    ("seconds", "order"),
    [([], []), ([5], [5]), ([1, 2, 3, 4], [4, 1, 3, 2]), ([3, 1, 2], [3, 1, 2]), ([2, 2, 2], [2, 2, 2])],
)
def test_the_longest_is_followed_by_the_shortest(seconds: list[float], order: list[float]) -> None:
    assert paired(seconds, float) == order


def test_a_long_test_says_how_long(request: pytest.FixtureRequest) -> None:
    assert takes(request.node) == 0
    request.node.add_marker(pytest.mark.__getattr__("long")(120))
    assert takes(request.node) == 120
