"""An engine that waits for AWS's rates before it changes anything. Knows how a plan is heard on its way, and no rate."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from ..model.findings import Change
from ..model.nouns import Outcome, Step
from ..terraform.plan_stream import Reader, is_plan
from . import Engine, OutputCallback, Session
from .listening import ListeningEngine, ListeningSession

_GLANCE = 0.2  # seconds
Sleep = Callable[[float], bool]  # waits that long; True when it was told to stop meanwhile


class Limiter(Protocol):
    """Knows how long changes must wait."""

    def before(self, label: str, changes: Mapping[Change, int], sleep: Sleep) -> bool: ...


class RateLimitedEngine(ListeningEngine):
    """Another engine whose Steps wait for AWS's rates: it hears what a plan announces, and before the Step that
    changes it waits until that may be asked of AWS."""

    def __init__(self, engine: Engine, rate_limiter: Limiter) -> None:
        super().__init__(engine, lambda run, session: RateLimitedSession(run.layer.label, session, rate_limiter))


class RateLimitedSession(ListeningSession):
    """Another engine's session. A stop that comes while it waits ends the wait, and nothing is changed."""

    def __init__(self, label: str, session: Session, rate_limiter: Limiter) -> None:
        self._reader = Reader()
        super().__init__(session, self._reader)
        self._label = label
        self._rate_limiter = rate_limiter
        self._stopped = threading.Event()

    def execute(self, step: Step, output: OutputCallback) -> Outcome:
        """A plan takes the place of one before it."""
        if is_plan(step.argv):
            self._reader.changes.clear()
        return super().execute(step, output)

    def change(self, step: Step, output: OutputCallback) -> Outcome:
        if not self._rate_limiter.before(self._label, self._reader.changes, self._is_stopped_within):
            return Outcome(143, ok=False, begun=False)
        return super().change(step, output)

    def _is_stopped_within(self, seconds: float) -> bool:
        """Glance by glance: Python hears a signal that comes just as a wait begins only when that wait is over."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not self._stopped.wait(min(left, _GLANCE)):
            pass
        return self._stopped.is_set()

    def stop(self) -> None:
        self._stopped.set()
        super().stop()
