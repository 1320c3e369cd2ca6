"""Tries a layer again when what failed passes by itself: with backoff, at most three times, each one said.

Knows nothing of AWS: which failures these are, :mod:`wrapper.run.retryable_errors` says. Every try is a whole Run, so it plans
again on the state that the failed one saved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from ..model.errors import OrchestrateError
from . import retryable_errors

MOST = 3  # tries after the first
FIRST, LONGEST = 5.0, 60.0  # seconds
Returned = TypeVar("Returned")


@dataclass(frozen=True)
class RetryClock:
    """``sleep`` raises when a signal asked to stop (SignalHandler.pause); ``chance`` gives 0 to 1 (random.random)."""

    sleep: Callable[[float], None]
    chance: Callable[[], float]
    info: Callable[[str], None]


def with_retries(label: str, attempt: Callable[[], Returned], clock: RetryClock) -> Returned:
    """What ``attempt`` returns, at the first try or a later one. Raises what the last one raised."""
    met: Counter[str] = Counter()
    while True:
        try:
            return attempt()
        except OrchestrateError as error:
            transient = retryable_errors.worth_another_try(error)
            if transient is None:
                raise
            if met.total() == MOST or met[transient.name] == transient.times:
                clock.info(f"{label}: {transient.name} again, after {met.total()} more tries: given up")
                raise
        met[transient.name] += 1
        seconds = backoff(met.total(), clock.chance())
        clock.info(f"{label}: {transient.name} ({transient.reason}): try {met.total() + 1} in {seconds:.0f} s")
        clock.sleep(seconds)


def backoff(number: int, chance: float) -> float:
    """Seconds before try ``number`` (from 1) again: doubling, half of it by chance, so that tenants that failed together
    do not come back together (aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter)."""
    longest = min(LONGEST, FIRST * 2.0 ** (number - 1))
    return longest * (1 + chance) / 2
