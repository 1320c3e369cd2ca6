"""What each container uses of the machine, as the engine tells it once a second: processor time so far, and memory."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class UsageReading:
    at: float  # seconds since 1970, by the engine's clock
    processor: float  # seconds used so far
    memory: int  # bytes


def reading(told: Mapping[str, Any]) -> UsageReading | None:
    """Of one line of the engine's stream; None for a container that has ended. Its page cache counts not, as in ECS."""
    used = (told.get("cpu_stats") or {}).get("cpu_usage", {}).get("total_usage")
    memory = told.get("memory_stats") or {}
    if not used or not memory.get("usage"):
        return None
    cache = (memory.get("stats") or {}).get("inactive_file", 0)
    at = datetime.fromisoformat(told["read"][:26].rstrip("Z") + "+00:00").timestamp()
    return UsageReading(at, used / 1e9, int(memory["usage"]) - int(cache))


class UsageReader:
    """``follow``: the stream of a container, as long as it runs. A thread for each."""

    def __init__(
        self,
        follow: Callable[[str], Iterator[Mapping[str, Any]]],
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._follow, self._pause = follow, pause
        self._newest: dict[str, UsageReading] = {}
        self._readers: set[str] = set()

    def watch(self, containers: Iterable[str]) -> None:
        """Also these from now on; what has ended is forgotten."""
        wanted = {*containers}
        new = wanted - self._readers
        self._readers |= new
        for container in new:
            threading.Thread(target=self._read, args=(container,), daemon=True).start()
        for gone in self._readers - wanted:
            self._readers.discard(gone)
            self._newest.pop(gone, None)

    def newest(self) -> dict[str, UsageReading]:
        return dict(self._newest)

    def _read(self, container: str) -> None:
        """Until it is not watched any more: an engine that goes away for a while is asked again."""
        while container in self._readers:
            with contextlib.suppress(Exception):
                for told in self._follow(container):
                    found = reading(told)
                    if container not in self._readers:
                        return
                    if found:
                        self._newest[container] = found
            self._pause(1.0)
