"""A report as JSON, and back: docs/schemas/report-2.json in code; report-1.json is read too. What reads it here refuses
what the schema refuses; it leaves alone the fields that follow from the others, and those that this release does not write.

Moments stand there as RFC 3339 in UTC, to the millisecond. Unknown fields are tolerated: a later release of the same
version may add some.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from ..model.errors import ConfigError
from ..model.findings import BuildChange, HookRun
from ..model.nouns import Diagnostic, Drift
from ..model.report import RESULTS, Changes, ErrorDetails, LayerResult, Report, ShardRun
from ..model.versions import check_known
from .json_fields import MADE_BY, Fields

VERSION = 2
_READ = (1, VERSION)
# Version 1 has neither argv nor builds, and other names.
_NAMES = {1: {"results": "answers", "shards": "parts"}}


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
        **_known(argv=list(report.argv)),
        "by": report.by,
        **_known(commit=report.commit),
        "exit_code": report.exit_code,
        "totals": {**totals.results, **asdict(totals.changes), "seconds": round(totals.seconds, 3)},
        "shards": [_shard_data(shard) for shard in report.shards],
        "missing": list(report.missing),
        "results": [_result_data(result) for result in report.results],
    }


def text_of(report: Report) -> str:
    return json.dumps(data_of(report), indent=1) + "\n"  # ASCII: half a surrogate pair in a message ends nothing


def _known(**fields: Any) -> dict[str, Any]:
    """Optional fields, without those of which nothing is known."""
    return {name: value for name, value in fields.items() if value}


def _shard_data(shard: ShardRun) -> dict[str, Any]:
    return {**asdict(shard), "started": moment(shard.started), "finished": moment(shard.finished)}


def _result_data(result: LayerResult) -> dict[str, Any]:
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
        **_known(builds={b.name: {"from": b.before, "to": b.after, "origin": b.origin} for b in result.builds}),
        **_known(hooks=[asdict(one) for one in result.hooks]),
    }


def parse(text: str, where: str) -> Report:
    """The report that ``text`` holds. ConfigError, with the field, for anything else; NewerError for one of a
    later version."""
    try:
        data = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"this is not JSON: {error}", where=where) from None
    if not isinstance(data, dict) or "schema" not in data:
        raise ConfigError("this is not a report: it has no field schema", where=where, hint=MADE_BY)
    check_known(data, VERSION, "a report", where, "schema")
    if data["schema"] not in _READ or isinstance(data["schema"], bool):
        raise ConfigError(
            f"a report of schema version {data['schema']!r}; this reads versions {' and '.join(map(str, _READ))}",
            where=where,
            hint="read it with the release that wrote it",
        )
    return _report(Fields(data, where, int(data["schema"])))


def check_same(report: Report, region: str, stack: str, where: str) -> None:
    """ConfigError unless the report is of this stack."""
    wanted = f"{region}/{stack}" if region else stack
    if (report.region, report.stack) != (region, stack):
        raise ConfigError(
            f"this report is of {report.label}, not of {wanted}", where=where, hint=f"give a report of {wanted}"
        )


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON's")


def _report(fields: Fields) -> Report:
    names = _NAMES.get(fields.version, {})
    return Report(
        id=fields.text("id"),
        verb=fields.text("verb"),
        region=fields.text("region"),
        stack=fields.text("stack"),
        started=fields.moment("started"),
        finished=fields.moment("finished"),
        results=fields.each(names.get("results", "results"), _result),
        shard=fields.shard("shard"),
        jobs=fields.count("jobs"),
        tool=fields.text("tool"),
        command=fields.text("command"),
        argv=fields.texts("argv") if fields.has("argv", since=2) else (),
        by=fields.text("by"),
        commit=fields.text("commit") if fields.has("commit", since=2) else "",
        shards=fields.each(names.get("shards", "shards"), _shard),
        missing=fields.texts("missing"),
    )


def _shard(fields: Fields) -> ShardRun:
    text, moment_of = fields.text, fields.moment
    return ShardRun(text("id"), fields.shard("shard"), moment_of("started"), moment_of("finished"), text("command"))


def _result(fields: Fields) -> LayerResult:
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
        exit_code=fields.exit_code("exit_code"),
        url=fields.text("url"),
        diagnostics=fields.each("diagnostics", _diagnostic),
        log=fields.text("log"),
        attempts=fields.count("attempts"),
        error=fields.one("error", _error),
        drifted=fields.each("drifted", lambda f: Drift(f.text("address"), f.texts("attributes"))),
        builds=fields.named("builds", _build) if fields.has("builds", since=2) else (),
        hooks=fields.each("hooks", _hook) if fields.has("hooks", since=2) else (),
    )


def _error(fields: Fields) -> ErrorDetails:
    said = fields.text("said") if fields.version > 1 or "said" in fields.data else ""  # 0.1.0 wrote none
    return ErrorDetails(fields.text("message"), fields.text("where"), fields.text("hint"), said)


def _build(name: str, fields: Fields) -> BuildChange:
    return BuildChange(name, fields.text_or_none("from"), fields.text_or_none("to"), fields.text("origin"))


def _hook(fields: Fields) -> HookRun:
    """All but the name is optional."""
    known = fields.data
    code = fields.exit_code("exit_code") if known.get("exit_code") is not None else None
    event = fields.text("event") if "event" in known else ""
    return HookRun(fields.text("name"), event, code, fields.number("seconds") if "seconds" in known else 0.0)


def _diagnostic(fields: Fields) -> Diagnostic:
    severity = fields.of("severity", "error or warning", lambda v: v in ("error", "warning"))
    text = fields.text
    return Diagnostic(severity, text("summary"), text("detail"), text("address"), text("where"))
