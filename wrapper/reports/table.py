"""A report in a terminal: the rows of its table, what went wrong in full, and one last line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..model.nouns import Diagnostic
from ..model.report import RESULTS, LayerResult, Report, in_order
from .printable import clean, cut, line

_NUMBERS_SHOWN = 4  # of one build
HEAD = ("tenant", "result", "+", "~", "-", "seconds", "url", "why")


def rows(report: Report) -> list[tuple[str, ...]]:
    return [_row(report.name(result), result) for result in in_order(report.results)]


def _row(name: str, result: LayerResult) -> tuple[str, ...]:
    changes = result.changes
    counts = (changes.added, changes.changed, changes.destroyed) if changes else ("", "", "")
    summary = line(result.summary)
    return (
        line(name),
        result.result,
        *map(str, counts),
        f"{result.seconds:.1f}",
        line(result.url),
        cut(summary, 100),
    )


def troubles(report: Report) -> Iterator[str]:
    """What is to be said of each layer that failed, line by line; of those that never began, why, and how many."""
    began = [a for a in in_order(report.results) if not (a.result == "stopped" and a.started is None)]
    for result in began:
        if not result.ok:
            yield f"{line(result.label)}: {result.result}, exit code {result.exit_code}: {line(result.summary)}"
            if result.moved:
                yield f"  builds: {line(', '.join(map(str, result.moved)))}"
            if result.error and result.error.where:
                yield f"  where: {line(result.error.where)}"
            if result.error and result.error.hint:
                yield f"  to do: {line(result.error.hint)}"
            if result.error and result.error.said:
                yield "  its last words:"
                yield from _indented(result.error.said)
            for diagnostic in result.diagnostics:
                yield from _lines(diagnostic)
            if result.log:
                yield f"  log: {line(result.log)}"
    waiting = Counter((a.summary, a.exit_code) for a in report.results if a.result == "stopped" and a.started is None)
    for (summary, code), count in waiting.items():
        layers = "1 layer" if count == 1 else f"{count} layers"
        yield f"{layers} never began, exit code {code}: {line(summary)}"


def _lines(diagnostic: Diagnostic) -> Iterator[str]:
    places = ", ".join(line(part) for part in (diagnostic.address, diagnostic.where) if part)
    yield f"  {diagnostic.severity}: {line(diagnostic.summary)}" + (f" ({places})" if places else "")
    yield from _indented(diagnostic.detail)


def _indented(text: str) -> Iterator[str]:
    return (f"    {one}".rstrip() for one in clean(text).splitlines())


def mixed(report: Report) -> Iterator[str]:
    """Of each build of which more than one number runs after this: how many layers run which."""
    runs: dict[str, Counter[str]] = {}
    for result in report.results:
        for build in result.builds:
            if number := build.after if result.ok else build.before:
                runs.setdefault(build.name, Counter())[number] += 1
    for name, counts in sorted(runs.items()):
        shown = counts.most_common(_NUMBERS_SHOWN)[::-1]
        more = f", {len(counts) - len(shown)} more numbers" if len(counts) > len(shown) else ""
        if len(counts) > 1:
            yield line(f"{name}: {', '.join(f'{number} in {count}' for number, count in shown)}{more}")


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
