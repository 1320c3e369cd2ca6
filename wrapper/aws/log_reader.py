"""Reads lines from CloudWatch Logs: those there are, in order of time, and those that come, once a second for each group."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ..model.errors import NotFoundError
from .calls import AwsCalls, CallRefused
from .log_lines import FoundLogs, LogLine, LogQuery, line_of, pattern, queries

_LATE = 10_000  # milliseconds that a line may come later than one after it
_LATE_IN_A_FLOOD = 1_000  # where a look takes more than a page


@dataclass
class LogTail:
    """One query, read from ``start`` on (milliseconds since 1970); asked again, what came since."""

    calls: AwsCalls
    query: LogQuery
    start: int
    text: str = ""
    newest: int = 0
    _seen: dict[str, int] = field(default_factory=dict)

    def fresh(self) -> Iterator[dict[str, Any]]:
        """Events that were not given out yet. NotFoundError where the group is gone."""
        pages = 0
        for page in self._pages(self.start):
            pages += 1
            yield from (event for event in page if self._is_new(event))
            self._forget(
                self.newest - _LATE
            )  # pages come in order of time: what a flood leaves here does not grow with it
        late = _LATE if pages < 2 else _LATE_IN_A_FLOOD
        self.start = max(self.start, self.newest - late)  # never back to what is forgotten
        self._forget(self.start)

    def _forget(self, before: int) -> None:
        self._seen = {one: at for one, at in self._seen.items() if at >= before}

    def _is_new(self, event: dict[str, Any]) -> bool:
        """A look's answer may hold more than was asked for: other streams, other text."""
        mine = str(event.get("logStreamName", "")).startswith(self.query.streams)
        if event["eventId"] in self._seen or not mine or self.text not in event.get("message", ""):
            return False
        self._seen[event["eventId"]] = event["timestamp"]
        self.newest = max(self.newest, event["timestamp"])
        return True

    def _pages(self, start: int) -> Iterator[list[dict[str, Any]]]:
        asked: dict[str, Any] = {"logGroupName": self.query.group, "startTime": start}
        asked |= {"logStreamNamePrefix": self.query.streams} if self.query.streams else {}
        asked |= {"filterPattern": pattern(self.text)} if self.text else {}
        try:
            for page in self.calls.pages("logs", "filter_log_events", **asked):
                yield sorted(page.get("events") or [], key=lambda event: event["timestamp"])
        except CallRefused as error:
            raise self._gone() if error.code == "ResourceNotFoundException" else error from None

    def _gone(self) -> NotFoundError:
        return NotFoundError(
            f"{self.calls.label}: the log group {self.query.group} is gone",
            hint="an apply makes it again; its earlier lines are lost",
        )


@dataclass
class LogReader:
    """Lines of some containers. ``task``: of one task alone; ``whole``: groups that are the layer's alone."""

    calls: AwsCalls
    logs: FoundLogs
    start: int
    text: str = ""
    task: str = ""
    whole: tuple[str, ...] = ()
    _tails: dict[LogQuery, LogTail] = field(default_factory=dict)

    def lines(self) -> Iterator[LogLine]:
        """Those that were not given out yet, in order of time over all groups."""
        for query in self._queries():
            calls = self.calls
            if query.region != calls.region:
                calls = replace(calls, region=query.region, _clients={})
            self._tails.setdefault(query, LogTail(calls, query, self.start, self.text))
        yield from heapq.merge(*map(self._lines, self._tails.values()))

    def _queries(self) -> list[LogQuery]:
        found = queries(self.logs.sources, self.task, self.whole)
        known = {query.group for query in found}
        return [*found, *(LogQuery(group, self.calls.region) for group in self.whole if group not in known)]

    def _lines(self, tail: LogTail) -> Iterator[LogLine]:
        for event in tail.fresh():
            line = line_of(event, self.logs.sources, tail.query.group, self.whole)
            if line is not None:
                yield line
