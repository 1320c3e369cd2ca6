"""A report in a terminal: the rows of its table, what went wrong in full, and one last line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..model.nouns import Diagnostic
from .model import RESULTS, Answer, Report, in_order
from .printable import clean, line

HEAD = ("tenant", "result", "+", "~", "-", "seconds", "url", "why")


def rows(report: Report) -> list[tuple[str, ...]]:
    return [_row(report.name(answer), answer) for answer in in_order(report.answers)]


def _row(name: str, answer: Answer) -> tuple[str, ...]:
    changes = answer.changes
    counts = (changes.added, changes.changed, changes.destroyed) if changes else ("", "", "")
    why = line(answer.why)
    return (
        line(name),
        answer.result,
        *map(str, counts),
        f"{answer.seconds:.1f}",
        line(answer.url),
        why if len(why) <= 100 else why[:99] + "…",
    )


def troubles(report: Report) -> Iterator[str]:
    """What is to be said of each layer that failed, line by line; of those that never began, why, and how many."""
    began = [a for a in in_order(report.answers) if not (a.result == "stopped" and a.started is None)]
    for answer in began:
        if not answer.ok:
            yield f"{line(answer.label)}: {answer.result}, exit code {answer.exit_code}: {line(answer.why)}"
            if answer.error and answer.error.where:
                yield f"  where: {line(answer.error.where)}"
            if answer.error and answer.error.hint:
                yield f"  to do: {line(answer.error.hint)}"
            if answer.error and answer.error.said:
                yield "  its last words:"
                yield from _indented(answer.error.said)
            for diagnostic in answer.diagnostics:
                yield from _lines(diagnostic)
            if answer.log:
                yield f"  log: {line(answer.log)}"
    waiting = Counter((a.why, a.exit_code) for a in report.answers if a.result == "stopped" and a.started is None)
    for (why, code), count in waiting.items():
        layers = "1 layer" if count == 1 else f"{count} layers"
        yield f"{layers} never began, exit code {code}: {line(why)}"


def _lines(diagnostic: Diagnostic) -> Iterator[str]:
    places = ", ".join(line(part) for part in (diagnostic.address, diagnostic.where) if part)
    yield f"  {diagnostic.severity}: {line(diagnostic.summary)}" + (f" ({places})" if places else "")
    yield from _indented(diagnostic.detail)


def _indented(text: str) -> Iterator[str]:
    return (f"    {one}".rstrip() for one in clean(text).splitlines())


def last_line(report: Report) -> str:
    """One line that says it all, for the end of a log."""
    totals, changes = report.totals, report.totals.changes
    counted = ", ".join(f"{totals.results[r]} {r}" for r in RESULTS if totals.results[r]) or "nothing to do"
    missing = f", {len(report.missing)} shards missing" if report.missing else ""
    shard = f" (shard {report.shard})" if report.shard else ""
    return line(
        f"{report.verb} {report.label or 'every stack'}{shard}: {counted}{missing}; "
        f"+{changes.added} ~{changes.changed} -{changes.destroyed}; {length(report.seconds)}; exit code {report.exit_code}"
    )


def length(seconds: float) -> str:
    """``0.4 s``, ``12 s``, ``3 min 4 s``, ``2 h 5 min``"""
    if seconds < 9.95:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s".removesuffix(" 0 s")
    return f"{whole // 3600} h {whole % 3600 // 60} min".removesuffix(" 0 min")
