"""Takes a sample of every service's tasks at the end of each minute of the plane's clock."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from . import samples
from .engine import TaskEngine
from .nouns import EcsService
from .plane_state import PlaneState
from .samples import UsageReadings
from .usage import UsageReader

MINUTE = 60.0


class Meter:
    def __init__(self, state: PlaneState, engine: TaskEngine) -> None:
        self._state, self._engine = state, engine
        self._usage = UsageReader(engine.usage)
        self._before: UsageReadings = {}
        self._minute = state.clock.now() // MINUTE

    @cached_property
    def _units(self) -> int:
        return self._engine.processors() * samples.UNITS

    def measure(self, services: Iterable[EcsService]) -> None:
        """A minute that a fast clock skipped is like the one after it."""
        state = self._state
        self._usage.watch(c.id for t in state.tasks.values() if t.status == "RUNNING" for c in t.containers if c.id)
        first, minute = self._minute, state.clock.now() // MINUTE
        if minute == first:
            return
        after = self._usage.newest()
        found = list(samples.of_services(services, state.tasks.values(), state.world, self._before, after, self._units))
        found += samples.of_groups(state.world, state.tasks.values())
        skipped = range(max(int(first), int(minute) - 60), int(minute))
        state.metrics += [{**one, "at": at * MINUTE} for at in skipped for one in found]
        self._minute, self._before, state.measured = minute, after, minute * MINUTE
