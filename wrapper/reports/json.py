"""A report as JSON, and back: docs/schemas/report-1.json in code. What reads it here refuses what the schema
refuses; it leaves alone the fields that follow from the others.

Moments stand there as RFC 3339 in UTC, to the millisecond. Unknown fields are tolerated: a later release of the same
version may add some.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from ..model.errors import ConfigError
from ..model.nouns import Diagnostic, Drift
from ..model.versions import check_known
from .model import RESULTS, Changes, ErrorDetails, LayerResult, Report, ShardRun

VERSION = 1
T = TypeVar("T")


def moment(seconds: float) -> str:
    """``2026-01-02T03:04:05.678Z``"""
    return datetime.fromtimestamp(round(seconds, 3), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def data_of(report: Report) -> dict[str, Any]:
    """The report as plain data. ``exit_code``, ``totals`` and each ``layer`` follow from the rest."""
    totals = report.totals
    return {
        "schema": VERSION,
        "id": report.id,
        "verb": report.verb,
        "region": report.region,
        "stack": report.stack,
        "shard": report.shard,
        "started": moment(report.started),
        "finished": moment(report.finished),
        "jobs": report.jobs,
        "tool": report.tool,
        "command": report.command,
        "by": report.by,
        "exit_code": report.exit_code,
        "totals": {**totals.results, **asdict(totals.changes), "seconds": round(totals.seconds, 3)},
        "parts": [_part_data(part) for part in report.parts],
        "missing": list(report.missing),
        "answers": [_answer_data(result) for result in report.results],
    }


def text_of(report: Report) -> str:
    return json.dumps(data_of(report), indent=1) + "\n"  # ASCII: half a surrogate pair in a message ends nothing


def _part_data(part: ShardRun) -> dict[str, Any]:
    return {**asdict(part), "started": moment(part.started), "finished": moment(part.finished)}


def _answer_data(result: LayerResult) -> dict[str, Any]:
    return {
        "layer": result.label,
        "region": result.region,
        "stack": result.stack,
        "tenant": result.tenant,
        "result": result.result,
        "reason": result.reason,
        "changes": asdict(result.changes) if result.changes else None,
        "seconds": round(result.seconds, 3),
        "started": None if result.started is None else moment(result.started),
        "finished": None if result.finished is None else moment(result.finished),
        "exit_code": result.exit_code,
        "url": result.url,
        "diagnostics": [asdict(d) for d in result.diagnostics],
        "log": result.log,
        "attempts": result.attempts,
        "error": asdict(result.error) if result.error else None,
        "drifted": [{"address": d.address, "attributes": list(d.attributes)} for d in result.drifted],
    }


def parse(text: str, where: str) -> Report:
    """The report that ``text`` holds. ConfigError, with the field, for anything else; NewerError for one of a
    later version."""
    try:
        data = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"this is not JSON: {error}", where=where) from None
    if not isinstance(data, dict) or "schema" not in data:
        raise ConfigError("this is not a report: it has no field schema", where=where, hint=_MADE_BY)
    check_known(data, VERSION, "a report", where, "schema")
    if data["schema"] != VERSION or isinstance(data["schema"], bool):
        raise ConfigError(
            f"a report of schema version {data['schema']!r}; this reads version {VERSION}",
            where=where,
            hint="read it with the release that wrote it",
        )
    return _report(_Fields(data, "", where))


_MADE_BY = "give the file that --report wrote"


def check_same(report: Report, region: str, stack: str, where: str) -> None:
    """ConfigError unless the report is of this stack."""
    wanted = f"{region}/{stack}" if region else stack
    if (report.region, report.stack) != (region, stack):
        raise ConfigError(
            f"this report is of {report.label}, not of {wanted}", where=where, hint=f"give a report of {wanted}"
        )


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON's")


@dataclass(frozen=True)
class _Fields:
    """An object of the document, asked for one field after the other, each of one kind."""

    data: Mapping[str, Any]
    path: str
    where: str

    def of(self, name: str, kind: str, test: Callable[[Any], bool]) -> Any:
        if name not in self.data:
            raise self.wrong(name, "is missing")
        value = self.data[name]
        if not test(value):
            raise self.wrong(name, f"must be {kind}, not {json.dumps(value)[:60]}")
        return value

    def wrong(self, name: str, what: str) -> ConfigError:
        return ConfigError(
            f"not a report of version {VERSION}: {self.path}{name} {what}", where=self.where, hint=_MADE_BY
        )

    def text(self, name: str) -> str:
        return str(self.of(name, "text", lambda v: isinstance(v, str)))

    def number(self, name: str) -> float:
        return float(self.of(name, "a number from 0", _is_measure))

    def count(self, name: str) -> int:
        return int(self.of(name, "a whole number from 0", lambda v: _is_measure(v) and v == int(v)))

    def moment(self, name: str) -> float:
        return _seconds(self.of(name, "a moment as 2026-01-02T03:04:05.678Z", lambda v: _seconds(v) is not None)) or 0.0

    def moment_or_none(self, name: str) -> float | None:
        return None if name in self.data and self.data[name] is None else self.moment(name)

    def one(self, name: str, make: Callable[[_Fields], T]) -> T | None:
        value = self.of(name, "an object or null", lambda v: v is None or isinstance(v, dict))
        return None if value is None else make(_Fields(value, f"{self.path}{name}.", self.where))

    def each(self, name: str, make: Callable[[_Fields], T]) -> tuple[T, ...]:
        return tuple(make(fields) for fields in self._objects(name))

    def _objects(self, name: str) -> Iterator[_Fields]:
        values = self.of(name, "a list of objects", _is_list_of(dict))
        return (_Fields(v, f"{self.path}{name}[{i}].", self.where) for i, v in enumerate(values))

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(self.of(name, "a list of texts", _is_list_of(str)))

    def shard(self, name: str) -> str:
        return str(self.of(name, 'a shard as "2/8", or ""', lambda v: v == "" or _is_shard(v)))


def _is_measure(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1e12


def _is_list_of(kind: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(isinstance(v, kind) for v in value)


def _is_shard(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[1-9][0-9]{0,5}/[1-9][0-9]{0,5}", value) is not None


_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", re.ASCII)


def _seconds(value: Any) -> float | None:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value).timestamp()
    except ValueError:
        return None


def _report(fields: _Fields) -> Report:
    return Report(
        id=fields.text("id"),
        verb=fields.text("verb"),
        region=fields.text("region"),
        stack=fields.text("stack"),
        started=fields.moment("started"),
        finished=fields.moment("finished"),
        results=fields.each("answers", _answer),
        shard=fields.shard("shard"),
        jobs=fields.count("jobs"),
        tool=fields.text("tool"),
        command=fields.text("command"),
        by=fields.text("by"),
        parts=fields.each("parts", _part),
        missing=fields.texts("missing"),
    )


def _part(fields: _Fields) -> ShardRun:
    text, moment_of = fields.text, fields.moment
    return ShardRun(text("id"), fields.shard("shard"), moment_of("started"), moment_of("finished"), text("command"))


def _answer(fields: _Fields) -> LayerResult:
    return LayerResult(
        region=fields.text("region"),
        stack=fields.text("stack"),
        tenant=fields.text("tenant"),
        result=fields.of("result", f"one of {', '.join(RESULTS)}", lambda v: v in RESULTS),
        reason=fields.text("reason"),
        changes=fields.one("changes", lambda f: Changes(f.count("added"), f.count("changed"), f.count("destroyed"))),
        seconds=fields.number("seconds"),
        started=fields.moment_or_none("started"),
        finished=fields.moment_or_none("finished"),
        exit_code=fields.count("exit_code"),
        url=fields.text("url"),
        diagnostics=fields.each("diagnostics", _diagnostic),
        log=fields.text("log"),
        attempts=fields.count("attempts"),
        error=fields.one("error", _fault),
        drifted=fields.each("drifted", lambda f: Drift(f.text("address"), f.texts("attributes"))),
    )


def _fault(fields: _Fields) -> ErrorDetails:
    said = fields.text("said") if "said" in fields.data else ""  # older ones have none
    return ErrorDetails(fields.text("message"), fields.text("where"), fields.text("hint"), said)


def _diagnostic(fields: _Fields) -> Diagnostic:
    severity = fields.of("severity", "error or warning", lambda v: v in ("error", "warning"))
    text = fields.text
    return Diagnostic(severity, text("summary"), text("detail"), text("address"), text("where"))
