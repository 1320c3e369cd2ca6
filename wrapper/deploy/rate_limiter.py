"""The rate limit of all processes of this machine on one AWS account: a small file. And where it is wanted.

Knows files and the clock; the arithmetic is :mod:`wrapper.aws.token_bucket`'s, the rates are :mod:`wrapper.aws.rate_limits`'.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import math
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ..aws import rate_limits
from ..aws.identity import Identity, whoami
from ..aws.rate_limits import RATES, Rate
from ..aws.token_bucket import after_a_jump
from ..engines.rate_limited import Sleep
from ..model import strict_json
from ..model.findings import Change
from ..model.stack import Stack
from ..project import private_folder

_SAID = 1.0  # seconds: shorter waits are not worth a word
_LONGEST = 24 * 3600.0  # seconds: a queue longer than this is a damaged file


class RateLimiter:
    """The buckets of one account, seen from one Region. ``clock`` never jumps ahead, and is one for every process of
    the machine (CLOCK_MONOTONIC). A file that cannot be written or read costs the rate limit of the others, never a run."""

    def __init__(
        self,
        folder: Path,
        account: str,
        region: str,
        *,
        notice: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._file = folder / f"{account}.json"
        self._region = region
        self._notice = notice
        self._clock = clock
        self._alone: dict[str, float] | None = None  # what is kept when the file cannot be
        self._lock = threading.Lock()

    def take_slowest(self, wanted: Mapping[str, int]) -> tuple[Rate, float]:
        """Of all the requests wanted, takes those of the rate with the longest wait: that rate, and seconds to wait.

        The others are taken when it is over: what waits for one rate keeps no run from another."""
        with self._kept() as kept:
            now = self._clock()
            buckets = {RATES[name]: RATES[name].bucket(kept.get(self._key(RATES[name]), 0.0)) for name in wanted}
            slowest = max(buckets, key=lambda rate: buckets[rate].wait(wanted[rate.name], now))
            bucket, seconds = buckets[slowest].take(wanted[slowest.name], now)
            kept[self._key(slowest)] = bucket.full_at
            return slowest, seconds

    def before(self, label: str, changes: Mapping[Change, int], sleep: Sleep) -> bool:
        """Wait until every request of these changes may be made. False when ``sleep`` was told to stop."""
        left = rate_limits.requests(changes)
        while left:
            rate, seconds = self.take_slowest(left)
            del left[rate.name]
            if seconds > _SAID:
                self._notice(
                    f"{label}: waits {math.ceil(seconds)} s for AWS's rate of {rate.name} ({rate.per_second:g} a second)"
                )
            if seconds and sleep(seconds):
                return False
        return True

    def _key(self, rate: Rate) -> str:
        return rate.name if rate.worldwide else f"{self._region}/{rate.name}"

    @contextlib.contextmanager
    def _kept(self) -> Iterator[dict[str, float]]:
        """What is kept, for one process and thread at a time; what is made of it is kept again."""
        with self._lock, contextlib.ExitStack() as stack:
            try:
                stack.enter_context(_alone_with(self._file.with_suffix(".lock")))
                kept = _load(self._file, self._clock()) if self._alone is None else self._alone
            except OSError as error:
                kept = self._by_myself({}, error)
            yield kept
            try:
                if self._alone is None:
                    _store(self._file, kept, self._clock())
            except OSError as error:
                self._by_myself(kept, error)

    def _by_myself(self, kept: dict[str, float], error: OSError) -> dict[str, float]:
        if self._alone is None:
            self._notice(f"{self._file}: {error.strerror}; AWS's rates are kept by this process alone")
            self._alone = kept
        return self._alone


@contextlib.contextmanager
def _alone_with(file: Path) -> Iterator[None]:
    """The lock goes with the process that held it, however that ended."""
    private_folder.make(file.parent)
    with open(file, "a", opener=private_folder.open_file) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _load(file: Path, now: float) -> dict[str, float]:
    """Key -> when that bucket is full again. A file that is not there or damaged: every bucket is full."""
    try:
        data = strict_json.parse(file.read_text("utf-8"))
        seen, full = float(data["at"]), {str(k): float(v) for k, v in data["full_at"].items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
    moved = {key: after_a_jump(at, seen, now) for key, at in full.items()}
    return {key: at for key, at in moved.items() if now < at < now + _LONGEST}


def _store(file: Path, kept: Mapping[str, float], now: float) -> None:
    draft = file.with_suffix(f".{os.getpid()}")
    private_folder.write(draft, json.dumps({"at": now, "full_at": kept}))
    draft.replace(file)


def is_wanted(stack: Stack, identity: Identity, layers: int) -> bool:
    """Whether changes wait: with more than one layer on the real AWS, or as ``rate_limit`` in stack.hcl says."""
    if identity.is_nobody or stack.settings.rate_limit is not None:
        return not identity.is_nobody and bool(stack.settings.rate_limit)
    return layers > 1 and bool(identity.method) and not identity.endpoint


def rate_limiter_of(stack: Stack, identity: Identity, home: Path, notice: Callable[[str], None]) -> RateLimiter:
    """The rate limit of a stack's account and Region. Asks STS for the account where that is not known yet."""
    region = stack.aws_region
    number = identity.account or whoami(identity, region).account
    return RateLimiter(home / "pace", number, region, notice=notice)
