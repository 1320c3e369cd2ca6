"""The arithmetic of a token bucket whose waiters queue: who may start when. Pure.

AWS counts the same way: a bucket holds ``burst`` tokens and is refilled by ``rate`` a second
(docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html). Here a token is taken before it is
there: the run that takes is told how long to wait, and the next one waits behind it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TokenBucket:
    """``burst`` tokens, ``rate`` more a second. ``full_at``: when it will be full again (seconds of the clock that
    ``now`` is read from); the one number that is kept. A bucket from which nothing was taken is full."""

    rate: float
    burst: float
    full_at: float = 0.0

    def wait(self, tokens: int, now: float) -> float:
        """Seconds until ``tokens`` are there for one who asks at ``now``."""
        wanted = min(tokens, self.burst)  # more than it holds: starts from a full bucket, and leaves a debt
        return max(0.0, self.full_at + (wanted - self.burst) / self.rate - now)

    def take(self, tokens: int, now: float) -> tuple[TokenBucket, float]:
        """The bucket without these tokens, and the seconds to wait before they are used.

        Never more than burst + rate * t of them are used in any t seconds; one take of more than the burst counts as
        the burst. A token that was taken and never used (its process ended) costs the others its own time, no more."""
        seconds = self.wait(tokens, now)
        full_at = max(self.full_at, now) + tokens / self.rate
        return TokenBucket(self.rate, self.burst, full_at), seconds


def after_a_jump(full_at: float, seen: float, now: float) -> float:
    """``full_at`` on a clock that read ``seen`` when it was written and, going back (a reboot), reads ``now``:
    what was still to be waited for is what is still to be waited for."""
    return full_at - (seen - now) if now < seen else full_at
