"""Tries a layer again when what failed passes by itself: with backoff, at most three times, each one said; and while another run
holds its lock.

Knows nothing of AWS: which failures these are, :mod:`wrapper.run.retryable_errors` says. Every try is a whole Run, so it plans
again on the state that the failed one saved.
"""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from ..model.errors import LockedError, OrchestrateError

MOST = 3  # tries after the first
FIRST, LONGEST = 5.0, 60.0  # seconds
_LOOK_AGAIN = 5.0  # seconds between two looks at a lock
_CUT = 63  # characters of a run's name in a lock (wrapper.deploy.deployer.author)
Returned = TypeVar("Returned")


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


@dataclass(frozen=True)
class LockPatience:
    """How long a lock that another run holds is waited for; ``machine``: the name of this one."""

    seconds: float = 0.0
    machine: str = ""
    alive: Callable[[int], bool] = is_alive
    now: Callable[[], float] = time.monotonic

    def dead(self, who: str) -> int:
        """The process of this machine that began the run, if it has ended; else 0. A longer name is cut, and says no number."""
        machine = re.sub(r"[^A-Za-z0-9-]+", "-", self.machine)
        found = re.search(rf"-{re.escape(machine)}-(\d+)$", who) if machine and len(who) < _CUT else None
        return int(found[1]) if found and not self.alive(int(found[1])) else 0


@dataclass(frozen=True)
class RetryClock:
    """``sleep`` raises when a signal asked to stop (SignalHandler.pause); ``chance`` gives 0 to 1 (random.random)."""

    sleep: Callable[[float], None]
    chance: Callable[[], float]
    info: Callable[[str], None]
    patience: LockPatience = field(default_factory=LockPatience)


def with_retries(label: str, attempt: Callable[[], Returned], clock: RetryClock) -> Returned:
    """What ``attempt`` returns, at the first try or a later one. Raises what the last one raised."""
    met: Counter[str] = Counter()
    while True:
        try:
            return _unlocked(attempt, clock)
        except OrchestrateError as error:
            from . import retryable_errors

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


def _unlocked(attempt: Callable[[], Returned], clock: RetryClock) -> Returned:
    """The same, again and again while the state is locked. A run that is dead is not waited for."""
    patience, told = clock.patience, False
    end = patience.now() + patience.seconds
    while True:
        try:
            return attempt()
        except LockedError as error:
            left = end - patience.now()
            if pid := patience.dead(error.who):
                raise _of_a_dead_run(error, pid) from None
            if left <= 0:
                raise
            if not told:
                clock.info(f"{error.message}; waiting for it, at most {patience.seconds:g} s")
            told = True
        clock.sleep(min(_LOOK_AGAIN, left))


def _of_a_dead_run(error: LockedError, pid: int) -> LockedError:
    hint = f"its Terraform may go on in a container (docker ps); if none does: {error.unlock}"
    return LockedError(f"{error.message}, and that run's process {pid} on this machine has ended", hint=hint)


def backoff(number: int, chance: float) -> float:
    """Seconds before try ``number`` (from 1) again: doubling, half of it by chance, so that tenants that failed together
    do not come back together (aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter)."""
    longest = min(LONGEST, FIRST * 2.0 ** (number - 1))
    return longest * (1 + chance) / 2
