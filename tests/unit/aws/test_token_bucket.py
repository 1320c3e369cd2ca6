"""The arithmetic of a bucket whose waiters queue."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrapper.aws.token_bucket import TokenBucket, after_a_jump

RATES = st.tuples(st.sampled_from([0.2, 1.0, 3.0, 10.0]), st.integers(1, 50))
TAKES = st.lists(st.tuples(st.floats(0, 30), st.integers(1, 60)), min_size=1, max_size=40)


def granted(bucket: TokenBucket, takes: list[tuple[float, int]]) -> list[tuple[float, int]]:
    """(when, how many) of takes given as (seconds since the one before, how many)."""
    now, grants = 0.0, []
    for pause, tokens in takes:
        now += pause
        bucket, seconds = bucket.take(tokens, now)
        grants.append((now + seconds, tokens))
    return grants


@given(RATES, TAKES)
def test_never_more_than_burst_and_rate_in_any_window(rate: tuple[float, int], takes: list[tuple[float, int]]) -> None:
    grants = granted(TokenBucket(rate[0], rate[1]), takes)
    for first, (start, _) in enumerate(grants):
        for last in range(first, len(grants)):
            inside = grants[first : last + 1]
            used = sum(min(tokens, rate[1]) for _, tokens in inside)
            assert used <= rate[1] + rate[0] * (grants[last][0] - start) + 1e-6


@given(RATES, TAKES)
def test_whoever_asks_first_starts_first_and_nobody_waits_for_nothing(
    rate: tuple[float, int], takes: list[tuple[float, int]]
) -> None:
    grants = granted(TokenBucket(*rate), [(pause, 1) for pause, _ in takes])
    assert [when for when, _ in grants] == sorted(when for when, _ in grants)
    total = sum(1 for _ in takes)
    asked = sum(pause for pause, _ in takes)
    assert grants[-1][0] <= asked + max(0, total - rate[1]) / rate[0] + 1e-6


def test_a_full_bucket_gives_its_burst_at_once_and_then_its_rate() -> None:
    waits = [when for when, _ in granted(TokenBucket(1.0, 20), [(0, 1)] * 24)]
    assert waits == [0.0] * 20 + [1.0, 2.0, 3.0, 4.0]


def test_more_than_it_holds_starts_from_a_full_bucket_and_leaves_a_debt() -> None:
    bucket, seconds = TokenBucket(1.0, 20).take(50, 100.0)
    assert (seconds, bucket.full_at) == (0.0, 150.0)
    assert bucket.wait(1, 100.0) == 31.0
    assert bucket.wait(1, 131.0) == 0.0


@pytest.mark.parametrize(
    ("full_at", "seen", "now", "after"),
    [(110.0, 100.0, 105.0, 110.0), (110.0, 100.0, 5.0, 15.0), (90.0, 100.0, 5.0, -5.0)],
)
def test_a_clock_that_goes_back_keeps_what_was_still_to_wait(
    full_at: float, seen: float, now: float, after: float
) -> None:
    assert after_a_jump(full_at, seen, now) == after
