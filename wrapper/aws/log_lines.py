"""Where containers' lines are in CloudWatch Logs, by their task definition, and each line as it is shown. Pure.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_DRIVER = "awslogs"
SHORT = 8  # of a task's id, in a line


@dataclass(frozen=True)
class LogSource:
    """One container's streams: ``PREFIX/CONTAINER/TASK``."""

    group: str
    region: str
    service: str
    container: str
    prefix: str

    @property
    def beginning(self) -> str:
        return f"{self.prefix}/{self.container}/"


@dataclass(frozen=True)
class LogQuery:
    """What one FilterLogEvents asks for. ``streams``: the beginning of their names, "" for all of the group."""

    group: str
    region: str
    streams: str = ""


@dataclass(frozen=True, order=True)
class LogLine:
    """In order of time. ``at``: milliseconds since 1970."""

    at: int
    service: str
    container: str
    task: str
    message: str


@dataclass(frozen=True)
class FoundLogs:
    """Of some containers: their streams, and those whose lines go elsewhere, with the driver."""

    sources: tuple[LogSource, ...] = ()
    elsewhere: tuple[tuple[str, str], ...] = ()

    def plus(self, other: FoundLogs) -> FoundLogs:
        return FoundLogs(_once(self.sources + other.sources), _once(self.elsewhere + other.elsewhere))

    def only(self, container: str) -> FoundLogs:
        named = tuple(s for s in self.sources if s.container == container)
        return FoundLogs(named, tuple(e for e in self.elsewhere if e[0] == container))

    @property
    def containers(self) -> list[str]:
        return sorted({s.container for s in self.sources} | {name for name, _ in self.elsewhere})


def found(service: str, definition: Mapping[str, Any]) -> FoundLogs:
    """Of a task definition. One without a stream prefix names its streams by Docker's ids alone: those are not found."""
    region = str(definition.get("taskDefinitionArn", ":::")).split(":")[3]
    sources, elsewhere = [], []
    for one in definition.get("containerDefinitions", ()):
        logs = one.get("logConfiguration") or {}
        options = logs.get("options") or {}
        group, prefix = options.get("awslogs-group"), options.get("awslogs-stream-prefix")
        if logs.get("logDriver") == _DRIVER and group and prefix:
            sources.append(LogSource(group, options.get("awslogs-region") or region, service, one["name"], prefix))
        else:
            elsewhere.append((one["name"], _where(logs, prefix)))
    return FoundLogs(tuple(sources), tuple(elsewhere))


def _where(logs: Mapping[str, Any], prefix: object) -> str:
    driver = logs.get("logDriver")
    if driver == _DRIVER:
        return "awslogs without a stream prefix" if not prefix else "awslogs without a group"
    return str(driver or "the engine's own driver, since it has no logConfiguration")


def queries(sources: Iterable[LogSource], task: str = "", whole: Sequence[str] = ()) -> list[LogQuery]:
    """One for each group; of one task, one for each of its streams; narrowed where one container's streams are wanted of a group
    that is not asked for as a ``whole``."""
    by_group: dict[tuple[str, str], list[LogSource]] = {}
    for one in sources:
        by_group.setdefault((one.group, one.region), []).append(one)
    if task:
        return [LogQuery(s.group, s.region, s.beginning + task) for mine in by_group.values() for s in mine]
    return [
        LogQuery(group, region, mine[0].beginning if len(mine) == 1 and group not in whole else "")
        for (group, region), mine in by_group.items()
    ]


def line_of(
    event: Mapping[str, Any], sources: Sequence[LogSource], group: str, whole: Sequence[str] = ()
) -> LogLine | None:
    """An event of FilterLogEvents; None for a stream of others. In a group that is the layer's as a ``whole`` every stream is its
    own, also those of tasks that no service runs."""
    stream = str(event.get("logStreamName", ""))
    parts = stream.split("/")
    mine = next((s for s in sources if s.group == group and stream.startswith(s.beginning)), None)
    if mine is None and not (group in whole and len(parts) >= 3):
        return None
    service, container = (mine.service, mine.container) if mine else (parts[-3], parts[-2])
    text = str(event.get("message", "")).rstrip("\r\n")
    return LogLine(int(event.get("timestamp", 0)), service, container, parts[-1], text)


def shown(line: LogLine) -> list[str]:
    """Its lines as text, each with its time and whose it is."""
    whose = f"{line.service}/{line.container}/{line.task[:SHORT]}"
    return [f"{at(line.at)} {whose} {text}" for text in line.message.split("\n")]


def data(line: LogLine) -> dict[str, str]:
    """As docs/schemas/log-line-1.json has it."""
    return {
        "at": at(line.at),
        "service": line.service,
        "container": line.container,
        "task": line.task,
        "message": line.message,
    }


def at(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def pattern(text: str) -> str:
    """What finds a text as it stands, and nothing of the pattern language.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html"""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' if text else ""


def _once(found: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(found))
