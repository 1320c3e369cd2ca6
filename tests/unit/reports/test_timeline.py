"""Who ran when: lanes, bars that stay within the picture, ticks at round times."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from reports_of_many import BEGAN, layer_result, many

from wrapper.reports.timeline import Bar, lay_out


def ran(tenant: str, start: float, seconds: float, result: str = "succeeded") -> object:
    return layer_result(tenant, result, started=BEGAN + start, seconds=seconds)


def test_side_by_side_is_one_below_the_other_and_one_after_another_in_a_row() -> None:
    made = lay_out([ran("b", 0, 10), ran("a", 0, 5), ran("c", 5, 5)])  # type: ignore[list-item]
    assert [(b.result.tenant, b.left, b.width, b.top) for b in made.bars] == [
        *(("a", 0.0, 50.0, 0), ("b", 0.0, 100.0, 26), ("c", 50.0, 50.0, 0))
    ]
    assert (made.lanes, made.high, made.unseen) == (2, 52, 0)


def test_what_took_no_time_is_counted_and_what_never_began_is_not() -> None:
    made = lay_out(
        [ran("a", 0, 0.01, "unchanged"), ran("b", 0, 3), layer_result("c", "stopped"), ran("d", 1, 0.0, "failed")]
    )  # type: ignore[list-item]
    assert [b.result.tenant for b in made.bars] == ["b", "d"]
    assert made.unseen == 1
    assert made.bars[1].width > 0, "a failure shows, however short"


@pytest.mark.parametrize("results", [(), (layer_result("a", "stopped"),), (ran("a", 0, 0.0, "unchanged"),)])
def test_nothing_ran(results: tuple[object, ...]) -> None:
    assert lay_out(results).bars == ()  # type: ignore[arg-type]


@example([(0.0, 1.0580952347094623e-06)])
@given(st.lists(st.tuples(st.floats(0, 1e5), st.floats(0, 1e4)), min_size=1, max_size=60))
def test_bars_stay_within_and_never_lie_on_each_other(times: list[tuple[float, float]]) -> None:
    made = lay_out([ran(f"t{n}", start, seconds) for n, (start, seconds) in enumerate(times)])  # type: ignore[misc]
    assert len(made.bars) == len(times)
    assert all(b.left >= 0 and b.left + b.width <= 100.01 and b.top < made.high for b in made.bars)
    assert not any(_overlap(a, b) for a in made.bars for b in made.bars if a is not b)
    assert 1 <= len(made.ticks) <= 6


def _overlap(one: Bar, other: Bar) -> bool:
    """Whether two bars of a lane were busy at the same time."""
    begin = max(one.result.started or 0, other.result.started or 0)
    end = min((bar.result.started or 0) + bar.result.seconds for bar in (one, other))
    return one.top == other.top and end - begin > 0.011


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, ["0 s", "0.1 s", "0.2 s", "0.3 s"]),
        (14, ["0 s", "5 s", "10 s"]),
        (290, ["0 s", "1 min", "2 min", "3 min", "4 min"]),
        (4000, ["0 s", "15 min", "30 min", "45 min"]),
        (86400 * 30, ["0 s", "144 h", "288 h", "432 h", "576 h"]),
    ],
)
def test_ticks_stand_at_round_times(seconds: float, words: list[str]) -> None:
    assert [t.text for t in lay_out([ran("a", 0, seconds)]).ticks] == words  # type: ignore[list-item]


def test_a_thousand_tenants_are_as_high_as_eight() -> None:
    made = lay_out(many(1000).results)
    assert (made.lanes, made.high) == (8, 208)
    assert len(made.bars) + made.unseen > 900
    assert lay_out(many(1000, jobs=64).results).high < 600
