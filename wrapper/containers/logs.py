"""What containers print, line by line, for CloudWatch Logs: each container is followed by a thread of its own until it ends."""

from __future__ import annotations

import queue
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .nouns import Task

MOST_LINES = 10_000  # of one report; what is more waits for the next
KEPT = 50_000  # lines that wait; more are lost, which the log says
LOST = "lines that the sandbox lost here, because they were too many"
_LAST = 3.0  # seconds
_TRIES = 600  # a second apart
_LONGEST = 200_000  # characters of a line


@dataclass(frozen=True)
class LogStream:
    """Where a container's lines belong. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html"""

    region: str
    group: str
    stream: str


def stream_of(task: Task, container: Mapping[str, Any]) -> LogStream | None:
    """The stream of a container by its definition; None where its log goes elsewhere."""
    asked = container.get("logConfiguration") or {}
    options = asked.get("options") or {}
    if asked.get("logDriver") != "awslogs" or not options.get("awslogs-group"):
        return None
    region = options.get("awslogs-region") or task.arn.split(":")[3]
    prefix = options.get("awslogs-stream-prefix") or "ecs"
    return LogStream(region, options["awslogs-group"], f"{prefix}/{container['name']}/{task.id}")


def stamp(line: bytes) -> bytes:
    """The time that the engine writes before a line; the later is the greater."""
    return line.partition(b" ")[0]


def seconds_of(stamp: bytes) -> float:
    return datetime.fromisoformat(stamp[:26].decode().rstrip("Z") + "+00:00").timestamp() if stamp else 0.0


def parsed(line: bytes) -> dict[str, Any]:
    """A line of the engine, which begins with its time -> an event of CloudWatch Logs."""
    text = line.partition(b" ")[2].decode(errors="replace").rstrip("\r\n")
    return {"timestamp": int(seconds_of(stamp(line)) * 1000), "message": text[:_LONGEST]}


def _loss(lines: int, now: float) -> dict[str, Any]:
    """The event that stands where lines were lost. ECS's own driver loses them without a word, since it blocks no task."""
    return {"timestamp": int(now * 1000), "message": f"{LOST}: {lines}"}


class LogShipper:
    """``follow``: the lines of a container since a time, as long as it runs."""

    def __init__(
        self, follow: Callable[[str, float], Iterator[bytes]], pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._follow, self._pause = follow, pause
        self._lines: queue.Queue[tuple[LogStream, dict[str, Any]]] = queue.Queue(KEPT)
        self._lost: Counter[LogStream] = Counter()
        self._readers: dict[str, threading.Thread] = {}

    def watch(self, wanted: Mapping[str, LogStream]) -> None:
        """Also these containers from now on."""
        for container in wanted.keys() - self._readers.keys():
            reader = threading.Thread(target=self._read, args=(container, wanted[container]), daemon=True)
            self._readers[container] = reader
            reader.start()

    def finish(self, container: str) -> None:
        """Waits a moment for the last lines of a container that has ended."""
        reader = self._readers.get(container)
        if reader is not None:
            reader.join(_LAST)

    def _read(self, container: str, stream: LogStream) -> None:
        """An engine that goes away for a while is asked again, from the last line on."""
        last = newest = b""
        for _ in range(_TRIES):
            try:
                for line in self._follow(container, seconds_of(last)):
                    if line.strip() and stamp(line) > last:
                        self._keep(stream, line)
                        newest = stamp(line)
                return
            except Exception:
                last = newest
                self._pause(1.0)

    def _keep(self, stream: LogStream, line: bytes) -> None:
        try:
            self._lines.put_nowait((stream, parsed(line)))
        except queue.Full:
            self._lost[stream] += 1

    def taken(self) -> list[dict[str, Any]]:
        """What was printed since the last time, by stream."""
        found: dict[LogStream, list[dict[str, Any]]] = defaultdict(list)
        for _ in range(min(MOST_LINES, self._lines.qsize())):
            stream, event = self._lines.get_nowait()
            found[stream].append(event)
        for stream, number in self._lost.copy().items():
            self._lost[stream] -= number
            if number:
                found[stream].append(_loss(number, time.time()))
        return [
            {"region": s.region, "group": s.group, "stream": s.stream, "events": events} for s, events in found.items()
        ]
